package cholesky

import (
	"gonum.org/v1/gonum/blas"

	kernels "github.com/gokfac/gokfac/internal/blas"
)

// Float is the set of element types.
type Float = kernels.Float

var kernel kernels.Implementation

// syrk computes the lower triangle of C = α·AAᵀ + β·C, or of α·AᵀA + β·C.
func syrk[T Float](t blas.Transpose, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	switch c := any(c).(type) {
	case []float32:
		kernel.Ssyrk(blas.Lower, t, n, k, float32(alpha), any(a).([]float32), lda, float32(beta), c, ldc)
	case []float64:
		kernel.Dsyrk(blas.Lower, t, n, k, float64(alpha), any(a).([]float64), lda, float64(beta), c, ldc)
	}
}

// trmm computes B = α·op(A)·B, or α·B·op(A), for a lower triangle A.
func trmm[T Float](s blas.Side, t blas.Transpose, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	switch b := any(b).(type) {
	case []float32:
		kernel.Strmm(s, blas.Lower, t, blas.NonUnit, m, n, float32(alpha), any(a).([]float32), lda, b, ldb)
	case []float64:
		kernel.Dtrmm(s, blas.Lower, t, blas.NonUnit, m, n, float64(alpha), any(a).([]float64), lda, b, ldb)
	}
}

// trsm computes B = α·op(A)⁻¹·B, or α·B·op(A)⁻¹, for a lower triangle A.
func trsm[T Float](s blas.Side, t blas.Transpose, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	switch b := any(b).(type) {
	case []float32:
		kernel.Strsm(s, blas.Lower, t, blas.NonUnit, m, n, float32(alpha), any(a).([]float32), lda, b, ldb)
	case []float64:
		kernel.Dtrsm(s, blas.Lower, t, blas.NonUnit, m, n, float64(alpha), any(a).([]float64), lda, b, ldb)
	}
}
