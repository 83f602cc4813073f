package blas

import "gonum.org/v1/gonum/blas"

// triangular is one triangular solve or product in place,
//
//	B = α·op(A)⁻¹·B   B = α·B·op(A)⁻¹
//	B = α·op(A)·B     B = α·B·op(A)
//
// with A a k×k triangle. All four split A in two halves and B with it: what the
// diagonal blocks do is the same problem of half the size, what the block
// beside them does is one matrix product. Halving down to leafs leaves
// leaf/k of the arithmetic to the leafs.
//
// Solving by inverted diagonal blocks would leave the leafs nothing but matrix
// products too, but its error grows with the condition of the blocks;
// substitution's does not.
type triangular[T Float] struct {
	kern *kernels[T]
	free *freelist[T]

	left  bool // op(A) stands left of B
	upper bool // op(A), not A, is upper triangular
	trans bool
	unit  bool // the diagonal is ones and not read
	ldA   int
	ldB   int
	other int // the dimension of B that A does not touch

	matrix [leafSize * leafSize]T  // triangle of the present leaf
	strip  [leafSize * leafStrip]T // strip of B, transposed
}

// leafSize is the order at which halving stops.
const leafSize = 8

// split returns the order of the first of two halves, a multiple of leafSize.
func split(k int) int { return (k/2 + leafSize - 1) / leafSize * leafSize }

// halves cuts A after row and column h, and B after row or column h. beside is
// the block of A between the diagonal ones.
func (t *triangular[T]) halves(h int, a, b []T) (a11, a22, beside, b1, b2 []T) {
	a11, a22 = a, a[h*t.ldA+h:]
	if t.upper != t.trans {
		beside = a[h:]
	} else {
		beside = a[h*t.ldA:]
	}
	if t.left {
		return a11, a22, beside, b, b[h*t.ldB:]
	}
	return a11, a22, beside, b, b[h:]
}

// update adds ±op(beside)·from, or ±from·op(beside), to the half to of B.
func (t *triangular[T]) update(sign T, toSize, fromSize int, beside, from, to []T) {
	if t.left {
		gemm(t.kern, t.free, t.trans, false, toSize, t.other, fromSize, sign, beside, t.ldA, from, t.ldB, 1, to, t.ldB)
		return
	}
	gemm(t.kern, t.free, false, t.trans, t.other, toSize, fromSize, sign, from, t.ldB, beside, t.ldA, 1, to, t.ldB)
}

// solve replaces B by op(A)⁻¹·B or B·op(A)⁻¹.
func (t *triangular[T]) solve(k int, a, b []T) {
	if k <= leafSize {
		t.solveLeaf(k, a, b)
		return
	}
	h := split(k)
	a11, a22, beside, b1, b2 := t.halves(h, a, b)
	if t.left == t.upper { // the second half does not depend on the first
		t.solve(k-h, a22, b2)
		t.update(-1, h, k-h, beside, b2, b1)
		t.solve(h, a11, b1)
		return
	}
	t.solve(h, a11, b1)
	t.update(-1, k-h, h, beside, b1, b2)
	t.solve(k-h, a22, b2)
}

// multiply replaces B by op(A)·B or B·op(A).
func (t *triangular[T]) multiply(k int, a, b []T) {
	if k <= leafSize {
		t.multiplyLeaf(k, a, b)
		return
	}
	h := split(k)
	a11, a22, beside, b1, b2 := t.halves(h, a, b)
	if t.left == t.upper { // the first half needs the old second half
		t.multiply(h, a11, b1)
		t.update(1, h, k-h, beside, b2, b1)
		t.multiply(k-h, a22, b2)
		return
	}
	t.multiply(k-h, a22, b2)
	t.update(1, k-h, h, beside, b1, b2)
	t.multiply(h, a11, b1)
}

// start makes t the problem of the given arguments, with k the order of A.
func (t *triangular[T]) start(kern *kernels[T], free *freelist[T], s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n, lda, ldb int) (k int) {
	t.kern, t.free, t.ldA, t.ldB = kern, free, lda, ldb
	t.left, t.trans, t.unit = s == blas.Left, tA != blas.NoTrans, d == blas.Unit
	t.upper = (ul == blas.Upper) != t.trans
	if t.left {
		t.other = n
		return m
	}
	t.other = m
	return n
}

// trsm replaces B by α·op(A)⁻¹·B, or by α·B·op(A)⁻¹.
func trsm[T Float](kern *kernels[T], free *freelist[T], s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	scaleRows(m, n, alpha, b, ldb)
	if m == 0 || n == 0 || alpha == 0 {
		return
	}
	j := free.Get()
	k := j.triangle.start(kern, free, s, ul, tA, d, m, n, lda, ldb)
	j.triangle.solve(k, a, b)
	free.Put(j)
}

// trmm replaces B by α·op(A)·B, or by α·B·op(A).
func trmm[T Float](kern *kernels[T], free *freelist[T], s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	scaleRows(m, n, alpha, b, ldb)
	if m == 0 || n == 0 || alpha == 0 {
		return
	}
	j := free.Get()
	k := j.triangle.start(kern, free, s, ul, tA, d, m, n, lda, ldb)
	j.triangle.multiply(k, a, b)
	free.Put(j)
}
