package blas

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Implementation is gonum's BLAS with the matrix products and triangular
// solves replaced by this package's. Its zero value is ready:
//
//	blas32.Use(blas.Implementation{})
//	blas64.Use(blas.Implementation{})
//
// makes gonum/mat and gonum's LAPACK run on it. It is safe for concurrent use.
type Implementation struct{ gonum.Implementation }

var (
	_ blas.Float32 = Implementation{}
	_ blas.Float64 = Implementation{}
)

// Sgemm computes C = α·op(A)·op(B) + β·C; see Gemm.
func (Implementation) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	sgemm(active, tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Dgemm computes C = α·op(A)·op(B) + β·C; see Gemm.
func (Implementation) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	dgemm(active, tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Ssyrk computes one triangle of C = α·A·Aᵀ + β·C for an n×k matrix A, or of
// C = α·AᵀA + β·C for a k×n matrix A if tA is Trans. The other triangle is
// neither read nor written.
func (Implementation) Ssyrk(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float32, a []float32, lda int, beta float32, c []float32, ldc int) {
	ssyrk(active, ul, tA, n, k, alpha, a, lda, beta, c, ldc)
}

// Dsyrk is Ssyrk for float64.
func (Implementation) Dsyrk(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	dsyrk(active, ul, tA, n, k, alpha, a, lda, beta, c, ldc)
}

// Strsm solves op(A)·X = α·B, or X·op(A) = α·B if s is Right, for the m×n matrix
// X, which replaces B. A is triangular, with a diagonal of ones if d is Unit.
func (Implementation) Strsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int) {
	strsm(active, s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}

// Strmm replaces the m×n matrix B by α·op(A)·B, or by α·B·op(A) if s is Right. A
// is triangular, with a diagonal of ones if d is Unit.
func (Implementation) Strmm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int) {
	strmm(active, s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}

// Dtrsm is Strsm for float64.
func (Implementation) Dtrsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	dtrsm(active, s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}

// Dtrmm is Strmm for float64.
func (Implementation) Dtrmm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	dtrmm(active, s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}
