//go:build amd64 && !noasm

package blas

// matvec is a product in which one factor, and so C, is a vector:
//
//	y[j] = β·y[j] + α·Σ_l x[l]·m[l, j]
//
// Every element of the matrix is used once, so what counts is to read it from
// front to back, which tiles do not. It is never shared: one processor is through
// a layer's weights in less time than another one takes to wake. (Only matrices
// of several million elements would gain.)
type matvec[T Float] struct {
	x      []T
	matrix operand[T]
	n, k   int
	y      []T
}

// asMatvec reports whether a product is a matvec, with contiguous vectors.
func asMatvec[T Float](transA, transB bool, m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int) (matvec[T], bool) {
	switch {
	case k == 1: // every element of C is one product: writing C counts
	case m == 1 && (!transA || lda == 1):
		return matvec[T]{a, operand[T]{b, ldb, !transB}, n, k, c}, true
	case n == 1 && (transB || ldb == 1) && ldc == 1:
		return matvec[T]{b, operand[T]{a, lda, transA}, m, k, c}, true
	}
	return matvec[T]{}, false
}

// matvecSpan is the number of elements of y that are summed at a time: 8 or 16 KiB, which stay in the L1 cache while the
// rows of the matrix pass by.
const matvecSpan = 2048

// run computes the product on checked arguments.
func (v *matvec[T]) run(kern *kernels[T], alpha, beta T) {
	scale(beta, v.y[:v.n])
	if !v.matrix.contiguous {
		kern.addDots(v.k, &v.x[0], &v.matrix.data[0], v.matrix.stride, v.n, &v.y[0], alpha)
		return
	}
	for j := 0; j < v.n; j += matvecSpan {
		kern.addRows(v.k, &v.x[0], &v.matrix.data[j], v.matrix.stride, min(matvecSpan, v.n-j), &v.y[j], alpha)
	}
}
