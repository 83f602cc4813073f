package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec"
)

// factors are the A and G of one affine map.
type factors[T graph.Float] struct {
	*layer
	a, g *factor[T]
}

func newFactors[T graph.Float](l *layer) *factors[T] {
	return &factors[T]{l, newFactor[T](l.rows), newFactor[T](l.out)}
}

// accumulate measures the second moments of one pass. A is the same in every
// pass and is taken from the first.
func (f *factors[T]) accumulate(p *pass) bool {
	if p.Taps == nil {
		return true
	}
	t := p.Taps[f.tap]
	examples, rows := p.rows(t)
	if p.firstTaps {
		f.a.setInputs(graph.Data[T](t.A), rows, f.in, examples)
	}
	f.g.addGradients(graph.Data[T](t.G), rows, t.Examples, p.firstTaps)
	return f.a.finite() && f.g.finite()
}

func (f *factors[T]) fold(keep float64) {
	f.a.fold(keep)
	f.g.fold(keep)
}

func (f *factors[T]) fields() []codec.Field {
	return []codec.Field{{Name: f.name + " A", Value: f.a.mean}, {Name: f.name + " G", Value: f.g.mean}}
}
