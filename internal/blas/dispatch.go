package blas

import "gonum.org/v1/gonum/blas"

func sgemm(t *tier, tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	checkGemm(tA, tB, m, n, k, len(a), lda, len(b), ldb, len(c), ldc)
	gemm(t.f32, &free32, tA != blas.NoTrans, tB != blas.NoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

func dgemm(t *tier, tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
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
	checkSyrk(ul, tA, n, k, len(a), lda, len(c), ldc)
	syrk(t.f32, &free32, ul, tA != blas.NoTrans, n, k, alpha, a, lda, beta, c, ldc)
}

func dsyrk(t *tier, ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	checkSyrk(ul, tA, n, k, len(a), lda, len(c), ldc)
	syrk(t.f64, &free64, ul, tA != blas.NoTrans, n, k, alpha, a, lda, beta, c, ldc)
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
