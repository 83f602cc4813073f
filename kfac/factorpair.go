package kfac

import (
	"github.com/gokfac/gokfac/graph"
)

// factorPair holds A and G of one affine map.
type factorPair[T graph.Float] struct {
	*layer
	a, g *factor[T]
}

func newFactorPair[T graph.Float](l *layer) *factorPair[T] {
	return &factorPair[T]{l, newFactor[T](l.rows), newFactor[T](l.out)}
}

// Accumulate adds one pass to the second moments. A is the same in all passes over a
// mini-batch, and is measured in the first.
func (f *factorPair[T]) Accumulate(p *Pass) bool {
	if p.Taps == nil {
		return true
	}
	t := p.Taps[f.tap]
	examples, rows := p.rows(t)
	if p.FirstTaps {
		f.a.setInputs(inputsOf[T](f.layer, t, rows), examples)
	}
	f.g.addGradients(gradientsOf[T](f.layer, t, rows), t.Examples, p.FirstTaps)
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
