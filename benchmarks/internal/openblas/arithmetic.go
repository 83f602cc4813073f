package openblas

// Float is the set of element types.
type Float interface{ float32 | float64 }

func transpose(t bool) int32 {
	if t {
		return trans
	}
	return noTrans
}

// Gemm computes C = op(A)·op(B), where op(A) is m×k, op(B) is k×n and C is m×n,
// all row-major with row strides lda, ldb and ldc; op transposes where the
// flag is set.
func Gemm[T Float](l *Library, transA, transB bool, m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int) {
	tA, tB := transpose(transA), transpose(transB)
	switch c := any(c).(type) {
	case []float32:
		l.sgemm(rowMajor, tA, tB, int32(m), int32(n), int32(k), 1, &any(a).([]float32)[0], int32(lda), &any(b).([]float32)[0], int32(ldb), 0, &c[0], int32(ldc))
	case []float64:
		l.dgemm(rowMajor, tA, tB, int32(m), int32(n), int32(k), 1, &any(a).([]float64)[0], int32(lda), &any(b).([]float64)[0], int32(ldb), 0, &c[0], int32(ldc))
	}
}

// Syrk computes the upper triangle of the symmetric n×n matrix C = AᵀA for a
// k×n row-major A with row stride lda.
func Syrk[T Float](l *Library, n, k int, a []T, lda int, c []T, ldc int) {
	switch c := any(c).(type) {
	case []float32:
		l.ssyrk(rowMajor, upper, trans, int32(n), int32(k), 1, &any(a).([]float32)[0], int32(lda), 0, &c[0], int32(ldc))
	case []float64:
		l.dsyrk(rowMajor, upper, trans, int32(n), int32(k), 1, &any(a).([]float64)[0], int32(lda), 0, &c[0], int32(ldc))
	}
}

// Invert replaces the upper triangle of a symmetric positive definite n×n
// matrix by that of its inverse: dpotrf, then dpotri. It returns false if there
// is no Cholesky factor.
func (l *Library) Invert(n int, a []float64, lda int) bool {
	uplo, order, stride, info := byte('L'), int32(n), int32(lda), int32(0)
	if l.dpotrf(&uplo, &order, &a[0], &stride, &info); info != 0 {
		return false
	}
	l.dpotri(&uplo, &order, &a[0], &stride, &info)
	return info == 0
}
