package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// kronecker is the block A ⊗ G of one affine map. Matrices in the shape of
// W̄ = [W; b] are rows×out, row-major: W's elements and then b's.
type kronecker[T graph.Float] struct {
	weight, bias  *graph.Param
	in, rows, out int
	a, g          *factor[T]
	pending       [2]inversion // of a and g
	u, velocity   []T          // preconditioned gradient, its running sum
	work          []T
	examples      byExample[T]
}

func newKronecker[T graph.Float](t *graph.Tap) *kronecker[T] {
	shape := t.Weight.Value.Shape()
	rows, out := shape[0], shape[1]
	if t.Bias != nil {
		rows++
	}
	size := rows * out
	return blockOf(&kronecker[T]{
		weight: t.Weight, bias: t.Bias, in: shape[0], rows: rows, out: out,
		a: newFactor[T](rows), g: newFactor[T](out),
		u: make([]T, size), velocity: make([]T, size), work: make([]T, size),
	})
}

func blockOf[T graph.Float](b *kronecker[T]) *kronecker[T] {
	b.pending = [2]inversion{{of: b.a}, {of: b.g}}
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

// inversions prepares the inversion of both factors with the damping γ shared
// out by π.
func (b *kronecker[T]) inversions(gamma float64) []inversion {
	pi := balance(b.a.trace(), b.a.n, b.g.trace(), b.g.n)
	b.pending[0].damping, b.pending[1].damping = pi*gamma, gamma/pi
	return b.pending[:]
}

// renew takes the finished inversions over, or leaves both inverses as they
// were: a new one beside an old one, made with another π, would be the inverse
// of nothing.
func (b *kronecker[T]) renew() (retries int, ok bool) {
	a, g := &b.pending[0], &b.pending[1]
	if ok = a.ok && g.ok; ok {
		b.a.accept()
		b.g.accept()
	}
	return a.retries + g.retries, ok
}

// parts cuts a matrix in the shape of W̄ into the rows of W and that of b.
func (b *kronecker[T]) parts(w []T) (weight, bias []T) {
	split := b.in * b.out
	return w[:split], w[split:]
}

// gradient is V: W's rows, and b's if there is one.
func (b *kronecker[T]) gradient() (weight, bias []T) {
	if b.bias != nil {
		bias = graph.Data[T](b.bias.Grad)
	}
	return graph.Data[T](b.weight.Grad), bias
}

// values is W̄.
func (b *kronecker[T]) values() (weight, bias []T) {
	if b.bias != nil {
		bias = graph.Data[T](b.bias.Value)
	}
	return graph.Data[T](b.weight.Value), bias
}

// products returns the sums over W̄ of V², U² and VU.
func (b *kronecker[T]) products() (vv, uu, vu float64) {
	v, c := b.gradient()
	u, d := b.parts(b.u)
	vv, uu, vu = vector.Products(v, u)
	cc, dd, cd := vector.Products(c, d)
	return vv + cc, uu + dd, vu + cd
}

// step makes velocity μ·velocity + ν·u and W̄ W̄ − α·velocity, and returns the
// sum of squares of velocity.
func (b *kronecker[T]) step(alpha, mu, nu float64) float64 {
	w, c := b.values()
	s, t := b.parts(b.velocity)
	u, d := b.parts(b.u)
	return vector.Momentum(w, s, u, T(alpha), T(mu), T(nu)) + vector.Momentum(c, t, d, T(alpha), T(mu), T(nu))
}

// decay takes the share shrink of W̄ as it was before the step away from it.
func (b *kronecker[T]) decay(alpha, shrink float64) {
	w, c := b.values()
	s, t := b.parts(b.velocity)
	vector.Combine(w, T(1-shrink), T(-shrink*alpha), s)
	vector.Combine(c, T(1-shrink), T(-shrink*alpha), t)
}

// model returns the terms of the quadratic model at δ = −velocity: the sums
// over W̄ of Vδ and δ², and δᵀ(A⊗G)δ = Σ δ∘(AδG). It overwrites u.
func (b *kronecker[T]) model() (vd, dd, dfd float64) {
	b.a.symmetric()
	b.g.symmetric()
	blas.Gemm(false, false, b.rows, b.out, b.out, 1, b.velocity, b.out, b.g.mean, b.out, 0, b.work, b.out)
	blas.Gemm(false, false, b.rows, b.out, b.rows, 1, b.a.mean, b.rows, b.work, b.out, 0, b.u, b.out)
	v, c := b.gradient()
	s, t := b.parts(b.velocity)
	dd, _, dfd = vector.Products(b.velocity, b.u)
	return -vector.Dot(v, s) - vector.Dot(c, t), dd, dfd
}
