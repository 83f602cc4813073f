package blas

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// reference computes the products for which the tier has no kernel.
var reference gonum.Implementation

func sgemm(t *tier, tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	if t.f32 == nil {
		reference.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	checkGemm(tA, tB, m, n, k, len(a), lda, len(b), ldb, len(c), ldc)
	gemm(t.f32, &free32, tA != blas.NoTrans, tB != blas.NoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

func dgemm(t *tier, tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	if t.f64 == nil {
		reference.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	checkGemm(tA, tB, m, n, k, len(a), lda, len(b), ldb, len(c), ldc)
	gemm(t.f64, &free64, tA != blas.NoTrans, tB != blas.NoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

func gemm[T Float](kern *kernels[T], free *freelist[T], transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	switch {
	case m == 0 || n == 0:
	case alpha == 0 || k == 0:
		scaleRows(m, n, beta, c, ldc)
	default:
		multiply(kern, free, whole, transA, transB, m, n, k, alpha, a, lda, b, ldb, nil, beta, c, ldc)
	}
}

func ssyrk(t *tier, ul blas.Uplo, tA blas.Transpose, n, k int, alpha float32, a []float32, lda int, beta float32, c []float32, ldc int) {
	if t.f32 == nil {
		checkSyrk(ul, tA, n, k, len(a), lda, len(c), ldc)
		forget(ul, n, beta, c, ldc)
		reference.Ssyrk(ul, tA, n, k, alpha, a, lda, beta, c, ldc)
		return
	}
	checkSyrk(ul, tA, n, k, len(a), lda, len(c), ldc)
	syrk(t.f32, &free32, ul, tA != blas.NoTrans, n, k, alpha, a, lda, beta, c, ldc)
}

func dsyrk(t *tier, ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	if t.f64 == nil {
		checkSyrk(ul, tA, n, k, len(a), lda, len(c), ldc)
		forget(ul, n, beta, c, ldc)
		reference.Dsyrk(ul, tA, n, k, alpha, a, lda, beta, c, ldc)
		return
	}
	checkSyrk(ul, tA, n, k, len(a), lda, len(c), ldc)
	syrk(t.f64, &free64, ul, tA != blas.NoTrans, n, k, alpha, a, lda, beta, c, ldc)
}

// forget clears a triangle that is not to be read because β = 0. gonum multiplies it by zero instead, which keeps a NaN.
func forget[T Float](ul blas.Uplo, n int, beta T, c []T, ldc int) {
	if beta == 0 && n > 0 {
		scaleTriangle(triangleOf(ul), n, 0, c, ldc)
	}
}

func triangleOf(ul blas.Uplo) triangle {
	if ul == blas.Lower {
		return lower
	}
	return upper
}

// syrk multiplies A with its own transpose, without the tiles outside the triangle.
func syrk[T Float](kern *kernels[T], free *freelist[T], ul blas.Uplo, trans bool, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	part := triangleOf(ul)
	switch {
	case n == 0:
	case alpha == 0 || k == 0:
		scaleTriangle(part, n, beta, c, ldc)
	default:
		multiply(kern, free, part, trans, !trans, n, n, k, alpha, a, lda, a, lda, nil, beta, c, ldc)
	}
}
