package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// byExample preconditions the gradient of a small batch without forming it:
// with V = āᵀg,
//
//	A⁻¹ V G⁻¹ = (āA⁻¹)ᵀ (gG⁻¹),
//
// in which both factors have one row per example. For 64 examples and layers of 512
// units this takes less than a fifth of the arithmetic.
type byExample[T graph.Float] struct {
	inputs, outputs   []T // āA⁻¹ and gG⁻¹, N×rows and N×out
	signs, sums, left []T // scratch memory of explain
}

// Apply sets the layer's part of u to scale·(āA⁻¹)ᵀ(gG⁻¹), with ā and g from the tap.
func (e *byExample[T]) Apply(v *kroneckerInverse[T], u graph.Direction, t *graph.Tap, scale T) {
	n, l := t.A.Shape()[0], v.layer
	e.inputs, e.outputs = resize(e.inputs, n*l.rows), resize(e.outputs, n*l.out)
	v.projection = resize(v.projection, max(v.a.size(n), v.g.size(n)))
	a, g := graph.Data[T](t.A), graph.Data[T](t.TrueG)
	switch {
	case !v.a.full():
		extend(l, e.inputs, rowsOf(a, n, l.in))
		v.a.right(n, e.inputs, v.projection)
	case l.bias >= 0: // the last row of A⁻¹ meets the 1 of ā
		inverse := v.a.dense.inverse
		blas.Affine(n, l.rows, l.in, a, l.in, inverse, l.rows, inverse[l.in*l.rows:], e.inputs, l.rows)
	default:
		blas.Gemm(false, false, n, l.rows, l.in, 1, a, l.in, v.a.dense.inverse, l.rows, 0, e.inputs, l.rows)
	}
	if v.g.full() {
		blas.Gemm(false, false, n, l.out, l.out, 1, g, l.out, v.g.dense.inverse, l.out, 0, e.outputs, l.out)
	} else {
		copy(e.outputs, g[:n*l.out])
		v.g.right(n, e.outputs, v.projection)
	}
	w, c := of[T](l, u)
	blas.Gemm(true, false, l.in, l.out, n, scale, e.inputs, l.rows, e.outputs, l.out, 0, w, l.out)
	if c != nil {
		blas.Gemm(true, false, 1, l.out, n, scale, e.inputs[l.in:], l.rows, e.outputs, l.out, 0, c, l.out)
	}
}

// explain reports whether the gradient V is scale·āᵀg up to rounding. It compares one
// projection of both sides, V·r and scale·āᵀ(g·r), for a vector r of random signs. The
// two differ if a layer uses its weight a second time outside the tap, or if a caller
// has changed the gradient since it was computed.
func (e *byExample[T]) explain(l *layer, t *graph.Tap, grad *Gradient) bool {
	n, scale := t.A.Shape()[0], T(grad.scale)
	if e.signs == nil {
		e.signs, e.left = signs[T](l.out), make([]T, l.in)
	}
	e.sums = resize(e.sums, n)
	a, g := graph.Data[T](t.A), graph.Data[T](t.TrueG)
	v, c := of[T](l, grad.Direction)
	blas.Gemm(false, false, n, 1, l.out, 1, g, l.out, e.signs, 1, 0, e.sums, 1)
	blas.Gemm(false, false, l.in, 1, l.out, 1, v, l.out, e.signs, 1, 0, e.left, 1)
	size := vector.Dot(e.left, e.left)
	blas.Gemm(true, false, l.in, 1, n, -scale, a, l.in, e.sums, 1, 1, e.left, 1)
	rest := vector.Dot(e.left, e.left)
	if c != nil {
		s := vector.Dot(c, e.signs)
		size += s * s
		for _, x := range e.sums {
			s -= float64(scale * x)
		}
		rest += s * s
	}
	return rest <= explained*size
}

// explained is the greatest squared difference of the two projections, as a share of
// the square of V's projection. Its root, 1e-3, is a thousand times the rounding of
// float32.
const explained = 1e-6

// signs returns n numbers 1 or −1 in a fixed pseudorandom order. A regular pattern
// could be orthogonal to the difference that explain looks for.
func signs[T graph.Float](n int) []T {
	s := make([]T, n)
	x := uint32(2463534242)
	for i := range s {
		x ^= x << 13 // Marsaglia's xorshift
		x ^= x >> 17
		x ^= x << 5
		s[i] = 1 - T(x>>31)*2
	}
	return s
}

// resize returns x with n elements. It allocates only if the capacity of x is too
// small. The elements are not cleared.
func resize[T graph.Float](x []T, n int) []T {
	if cap(x) < n {
		return make([]T, n)
	}
	return x[:n]
}
