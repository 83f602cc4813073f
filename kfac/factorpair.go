package kfac

import (
	"github.com/gokfac/gokfac/graph"
)

// factorPair holds A and G of one affine map.
type factorPair[T graph.Float] struct {
	*layer
	a, g        *factor[T]
	means, sums reduction[T] // of a and g, in the setting Reduce
}

func newFactorPair[T graph.Float](l *layer) *factorPair[T] {
	return &factorPair[T]{layer: l, a: newFactor[T](l.rows), g: newFactor[T](l.out)}
}

// Accumulate adds one pass to the second moments. A is the same in all passes over a
// mini-batch, and is measured in the first.
func (f *factorPair[T]) Accumulate(p *Pass) bool {
	if p.Taps == nil {
		return true
	}
	t := p.Taps[f.tap]
	examples, rows := p.rows(t)
	locations := rows / max(examples, 1)
	if f.reduce && locations > 1 {
		if p.FirstTaps {
			f.a.setInputs(f.means.sums(inputsOf[T](f.layer, t, rows), locations, 1/T(locations)), 1, examples)
		}
		f.g.addGradients(f.sums.sums(gradientsOf[T](f.layer, t, rows), locations, 1), 1, examples, t.Examples, p.FirstTaps)
		return f.a.finite() && f.g.finite()
	}
	first, every := p.sampled(t, locations)
	if p.FirstTaps {
		f.a.setInputs(inputsOf[T](f.layer, t, rows).sampled(first, every), every, examples)
	}
	f.g.addGradients(gradientsOf[T](f.layer, t, rows).sampled(first, every), every, rows, t.Examples, p.FirstTaps)
	return f.a.finite() && f.g.finite()
}

// Statistics adds A and G of the mini-batch.
func (f *factorPair[T]) Statistics(s *Statistics) { addStatistics(s, f.a.batch, f.g.batch) }

// Fold takes A and G of the mini-batch into their averages.
func (f *factorPair[T]) Fold(keep float64) {
	f.a.Fold(keep)
	f.g.Fold(keep)
}

func (f *factorPair[T]) State() []Field {
	return []Field{{Name: f.name + " A", Value: f.a.mean}, {Name: f.name + " G", Value: f.g.mean}}
}
