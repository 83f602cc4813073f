package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
)

// kronecker is the block A ⊗ G of one affine map. Matrices in the shape of
// W̄ = [W; b] are rows×out, row-major: W's elements and then b's.
type kronecker[T graph.Float] struct {
	weight, bias   *graph.Param
	in, rows, out  int
	a, g           *factor[T]
	v, u, velocity []T // gradient, preconditioned gradient, its running sum
	work           []T
}

func newKronecker[T graph.Float](t *graph.Tap) *kronecker[T] {
	shape := t.Weight.Value.Shape()
	b := &kronecker[T]{weight: t.Weight, bias: t.Bias, in: shape[0], rows: shape[0], out: shape[1]}
	if t.Bias != nil {
		b.rows++
	}
	b.a, b.g = newFactor[T](b.rows), newFactor[T](b.out)
	size := b.rows * b.out
	b.v, b.u, b.velocity, b.work = make([]T, size), make([]T, size), make([]T, size), make([]T, size)
	return b
}

// accumulate measures the covariances of one pass. A is the same in every
// pass and is taken from the first.
func (b *kronecker[T]) accumulate(t *graph.Tap, first bool) {
	if first {
		b.a.setInputs(graph.Data[T](t.A), t.A.Shape()[0], b.in)
	}
	b.g.addGradients(graph.Data[T](t.G), t.G.Shape()[0], t.Examples, first)
}

func (b *kronecker[T]) finite() bool { return b.a.finite() && b.g.finite() }

func (b *kronecker[T]) fold(keep float64) {
	b.a.fold(keep)
	b.g.fold(keep)
}

// invert inverts both factors with the damping γ shared out by π, or leaves
// both inverses as they were: a new one beside an old one, made with another
// π, would be the inverse of nothing.
func (b *kronecker[T]) invert(gamma float64, c *inverter) (retries int, ok bool) {
	pi := balance(b.a.trace(), b.a.n, b.g.trace(), b.g.n)
	retries, ok = b.a.invert(pi*gamma, c)
	if !ok {
		return retries, false
	}
	more, ok := b.g.invert(gamma/pi, c)
	if !ok {
		return retries + more, false
	}
	b.a.accept()
	b.g.accept()
	return retries + more, true
}

// precondition sets v to the gradient V, and u to (A+πγI)⁻¹ V (G+γ/π I)⁻¹.
func (b *kronecker[T]) precondition() {
	split := b.in * b.out
	copy(b.v[:split], graph.Data[T](b.weight.Grad))
	if b.bias != nil {
		copy(b.v[split:], graph.Data[T](b.bias.Grad))
	}
	sandwich(b.u, b.a.inverse, b.v, b.g.inverse, b.work, b.rows, b.out)
}

// sandwich is dst = A·X·G, with X and work rows×out.
func sandwich[T graph.Float](dst, a, x, g, work []T, rows, out int) {
	blas.Gemm(false, false, rows, out, rows, 1, a, rows, x, out, 0, work, out)
	blas.Gemm(false, false, rows, out, out, 1, work, out, g, out, 0, dst, out)
}

// products returns the sums over W̄ of V², U² and VU.
func (b *kronecker[T]) products() (vv, uu, vu float64) {
	for i, v := range b.v {
		v, u := float64(v), float64(b.u[i])
		vv += v * v
		uu += u * u
		vu += v * u
	}
	return vv, uu, vu
}

// step makes velocity μ·velocity + ν·u and W̄ W̄ − α·velocity, and returns the
// sum of squares of velocity.
func (b *kronecker[T]) step(alpha, mu, nu float64) (ss float64) {
	m, c := T(mu), T(nu)
	for i, u := range b.u {
		v := m*b.velocity[i] + c*u
		b.velocity[i] = v
		ss += float64(v) * float64(v)
	}
	split := b.in * b.out
	add(graph.Data[T](b.weight.Value), T(-alpha), b.velocity[:split])
	if b.bias != nil {
		add(graph.Data[T](b.bias.Value), T(-alpha), b.velocity[split:])
	}
	return ss
}

// decay takes the share shrink of W̄ as it was before the step away from it.
func (b *kronecker[T]) decay(alpha, shrink float64) {
	split := b.in * b.out
	shrinkBefore(graph.Data[T](b.weight.Value), b.velocity[:split], alpha, shrink)
	if b.bias != nil {
		shrinkBefore(graph.Data[T](b.bias.Value), b.velocity[split:], alpha, shrink)
	}
}

func add[T graph.Float](dst []T, c T, x []T) {
	for i, v := range x {
		dst[i] += c * v
	}
}

func shrinkBefore[T graph.Float](theta, velocity []T, alpha, shrink float64) {
	a, s := T(alpha), T(shrink)
	for i, v := range velocity {
		theta[i] -= s * (theta[i] + a*v)
	}
}

// model returns the terms of the quadratic model at δ = −velocity: the sums
// over W̄ of Vδ and δ², and δᵀ(A⊗G)δ = Σ δ∘(AδG). It overwrites u.
func (b *kronecker[T]) model() (vd, dd, dfd float64) {
	sandwich(b.u, b.a.mean, b.velocity, b.g.mean, b.work, b.rows, b.out)
	for i, s := range b.velocity {
		s := float64(s)
		vd -= float64(b.v[i]) * s
		dd += s * s
		dfd += float64(b.u[i]) * s
	}
	return vd, dd, dfd
}
