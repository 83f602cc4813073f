package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// diagonal is the mean square of per-example gradients, element by element: the block of
// structure Diagonal for a layer of any kind.
type diagonal[T graph.Float] struct {
	*layer
	batch     *squares[T]
	mean      []T // in the shape of W̄
	inputs    []T // scratch memory for ā
	gradients exampleGradients[T]
	examples  []T // scratch memory: gradients of the examples, or of one of them, of other kinds than affine
}

var _ Block = (*diagonal[float32])(nil)

func newDiagonal[T graph.Float](l *layer) *diagonal[T] {
	return &diagonal[T]{layer: l, batch: newSquares[T](l.rows, l.out), mean: make([]T, l.rows*l.out)}
}

func (b *diagonal[T]) Accumulate(p *Pass) bool {
	if p.Taps == nil {
		return true
	}
	t := p.Taps[b.tap]
	examples, rows := p.rows(t)
	switch b.kind {
	case graph.Embedding:
		known := b.addTable(t, examples, rows, outerScale[T](t, examples), p.FirstTaps)
		return known && b.batch.finite()
	case graph.Scale, graph.Shift:
		b.examples = resize(b.examples, examples*len(b.mean))
		b.gradients.write(b.examples, len(b.mean), b.layer, t, examples, rows)
		b.batch.addRows(b.examples, examples, outerScale[T](t, examples), p.FirstTaps)
		return b.batch.finite()
	}
	inputs := extended(b.layer, &b.inputs, inputsOf[T](b.layer, t, rows))
	b.batch.add(inputs, gradientsOf[T](b.layer, t, rows), rows/examples, outerScale[T](t, examples), p.FirstTaps)
	return b.batch.finite()
}

func (b *diagonal[T]) Statistics(s *Statistics) { addStatistics(s, b.batch.sum) }

func (b *diagonal[T]) Fold(keep float64) { vector.Combine(b.mean, T(keep), T(1-keep), b.batch.sum) }

func (b *diagonal[T]) State() []Field {
	return []Field{{Name: b.name + " diagonal", Value: b.mean}}
}

func (b *diagonal[T]) NewInverse() Inverse {
	return &diagonalInverse[T]{diagonal: b, reciprocal: newReciprocal(b.mean)}
}

// diagonalInverse divides by the diagonal plus γ².
type diagonalInverse[T graph.Float] struct {
	*diagonal[T]
	*reciprocal[T]
}

func (v *diagonalInverse[T]) Apply(u graph.Direction, g *Gradient) {
	w, c := of[T](v.layer, g.Direction)
	x, d := of[T](v.layer, u)
	r, s := parts(v.layer, v.values)
	v.times(x, w, r)
	v.times(d, c, s)
}

func (v *diagonalInverse[T]) State() []Field { return v.reciprocal.fields(v.name) }

// reciprocal holds 1/(d + γ²) for each element d of a diagonal.
type reciprocal[T graph.Float] struct {
	of     []T     // the diagonal
	values []T     // 1/(d + γ²)
	cond   float64 // greatest over least of d + γ²
}

func newReciprocal[T graph.Float](of []T) *reciprocal[T] {
	return &reciprocal[T]{of: of, values: make([]T, len(of))}
}

// Prepare computes the values. It needs no decompositions.
func (r *reciprocal[T]) Prepare(gamma float64) []*Decomposition {
	r.invert(gamma * gamma)
	return nil
}

// invert computes the values 1/(d + damping).
func (r *reciprocal[T]) invert(damping float64) {
	lo, hi := math.Inf(1), 0.0
	for i, d := range r.of {
		x := float64(d) + damping
		lo, hi = min(lo, x), max(hi, x)
		r.values[i] = T(1 / x)
	}
	r.cond = hi / lo
}

func (r *reciprocal[T]) Condition() float64 { return r.cond }

// times sets dst to x times values, element by element.
func (r *reciprocal[T]) times(dst, x, values []T) {
	for i, v := range x {
		dst[i] = v * values[i]
	}
}

// fields lists the memory that a saved state holds.
func (r *reciprocal[T]) fields(name string) []Field {
	return []Field{{Name: name + " reciprocal", Value: r.values}, {Name: name + " condition", Value: &r.cond}}
}
