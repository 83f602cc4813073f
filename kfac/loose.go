package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// loose is the diagonal block of a loose parameter: one that is under no tap, or under
// several. Its per-example gradients are not available, only their mean. With targets
// drawn from the model they are independent and have mean zero, so that the expectation
// of N times the square of their mean is the diagonal of the Fisher matrix.
type loose[T graph.Float] struct {
	name        string
	param       int // index among the parameters
	place       int // index among the loose parameters
	batch, mean []T // the diagonal: of the mini-batch, and its running average
}

var _ Block = (*loose[float32])(nil)

func newLoose[T graph.Float](name string, param, place, size int) *loose[T] {
	return &loose[T]{name: name, param: param, place: place, batch: make([]T, size), mean: make([]T, size)}
}

func (b *loose[T]) Accumulate(p *Pass) bool {
	if p.Loose == nil {
		return true
	}
	if p.FirstLoose {
		clear(b.batch)
	}
	n := T(p.Examples)
	for i, g := range graph.Data[T](p.Loose[b.place]) {
		b.batch[i] += n * g * g
	}
	return vector.Finite(b.batch)
}

func (b *loose[T]) Statistics(s *Statistics) { addStatistics(s, b.batch) }

func (b *loose[T]) Fold(keep float64) { vector.Combine(b.mean, T(keep), T(1-keep), b.batch) }

func (b *loose[T]) State() []Field {
	return []Field{{Name: b.name + " diagonal", Value: b.mean}}
}

func (b *loose[T]) NewInverse() Inverse { return &looseInverse[T]{b, newReciprocal(b.mean)} }

// looseInverse divides by the diagonal plus γ².
type looseInverse[T graph.Float] struct {
	b *loose[T]
	*reciprocal[T]
}

func (v *looseInverse[T]) Apply(u graph.Direction, g *Gradient) {
	v.times(graph.Data[T](u[v.b.param]), graph.Data[T](g.Direction[v.b.param]), v.values)
}

func (v *looseInverse[T]) State() []Field { return v.reciprocal.fields(v.b.name) }
