package blas

import "math"

// external is the products of a library outside of this program, which a tier may have in front of its own.
//
// What this package promises of its own products, a library does not: the same bits in every call, with any number of workers,
// for a row of C whatever the number of rows, and for what is computed on the caller's goroutine alone. The latter has the
// tier's own kernels, because a library has threads that nobody can keep from helping.
type external[T Float] interface {
	// Gemm computes C = α·op(A)·op(B) + β·C; see Gemm.
	Gemm(transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)
	// Syrk computes one triangle of C = α·A·Aᵀ + β·C for an n×k matrix A, or of C = α·AᵀA + β·C for a k×n matrix A if trans is
	// set.
	Syrk(upper, trans bool, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int)
}

// externalWork is the least number of multiplications of a product that a library is called for. One of Apple's cores needs
// 1.3 µs for them with NEON (16 in a cycle, at 3.2 GHz), and a call costs 0.15 µs on an EPYC (package accelerate).
const externalWork = 1 << 16

// isExternal reports whether a library is called for a product. It is not for vectors: a matrix that is read once waits for the
// memory, whoever reads it, and Accelerate reads C where β = 0 (package accelerate). Nor is it for matrices of which a number,
// or the index of an element, has more than the 31 bits of the library's integers.
func isExternal(m, n, k, lda, ldb, ldc int) bool {
	return min(m, n) > 1 && float64(m)*float64(n)*float64(k) >= externalWork &&
		float64(max(m, n, k))*float64(max(lda, ldb, ldc)) <= math.MaxInt32
}

// multiplyExternally is multiply by a library. Triangles are those of A·Aᵀ and AᵀA.
func multiplyExternally[T Float](e external[T], part triangle, transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, bias []T, beta T, c []T, ldc int) {
	if part != whole {
		e.Syrk(part == upper, transA, n, k, alpha, a, lda, beta, c, ldc)
		return
	}
	if bias != nil {
		fillRows(m, bias, n, c, ldc)
	}
	e.Gemm(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// withExternal is a tier with a library's products in front of its own.
func withExternal(t *tier, f32 external[float32], f64 external[float64]) *tier {
	single, double := *t.f32, *t.f64
	single.external, double.external = f32, f64
	return &tier{set: t.set, f32: &single, f64: &double}
}
