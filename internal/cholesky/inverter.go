package cholesky

import "gonum.org/v1/gonum/blas"

// Inverter inverts symmetric positive definite matrices in T. It is the workspace
// of one inversion after another, and not safe for concurrent use.
type Inverter[T Float] struct {
	L []T // the matrix, then its factor, then its inverse: lower triangle, n×n

	// Done, when it is closed, ends an inversion after the block in hand, as if
	// there were no inverse. Nil: nothing does. A factor of order 10,000 takes some
	// seconds.
	Done <-chan struct{}

	// Least ends an inversion, as if there were no inverse, at a pivot (the square of a
	// diagonal element of the Cholesky factor) that is not greater. The inverse of a
	// pivot is a lower bound of ‖M⁻¹‖₂, so that a matrix whose condition is too high for T
	// is often found out early. Zero allows all positive pivots.
	Least T

	n int // present size
	x []T // L⁻¹, lower triangle, n×n
}

// Resize makes room for an n×n matrix.
func (c *Inverter[T]) Resize(n int) {
	if cap(c.L) < n*n {
		c.L, c.x = make([]T, n*n), make([]T, n*n)
	}
	c.n = n
	c.L, c.x = c.L[:n*n], c.x[:n*n]
}

// Invert overwrites the lower triangle of L with the inverse's, and
// reports false if the matrix is not positive definite in T, or if Done
// was closed meanwhile.
//
// It factors M = LLᵀ and inverts L in one recursion: with M split in four,
//
//	L₂₁ = M₂₁L₁₁⁻ᵀ,  L₂₂L₂₂ᵀ = M₂₂ − L₂₁L₂₁ᵀ,  (L⁻¹)₂₁ = −L₂₂⁻¹ L₂₁ L₁₁⁻¹,
//
// and multiplies M⁻¹ = L⁻ᵀL⁻¹ in another. All of it is products of large blocks,
// triangular ones as such: with the inverse of the triangle at hand nothing is
// solved.
func (c *Inverter[T]) Invert() bool {
	if !c.factor(0, c.n) || !c.multiply(0, c.n) {
		return false
	}
	for i := range c.n {
		if d := c.L[i*c.n+i]; d-d != 0 {
			return false
		}
	}
	return true
}

// factor turns the diagonal block of rows lo…hi of L into its Cholesky factor
// and sets the same block of x to that factor's inverse.
func (c *Inverter[T]) factor(lo, hi int) bool {
	if hi-lo <= leaf {
		return c.factorLeaf(lo, hi)
	}
	n, mid := c.n, (lo+hi)/2
	p, q := mid-lo, hi-mid
	if !c.factor(lo, mid) || c.stopped() {
		return false
	}
	x11, x21, x22 := c.x[lo*n+lo:], c.x[mid*n+lo:], c.x[mid*n+mid:]
	l21, l22 := c.L[mid*n+lo:], c.L[mid*n+mid:]
	trmm(blas.Right, blas.Trans, q, p, 1, x11, n, l21, n)
	syrk(blas.NoTrans, q, p, -1, l21, n, 1, l22, n)
	if !c.factor(mid, hi) || c.stopped() {
		return false
	}
	copyRows(x21, l21, n, q, p)
	trmm(blas.Left, blas.NoTrans, q, p, -1, x22, n, x21, n)
	trmm(blas.Right, blas.NoTrans, q, p, 1, x11, n, x21, n)
	return true
}

// multiply sets the diagonal block of rows lo…hi of L to XᵀX of the same block
// of x.
func (c *Inverter[T]) multiply(lo, hi int) bool {
	if hi-lo <= leaf {
		c.multiplyLeaf(lo, hi)
		return true
	}
	n, mid := c.n, (lo+hi)/2
	p, q := mid-lo, hi-mid
	x21, x22 := c.x[mid*n+lo:], c.x[mid*n+mid:]
	l11, l21 := c.L[lo*n+lo:], c.L[mid*n+lo:]
	if !c.multiply(lo, mid) || c.stopped() {
		return false
	}
	syrk(blas.Trans, p, q, 1, x21, n, 1, l11, n)
	copyRows(l21, x21, n, q, p)
	trmm(blas.Left, blas.Trans, q, p, 1, x22, n, l21, n)
	return c.multiply(mid, hi)
}

// stopped reports whether Done is closed.
func (c *Inverter[T]) stopped() bool {
	select {
	case <-c.Done:
		return true
	default:
		return false
	}
}

// copyRows copies a rows×cols block between matrices of row length n.
func copyRows[T Float](dst, src []T, n, rows, cols int) {
	for i := range rows {
		copy(dst[i*n:i*n+cols], src[i*n:])
	}
}

// factorLeaf is factor without recursion.
func (c *Inverter[T]) factorLeaf(lo, hi int) bool {
	n := c.n
	if !factorLeaf(n, lo, hi, c.L, c.Least) {
		return false
	}
	for i := lo; i < hi; i++ { // row i of the inverse, by forward substitution
		row, d := c.x[i*n+lo:i*n+i], 1/c.L[i*n+i]
		clear(row)
		for k := lo; k < i; k++ {
			f := -d * c.L[i*n+k]
			for j, v := range c.x[k*n+lo : k*n+k+1] {
				row[j] += T(f * v)
			}
		}
		c.x[i*n+i] = d
	}
	return true
}

// multiplyLeaf is multiply without recursion.
func (c *Inverter[T]) multiplyLeaf(lo, hi int) {
	n := c.n
	for i := lo; i < hi; i++ {
		clear(c.L[i*n+lo : i*n+i+1])
	}
	for k := lo; k < hi; k++ { // row k's part
		row := c.x[k*n+lo : k*n+k+1]
		for i, v := range row {
			sum := c.L[(lo+i)*n+lo:]
			for j, w := range row[:i+1] {
				sum[j] += T(v * w)
			}
		}
	}
}
