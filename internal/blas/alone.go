package blas

// GemmAlone is Gemm on the caller's goroutine alone, for callers that share out several
// products themselves. The bits are Gemm's.
func GemmAlone[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	switch c := any(c).(type) {
	case []float32:
		a, b := any(a).([]float32), any(b).([]float32)
		gemmAlone(active.f32, &free32, transA, transB, m, n, k, float32(alpha), a, lda, b, ldb, float32(beta), c, ldc)
	case []float64:
		a, b := any(a).([]float64), any(b).([]float64)
		gemmAlone(active.f64, &free64, transA, transB, m, n, k, float64(alpha), a, lda, b, ldb, float64(beta), c, ldc)
	}
}

func gemmAlone[T Float](kern *kernels[T], free *freelist[T], transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	checkGemm(trans(transA), trans(transB), m, n, k, len(a), lda, len(b), ldb, len(c), ldc)
	switch {
	case m == 0 || n == 0:
	case alpha == 0 || k == 0:
		scaleRows(m, n, beta, c, ldc)
	default:
		multiplyOn(alone, kern, free, whole, transA, transB, m, n, k, alpha, a, lda, b, ldb, nil, beta, c, ldc)
	}
}

// AffineAlone is Affine on the caller's goroutine alone.
func AffineAlone[T Float](m, n, k int, a []T, lda int, b []T, ldb int, bias []T, c []T, ldc int) {
	switch c := any(c).(type) {
	case []float32:
		a, b, bias := any(a).([]float32), any(b).([]float32), any(bias).([]float32)
		affineAlone(active.f32, &free32, m, n, k, a, lda, b, ldb, bias, c, ldc)
	case []float64:
		a, b, bias := any(a).([]float64), any(b).([]float64), any(bias).([]float64)
		affineAlone(active.f64, &free64, m, n, k, a, lda, b, ldb, bias, c, ldc)
	}
}

func affineAlone[T Float](kern *kernels[T], free *freelist[T], m, n, k int, a []T, lda int, b []T, ldb int, bias []T, c []T, ldc int) {
	checkAffine(m, n, k, len(a), lda, len(b), ldb, len(bias), len(c), ldc)
	switch {
	case m == 0 || n == 0:
	case k == 0:
		fillRows(m, bias, n, c, ldc)
	default:
		multiplyOn(alone, kern, free, whole, false, false, m, n, k, 1, a, lda, b, ldb, bias[:n], 1, c, ldc)
	}
}
