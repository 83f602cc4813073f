package kfac

import (
	"math"

	"github.com/gokfac/gokfac/internal/blas"
)

// inverter inverts symmetric positive definite matrices in float64. It is the
// workspace of one inversion after another, and not safe for concurrent use.
type inverter struct {
	n          int       // present size
	l, x, work []float64 // the matrix, then L in its lower triangle; L⁻¹, zero above the diagonal
}

// resize makes room for an n×n matrix.
func (c *inverter) resize(n int) {
	if cap(c.l) < n*n {
		c.l, c.x, c.work = make([]float64, n*n), make([]float64, n*n), make([]float64, n*n)
	}
	c.n = n
	c.l, c.x, c.work = c.l[:n*n], c.x[:n*n], c.work[:n*n]
}

// invert overwrites l, of which only the lower triangle is read, with the
// inverse's upper triangle, and reports false if the matrix is not positive
// definite in float64.
//
// It factors M = LLᵀ and inverts L in one recursion whose work is all matrix
// products: with M split in four,
//
//	L₂₁ = M₂₁ L₁₁⁻ᵀ,  L₂₂L₂₂ᵀ = M₂₂ − L₂₁L₂₁ᵀ,  (L⁻¹)₂₁ = −L₂₂⁻¹ L₂₁ L₁₁⁻¹,
//
// and then M⁻¹ = L⁻ᵀL⁻¹. That is twice LAPACK's operation count, potrf and
// potri, at many times the speed: LAPACK's triangular solves and products
// have no fast kernel in Go.
func (c *inverter) invert() bool {
	clear(c.x)
	if !c.factor(0, c.n) {
		return false
	}
	blas.Syrk(c.n, c.n, 1, c.x, c.n, 0, c.l, c.n)
	for i := range c.n {
		if d := c.l[i*c.n+i]; d-d != 0 {
			return false
		}
	}
	return true
}

// leaf is the order below which the recursion ends.
const leaf = 48

// factor turns the diagonal block of rows lo…hi of l into its Cholesky factor
// and sets the same block of x to that factor's inverse.
func (c *inverter) factor(lo, hi int) bool {
	if hi-lo <= leaf {
		return c.factorLeaf(lo, hi)
	}
	n, mid := c.n, (lo+hi)/2
	p, q := mid-lo, hi-mid
	if !c.factor(lo, mid) {
		return false
	}
	x11, x21, x22 := c.x[lo*n+lo:], c.x[mid*n+lo:], c.x[mid*n+mid:]
	l21, l22 := c.l[mid*n+lo:], c.l[mid*n+mid:]
	m21 := c.work[:q*p]
	for i := range q {
		copy(m21[i*p:(i+1)*p], l21[i*n:i*n+p])
	}
	blas.Gemm(false, true, q, p, p, 1, m21, p, x11, n, 0, l21, n)
	blas.Gemm(false, true, q, q, p, -1, l21, n, l21, n, 1, l22, n)
	if !c.factor(mid, hi) {
		return false
	}
	t := c.work[:q*p]
	blas.Gemm(false, false, q, p, p, 1, l21, n, x11, n, 0, t, p)
	blas.Gemm(false, false, q, p, q, -1, x22, n, t, p, 0, x21, n)
	return true
}

// factorLeaf is factor without recursion.
func (c *inverter) factorLeaf(lo, hi int) bool {
	n := c.n
	for j := lo; j < hi; j++ {
		rowJ := c.l[j*n+lo : j*n+j]
		d := c.l[j*n+j]
		for _, v := range rowJ {
			d -= v * v
		}
		if !(d > 0) || math.IsInf(d, 1) {
			return false
		}
		d = math.Sqrt(d)
		c.l[j*n+j] = d
		for i := j + 1; i < hi; i++ {
			s := c.l[i*n+j]
			for k, v := range c.l[i*n+lo : i*n+j] {
				s -= v * rowJ[k]
			}
			c.l[i*n+j] = s / d
		}
	}
	for j := lo; j < hi; j++ { // column j of the inverse, by forward substitution
		c.x[j*n+j] = 1 / c.l[j*n+j]
		for i := j + 1; i < hi; i++ {
			var s float64
			for k := j; k < i; k++ {
				s += c.l[i*n+k] * c.x[k*n+j]
			}
			c.x[i*n+j] = -s / c.l[i*n+i]
		}
	}
	return true
}
