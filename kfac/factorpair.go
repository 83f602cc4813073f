package kfac

import (
	"github.com/gokfac/gokfac/graph"
)

// factorPair holds A and G of one affine map.
type factorPair[T graph.Float] struct {
	*layer
	a, g        *factor[T]
	means, sums reduction[T] // of a and g: one row for each example, or the rows that are measured
}

func newFactorPair[T graph.Float](l *layer) *factorPair[T] {
	return &factorPair[T]{layer: l, a: newInputFactor[T](l), g: newFactor[T](l.out)}
}

// newInputFactor returns A.
func newInputFactor[T graph.Float](l *layer) *factor[T] {
	switch {
	case !l.windowed:
		return newFactor[T](l.rows)
	case l.reduce:
		return newWideFactor[T](l.rows, 1)
	}
	return newWideFactor[T](l.rows, l.locations)
}

// takeInputs measures A on the rows of a, every s-th of which is there. An example has so
// many locations.
func (f *factorPair[T]) takeInputs(p *Pass, a tapRows[T], every, locations, examples int) {
	if w := f.a.window; w != nil {
		if p.shared {
			w.takeShare(a, p, every, locations)
		} else {
			w.take(a, p.first == 0) // of a mini-batch in parts all rows together
		}
		return
	}
	f.a.setInputs(a, every, examples)
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
			f.takeInputs(p, f.means.sums(inputsOf[T](f.layer, t, rows), locations, 1/T(locations)), 1, 1, examples)
		}
		f.g.addGradients(f.sums.sums(gradientsOf[T](f.layer, t, rows), locations, 1), 1, examples, t.Examples, p.FirstTaps)
		return f.a.finite() && f.g.finite()
	}
	first, every := p.sampled(t, locations)
	if p.FirstTaps {
		f.takeInputs(p, picked(p, inputsOf[T](f.layer, t, rows), first, every, locations, &f.means), every, locations, examples)
	}
	f.g.addGradients(picked(p, gradientsOf[T](f.layer, t, rows), first, every, locations, &f.sums), every, rows, t.Examples, p.FirstTaps)
	return f.a.finite() && f.g.finite()
}

// Statistics adds A and G of the mini-batch.
func (f *factorPair[T]) Statistics(s *Statistics) {
	if f.a.window == nil { // rows have no mean
		addSymmetric(s, f.a.batch, f.a.n)
	}
	addSymmetric(s, f.g.batch, f.g.n)
}

// Fold takes A and G of the mini-batch into their averages.
func (f *factorPair[T]) Fold(keep float64) {
	f.a.Fold(keep)
	f.g.Fold(keep)
}

func (f *factorPair[T]) State() []Field {
	return append(f.a.fields(f.name+" A"), f.g.fields(f.name+" G")...)
}
