package blas

import "gonum.org/v1/gonum/blas"

// Affine computes C = A·B + 1·biasᵀ, the rows of A mapped by B and shifted by
// bias: A is m×k, B is k×n, C is m×n, all row-major with row strides lda, ldb
// and ldc, and bias has n elements. C is written without being read.
//
// It replaces a copy of bias to every row of C and Gemm with β = 1: rows are
// filled a few at a time, just before they are added to, while they are in the
// cache.
func Affine[T Float](m, n, k int, a []T, lda int, b []T, ldb int, bias []T, c []T, ldc int) {
	switch c := any(c).(type) {
	case []float32:
		saffine(active, m, n, k, any(a).([]float32), lda, any(b).([]float32), ldb, any(bias).([]float32), c, ldc)
	case []float64:
		daffine(active, m, n, k, any(a).([]float64), lda, any(b).([]float64), ldb, any(bias).([]float64), c, ldc)
	}
}

func saffine(t *tier, m, n, k int, a []float32, lda int, b []float32, ldb int, bias []float32, c []float32, ldc int) {
	checkAffine(m, n, k, len(a), lda, len(b), ldb, len(bias), len(c), ldc)
	affine(t.f32, &free32, m, n, k, a, lda, b, ldb, bias, c, ldc)
}

func daffine(t *tier, m, n, k int, a []float64, lda int, b []float64, ldb int, bias []float64, c []float64, ldc int) {
	checkAffine(m, n, k, len(a), lda, len(b), ldb, len(bias), len(c), ldc)
	affine(t.f64, &free64, m, n, k, a, lda, b, ldb, bias, c, ldc)
}

func checkAffine(m, n, k, lenA, lda, lenB, ldb, lenBias, lenC, ldc int) {
	checkGemm(blas.NoTrans, blas.NoTrans, m, n, k, lenA, lda, lenB, ldb, lenC, ldc)
	checkLength(lenBias, 1, n, n, shortBias)
}

func affine[T Float](kern *kernels[T], free *freelist[T], m, n, k int, a []T, lda int, b []T, ldb int, bias []T, c []T, ldc int) {
	switch {
	case m == 0 || n == 0:
	case k == 0:
		fillRows(m, bias, n, c, ldc)
	default:
		multiply(kern, free, whole, false, false, m, n, k, 1, a, lda, b, ldb, bias[:n], 1, c, ldc)
	}
}

// fillRows copies the first n elements of row to each of m rows.
func fillRows[T Float](m int, row []T, n int, c []T, ldc int) {
	for i := range m {
		copy(c[i*ldc:i*ldc+n], row)
	}
}
