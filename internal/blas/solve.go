package blas

import "gonum.org/v1/gonum/blas"

func strsm(t *tier, s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int) {
	checkTriangular(s, ul, tA, d, m, n, len(a), lda, len(b), ldb)
	trsm(t.f32, &free32, s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}

func strmm(t *tier, s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int) {
	checkTriangular(s, ul, tA, d, m, n, len(a), lda, len(b), ldb)
	trmm(t.f32, &free32, s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}

func dtrsm(t *tier, s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	checkTriangular(s, ul, tA, d, m, n, len(a), lda, len(b), ldb)
	trsm(t.f64, &free64, s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}

func dtrmm(t *tier, s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	checkTriangular(s, ul, tA, d, m, n, len(a), lda, len(b), ldb)
	trmm(t.f64, &free64, s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}
