package blas

import "github.com/gokfac/gokfac/internal/parallel"

// multiply computes C = α·op(A)·op(B) + β·C, or one triangle of it, on checked
// arguments with m, n, k > 0. With a bias, which takes a whole product without
// transposes, every row of C is taken to hold it, whatever it does hold.
func multiply[T Float](kern *kernels[T], free *freelist[T], part triangle, transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, bias []T, beta T, c []T, ldc int) {
	if kern.external != nil && isExternal(m, n, k, lda, ldb, ldc) {
		multiplyExternally(kern.external, part, transA, transB, m, n, k, alpha, a, lda, b, ldb, bias, beta, c, ldc)
		return
	}
	work := float64(m) * float64(n) * float64(k)
	share := kern.awakeShare
	if k == 1 {
		share = kern.outerShare
	}
	multiplyOn(newCrew(work, kern.slower, share), kern, free, part, transA, transB, m, n, k, alpha, a, lda, b, ldb, bias, beta, c, ldc)
}

// multiplyOn is multiply on given workers.
func multiplyOn[T Float](workers crew, kern *kernels[T], free *freelist[T], part triangle, transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, bias []T, beta T, c []T, ldc int) {
	if v, ok := asMatvec(transA, transB, m, n, k, a, lda, b, ldb, c, ldc); ok && part == whole {
		if bias != nil {
			fillRows(m, bias, n, c, ldc)
		}
		v.run(kern, free, alpha, beta)
		return
	}
	j := free.Get()
	j.kern, j.alpha, j.part, j.ldc = kern, alpha, part, ldc
	opA := operand[T]{a, lda, transA}
	opB := operand[T]{b, ldb, !transB}
	if k == 1 && part == whole && kern.outer != nil {
		j.multiplyOuter(workers, m, n, opA, opB, bias, beta, c, ldc)
		free.Put(j)
		return
	}
	rowStride, colStride := ldc, 1
	j.flipped = part == whole && flips(m, n, k, opA, opB)
	if j.flipped {
		m, n, opA, opB = n, m, opB, opA
		rowStride, colStride = 1, ldc
	}
	most := newPartition(min(maxSpan, n), kern.colUnit, len(kern.tiles[0])).most()
	for l := 0; l < k; l += maxDepth {
		j.k = min(maxDepth, k-l)
		j.beta = beta
		if l > 0 {
			j.beta = 1
		}
		for x := 0; x < m; x += maxSpan {
			opRows := opA.at(x, l)
			rows := newPartition(min(maxSpan, m-x), kern.rowUnit, tileRows(kern, opRows, n, most))
			for y := 0; y < n; y += maxSpan {
				switch {
				case part == whole:
				case x == y:
					j.part = part
				case (x < y) == (part == upper):
					j.part = whole
				default:
					continue
				}
				cols := newPartition(min(maxSpan, n-y), kern.colUnit, len(kern.tiles[0]))
				j.c = c[x*rowStride+y*colStride:]
				j.bias = nil
				if bias != nil && l == 0 {
					j.bias = bias[y:]
				}
				j.plan(workers.number, opRows, rows, opB.at(y, l), cols)
				workers.run(j.group)
			}
		}
	}
	j.rows.release()
	j.cols.release()
	j.c, j.bias = nil, nil
	free.Put(j)
}

// flips reports whether C is formed as (op(B)ᵀ·op(A)ᵀ)ᵀ.
func flips[T Float](m, n, k int, a, b operand[T]) bool {
	if k == 1 {
		return false // A and B are contiguous either way, and C is what counts
	}
	if a.contiguous {
		return n <= flipCols
	}
	return !b.contiguous && min(n, k) >= flipRatio*m && !b.conflicts()
}

// flipCols is the number of columns of C up to which AᵀB is formed as
// (BᵀA)ᵀ: the few columns of B then fill the height of a tile rather than a
// fraction of its width, and A is read in whole cache lines, once.
const flipCols = 12

// flipRatio is how much greater than m both n and k must be for ABᵀ to be formed
// as (BAᵀ)ᵀ: B is then read in place and the smaller A has to be transposed. In
// return every tile is stored transposed, which short sums do not pay for.
const flipRatio = 4

// tileRows is the greatest number of row units of a tile, for n columns in panels of at most so many units. Rows of A that
// are read in place and meet in the same sets of the L1 cache leave room for one.
func tileRows[T Float](kern *kernels[T], a operand[T], n, colUnits int) int {
	if n <= directCols && !a.contiguous && a.conflicts() {
		return 1
	}
	return kern.height(colUnits)
}

// freelist keeps finished jobs and their memory for the next calls.
type freelist[T Float] struct{ parallel.Spares[job[T]] }

var (
	free32 = freelist[float32]{parallel.NewSpares(spareJobs, newJob[float32])}
	free64 = freelist[float64]{parallel.NewSpares(spareJobs, newJob[float64])}
)

// spareJobs is the number of jobs that are kept. If more callers run at once, the others allocate theirs. A job keeps
// (m+n)·k elements of its largest product, at most 2·maxSpan·maxDepth: 16 MiB of float32, 32 MiB of float64.
const spareJobs = 4
