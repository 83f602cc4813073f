package blas

// matvec is a product in which one factor, and so C, is a vector:
//
//	y[j] = β·y[j] + α·Σ_l x[l]·m[l, j]
//
// Every element of the matrix is used once, so what counts is to read it from
// front to back, which tiles do not. It is never shared: one processor is through
// a layer's weights in less time than another one takes to wake. (Only matrices
// of several million elements would gain.)
//
// A row of C has the same bits as in a product with more rows, where α = 1 and β
// is 0 or 1: a prediction does not depend on the batch that it was made in. For this
// the sums are formed as tiles form them, from zero in every pass over k (see
// job.plan), and a lone element of C as one of a column.
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
	case n == 1 && (transB || ldb == 1) && ldc == 1:
		return matvec[T]{b, operand[T]{a, lda, transA}, m, k, c}, true
	case m == 1 && (!transA || lda == 1):
		return matvec[T]{a, operand[T]{b, ldb, !transB}, n, k, c}, true
	}
	return matvec[T]{}, false
}

// matvecSpan is the number of elements of y that are summed at a time: 8 or 16 KiB, which stay in the L1 cache while the
// rows of the matrix pass by.
const matvecSpan = 2048

// run computes the product on checked arguments.
func (v *matvec[T]) run(kern *kernels[T], free *freelist[T], alpha, beta T) {
	switch {
	case !v.matrix.contiguous:
		scale(beta, v.y[:v.n])
		kern.addDots(v.k, &v.x[0], &v.matrix.data[0], v.matrix.stride, v.n, &v.y[0], alpha)
	case alpha == 1 && (beta == 0 || beta == 1):
		v.runAsTiles(kern, free, beta)
	default:
		scale(beta, v.y[:v.n])
		for j := 0; j < v.n; j += matvecSpan {
			kern.addRows(v.k, &v.x[0], &v.matrix.data[j], v.matrix.stride, min(matvecSpan, v.n-j), &v.y[j], alpha)
		}
	}
}

// runAsTiles computes the product for α = 1 in the passes of tiles.
func (v *matvec[T]) runAsTiles(kern *kernels[T], free *freelist[T], beta T) {
	work := free.Get()
	work.reserve(matvecSpan + 1)
	sums, one := work.memory[:matvecSpan], &work.memory[matvecSpan]
	*one = 1
	for j := 0; j < v.n; j += matvecSpan {
		n := min(matvecSpan, v.n-j)
		y := v.y[j : j+n]
		for l := 0; l < v.k; l += maxDepth {
			block := min(maxDepth, v.k-l)
			length := passLength(block, kern.depth)
			for from := l; from < l+block; from += length {
				to := sums[:n]
				if from == 0 && beta == 0 {
					to = y
				}
				clear(to)
				kern.addRows(min(length, l+block-from), &v.x[from], &v.matrix.data[from*v.matrix.stride+j], v.matrix.stride, n, &to[0], 1)
				if from > 0 || beta != 0 {
					kern.addRows(1, one, &sums[0], n, n, &y[0], 1)
				}
			}
		}
	}
	free.Put(work)
}
