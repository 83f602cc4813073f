package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// precondition sets u to (A+πγI)⁻¹ V (G+γ/π I)⁻¹. It does so through the
// examples of t if that is cheaper, V = scale·āᵀg permitting.
func (b *kronecker[T]) precondition(t *graph.Tap, scale float64, dataOnly bool) {
	if dataOnly && b.cheaperByExample(t.A.Shape()[0]) && b.examples.explain(b, t, T(scale)) {
		b.examples.precondition(b, t, T(scale))
		return
	}
	v, c := b.gradient()
	w, d := b.parts(b.work)
	blas.Gemm(false, false, b.in, b.out, b.out, 1, v, b.out, b.g.inverse, b.out, 0, w, b.out)
	if b.bias != nil {
		blas.Gemm(false, false, 1, b.out, b.out, 1, c, b.out, b.g.inverse, b.out, 0, d, b.out)
	}
	blas.Gemm(false, false, b.rows, b.out, b.rows, 1, b.a.inverse, b.rows, b.work, b.out, 0, b.u, b.out)
}

// cheaperByExample compares the multiplications of A⁻¹(VG⁻¹) with those of
// (āA⁻¹)ᵀ(gG⁻¹) for n examples.
func (b *kronecker[T]) cheaperByExample(n int) bool {
	return n*(b.in*b.rows+b.out*b.out+b.rows*b.out) < b.rows*b.out*(b.rows+b.out)
}

// byExample preconditions the gradient of a small batch without forming it:
// with V = āᵀg,
//
//	A⁻¹ V G⁻¹ = (āA⁻¹)ᵀ (gG⁻¹),
//
// whose factors have one row per example. For 64 examples and layers of 512 units
// that is less than a fifth of the arithmetic.
type byExample[T graph.Float] struct {
	inputs, outputs   []T // āA⁻¹ and gG⁻¹, N×rows and N×out
	signs, sums, left []T // of explain
}

func (e *byExample[T]) precondition(b *kronecker[T], t *graph.Tap, scale T) {
	n := t.A.Shape()[0]
	e.inputs, e.outputs = resize(e.inputs, n*b.rows), resize(e.outputs, n*b.out)
	a, g := graph.Data[T](t.A), graph.Data[T](t.TrueG)
	if b.bias != nil { // the last row of A⁻¹ meets the 1 of ā
		blas.Affine(n, b.rows, b.in, a, b.in, b.a.inverse, b.rows, b.a.inverse[b.in*b.rows:], e.inputs, b.rows)
	} else {
		blas.Gemm(false, false, n, b.rows, b.in, 1, a, b.in, b.a.inverse, b.rows, 0, e.inputs, b.rows)
	}
	blas.Gemm(false, false, n, b.out, b.out, 1, g, b.out, b.g.inverse, b.out, 0, e.outputs, b.out)
	blas.Gemm(true, false, b.rows, b.out, n, scale, e.inputs, b.rows, e.outputs, b.out, 0, b.u, b.out)
}

// explain reports whether the gradient is scale·āᵀg up to rounding, by one
// projection of both sides: V·r = scale·āᵀ(g·r) for a vector r of random signs.
// It is not where a layer uses its weight a second time outside the tap, or
// where someone changed the gradient after it was computed.
func (e *byExample[T]) explain(b *kronecker[T], t *graph.Tap, scale T) bool {
	n := t.A.Shape()[0]
	if e.signs == nil {
		e.signs, e.left = signs[T](b.out), make([]T, b.in)
	}
	e.sums = resize(e.sums, n)
	a, g := graph.Data[T](t.A), graph.Data[T](t.TrueG)
	v, c := b.gradient()
	blas.Gemm(false, false, n, 1, b.out, 1, g, b.out, e.signs, 1, 0, e.sums, 1)
	blas.Gemm(false, false, b.in, 1, b.out, 1, v, b.out, e.signs, 1, 0, e.left, 1)
	size := vector.Dot(e.left, e.left)
	blas.Gemm(true, false, b.in, 1, n, -scale, a, b.in, e.sums, 1, 1, e.left, 1)
	rest := vector.Dot(e.left, e.left)
	if b.bias != nil {
		s := vector.Dot(c, e.signs)
		size += s * s
		for _, x := range e.sums {
			s -= float64(scale * x)
		}
		rest += s * s
	}
	return rest <= explained*size
}

// explained is the share of V's square that may be missing: 1e-3 of V itself,
// a thousand times the rounding of float32.
const explained = 1e-6

// signs is n ones of either sign, in a fixed order without a pattern that a
// layer could share.
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

// resize returns x with n elements, anew if its memory is too small.
func resize[T graph.Float](x []T, n int) []T {
	if cap(x) < n {
		return make([]T, n)
	}
	return x[:n]
}
