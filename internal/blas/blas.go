package blas

import "gonum.org/v1/gonum/blas"

// Float is the set of element types gokfac computes in.
type Float interface{ float32 | float64 }

func trans(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}

// Gemm computes C = α·op(A)·op(B) + β·C, where op(A) is m×k, op(B) is k×n and
// C is m×n, all row-major with row strides lda, ldb and ldc; op transposes
// where the flag is set. With β = 0, C is written without being read.
func Gemm[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	switch c := any(c).(type) {
	case []float32:
		sgemm(active, trans(transA), trans(transB), m, n, k, float32(alpha), any(a).([]float32), lda, any(b).([]float32), ldb, float32(beta), c, ldc)
	case []float64:
		dgemm(active, trans(transA), trans(transB), m, n, k, float64(alpha), any(a).([]float64), lda, any(b).([]float64), ldb, float64(beta), c, ldc)
	}
}

// Syrk computes the lower triangle of the symmetric n×n matrix
// C = α·AᵀA + β·C for a k×n row-major A with row stride lda. The strict upper
// triangle of C is neither read nor written.
func Syrk[T Float](n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	switch c := any(c).(type) {
	case []float32:
		ssyrk(active, blas.Lower, blas.Trans, n, k, float32(alpha), any(a).([]float32), lda, float32(beta), c, ldc)
	case []float64:
		dsyrk(active, blas.Lower, blas.Trans, n, k, float64(alpha), any(a).([]float64), lda, float64(beta), c, ldc)
	}
}
