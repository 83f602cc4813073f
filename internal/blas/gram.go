package blas

import "gonum.org/v1/gonum/blas"

// Gram computes the lower triangle of the symmetric n×n matrix
// C = α·A·Aᵀ + β·C for an n×k row-major A with row stride lda. The strict upper
// triangle of C is neither read nor written. Syrk has AᵀA.
func Gram[T Float](n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	switch c := any(c).(type) {
	case []float32:
		ssyrk(active, blas.Lower, blas.NoTrans, n, k, float32(alpha), any(a).([]float32), lda, float32(beta), c, ldc)
	case []float64:
		dsyrk(active, blas.Lower, blas.NoTrans, n, k, float64(alpha), any(a).([]float64), lda, float64(beta), c, ldc)
	}
}
