package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// pairs is the block of a factor and a summand (graph.Scale) for each of so many features C
// that the whole 2C×2C matrix would be too large: a 2×2 matrix for each feature. It costs
// what the diagonal costs, and has the one coupling that is always great where the inputs'
// mean is not zero, that of a feature's own factor and summand.
type pairs[T graph.Float] struct {
	*layer
	// batch and mean hold three elements for each feature, one kind after the other: of
	// the factor, of the summand, and of both.
	batch, mean []T
	gradients   exampleGradients[T]
	examples    []T // scratch memory: gradients of the examples
}

var _ Block = (*pairs[float32])(nil)

func newPairs[T graph.Float](l *layer) *pairs[T] {
	return &pairs[T]{layer: l, batch: make([]T, 3*l.out), mean: make([]T, 3*l.out)}
}

func (b *pairs[T]) Accumulate(p *Pass) bool {
	if p.Taps == nil {
		return true
	}
	t := p.Taps[b.tap]
	examples, rows := p.rows(t)
	if p.FirstTaps {
		clear(b.batch)
	}
	c, scale := b.out, outerScale[T](t, examples)
	b.examples = resize(b.examples, examples*2*c)
	b.gradients.write(b.examples, 2*c, b.layer, t, examples, rows)
	ww, bb, wb := b.batch[:c], b.batch[c:2*c], b.batch[2*c:]
	for e := range examples {
		w, s := b.examples[e*2*c:][:c], b.examples[e*2*c+c:][:c]
		for j, x := range w {
			y := s[j]
			ww[j] += scale * x * x
			bb[j] += scale * y * y
			wb[j] += scale * x * y
		}
	}
	return vector.Finite(b.batch)
}

func (b *pairs[T]) Statistics(s *Statistics) { addStatistics(s, b.batch) }

func (b *pairs[T]) Fold(keep float64) { vector.Combine(b.mean, T(keep), T(1-keep), b.batch) }

func (b *pairs[T]) State() []Field { return []Field{{Name: b.name + " pairs", Value: b.mean}} }

func (b *pairs[T]) NewInverse() Inverse {
	return &pairsInverse[T]{pairs: b, values: make([]T, len(b.mean))}
}

// pairsInverse is the inverse of each 2×2 matrix plus γ²I.
type pairsInverse[T graph.Float] struct {
	*pairs[T]
	values []T // in the order of mean
	cond   float64
}

// Prepare inverts. It needs no decompositions.
func (v *pairsInverse[T]) Prepare(gamma float64) []*Decomposition {
	c, lo, hi := v.out, math.Inf(1), 0.0
	for j := range c {
		ww, bb, wb := float64(v.mean[j])+gamma*gamma, float64(v.mean[c+j])+gamma*gamma, float64(v.mean[2*c+j])
		det := ww*bb - wb*wb
		if !(det > 0) { // by rounding: with this coupling the matrix would not be positive definite
			wb, det = 0, ww*bb
		}
		v.values[j], v.values[c+j], v.values[2*c+j] = T(bb/det), T(ww/det), T(-wb/det)
		greatest := (ww+bb)/2 + math.Hypot((ww-bb)/2, wb)
		lo, hi = min(lo, det/greatest), max(hi, greatest)
	}
	v.cond = hi / lo
	return nil
}

func (v *pairsInverse[T]) Apply(u graph.Direction, g *Gradient) {
	w, b := of[T](v.layer, g.Direction)
	x, y := of[T](v.layer, u)
	c := v.out
	for j := range c {
		ww, bb, wb := v.values[j], v.values[c+j], v.values[2*c+j]
		x[j], y[j] = ww*w[j]+wb*b[j], wb*w[j]+bb*b[j]
	}
}

func (v *pairsInverse[T]) Condition() float64 { return v.cond }

func (v *pairsInverse[T]) State() []Field {
	return []Field{{Name: v.name + " inverse pairs", Value: v.values}, {Name: v.name + " condition", Value: &v.cond}}
}
