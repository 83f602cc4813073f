package kfac

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
)

// full is the whole Fisher matrix of some layers, P×P for P parameters: of all layers in
// structure Full, and of one that has few parameters, such as factors and summands
// (graph.Scale), in others.
type full[T graph.Float] struct {
	name      string // of the fields of a state
	layers    []*layer
	at        []int // index of each layer's first parameter
	f         *factor[T]
	gradients exampleGradients[T]
	rows      []T // per-example gradients, N×P
	v, u      []T // scratch memory of Apply
}

var _ Block = (*full[float32])(nil)

// mostFull is the greatest number of parameters that Full accepts. A float64 matrix of
// this order takes half a gigabyte.
const mostFull = 8192

// TooLargeError is the error of the first step for a model with more parameters
// (Params) than structure Full accepts (Most). New cannot return it, since the model is
// not known there.
type TooLargeError struct{ Params, Most int }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("kfac: structure full keeps the square of %d parameters: want at most %d, or another structure", e.Params, e.Most)
}

// newFull returns the block of structure Full.
func newFull[T graph.Float](layers []*layer) (*full[T], error) {
	size := 0
	for _, l := range layers {
		size += l.size()
	}
	if size > mostFull {
		return nil, &TooLargeError{Params: size, Most: mostFull}
	}
	return fullOf[T]("full", layers), nil
}

// fullOf returns the block of these layers, whatever their number of parameters is.
func fullOf[T graph.Float](name string, layers []*layer) *full[T] {
	b := &full[T]{name: name, layers: layers}
	size := 0
	for _, l := range layers {
		b.at = append(b.at, size)
		size += l.size()
	}
	b.f, b.v, b.u = newFactor[T](size), make([]T, size), make([]T, size)
	return b
}

// Accumulate adds the mean, over examples, of outer products of whole per-example
// gradients.
func (b *full[T]) Accumulate(p *Pass) bool {
	if p.Taps == nil {
		return true
	}
	size := b.f.n
	var examples int
	var scale T
	known := true
	for i, l := range b.layers {
		t := p.Taps[l.tap]
		var rows int
		examples, rows = p.rows(t)
		scale = outerScale[T](t, examples)
		b.rows = resize(b.rows, examples*size)
		known = b.gradients.write(b.rows[b.at[i]:], size, l, t, examples, rows) && known
	}
	var beta T = 1
	if p.FirstTaps {
		beta = 0
	}
	blas.Syrk(size, examples, scale, b.rows, size, beta, b.f.batch, size)
	return known && b.f.finite()
}

func (b *full[T]) Statistics(s *Statistics) { addSymmetric(s, b.f.batch, b.f.n) }

func (b *full[T]) Fold(keep float64) { b.f.Fold(keep) }

func (b *full[T]) State() []Field { return []Field{{Name: b.name, Value: b.f.mean}} }

func (b *full[T]) NewInverse() Inverse {
	v := &fullInverse[T]{full: b, d: newDampedInverse(b.f)}
	v.todo = []*Decomposition{v.d.decomposition()}
	return v
}

// fullInverse is (F + γ²I)⁻¹.
type fullInverse[T graph.Float] struct {
	*full[T]
	d    *dampedInverse[T]
	todo []*Decomposition
}

func (v *fullInverse[T]) Prepare(gamma float64) []*Decomposition {
	v.d.damping = gamma * gamma
	return v.todo
}

func (v *fullInverse[T]) Apply(u graph.Direction, g *Gradient) {
	for i, l := range v.layers {
		gather(l, v.v[v.at[i]:v.at[i]+l.rows*l.out], g.Direction)
	}
	n := v.f.n
	blas.Gemm(false, false, n, 1, n, 1, v.d.inverse, n, v.v, 1, 0, v.u, 1)
	for i, l := range v.layers {
		scatter(l, u, v.u[v.at[i]:v.at[i]+l.rows*l.out])
	}
}

func (v *fullInverse[T]) Condition() float64 { return v.d.condition }

func (v *fullInverse[T]) State() []Field { return v.d.fields(v.name) }
