package eigen

import (
	"math"

	"gonum.org/v1/gonum/blas"

	"github.com/gokfac/gokfac/internal/vector"
)

// panel is the number of rows that are reduced before the rest of the matrix is updated.
const panel = 32

// updateRows is the number of rows of the rest that are updated at a time. Such strips cover the lower triangle.
const updateRows = 256

// tridiagonalise reduces M, from its last row to its first, to the tridiagonal
// T = H₁…Hₙ₋₁ M Hₙ₋₁…H₁ with diagonal d and e beside it, e[i] in rows i and i+1.
//
// Hᵢ = I − τvvᵀ clears row i left of its last two elements; v has i elements, the
// last one 1. It takes the place of the row, in a contiguous piece of memory,
// which is why the reduction goes upwards. M ← HᵢMHᵢ is a symmetric update of
// rank two,
//
//	M − vwᵀ − wvᵀ,  w = p − ½τ(pᵀv)v,  p = τMv,
//
// which is put off to the end of a panel of rows, where it is one product of
// matrices; until then rows and products with M are corrected one by one.
func (w *Workspace) tridiagonalise() bool {
	for hi := w.n; hi > 0; {
		lo := (hi - 1) / panel * panel
		count := 0
		for i := hi - 1; i >= lo; i-- {
			if w.stopped() {
				return false
			}
			count += w.reduceRow(i, count)
		}
		w.updateRest(lo, count)
		hi = lo
	}
	return true
}

// reduceRow reduces row i of a panel that has count reflectors so far. It returns the number of reflectors that it adds,
// 0 or 1.
func (w *Workspace) reduceRow(i, count int) int {
	ld := w.stride
	row, swapped, pairs := w.m[i*ld:i*ld+i+1], w.swapped, 2*count
	if pairs > 0 {
		c := w.coefficients[:pairs]
		for r := range c {
			c[r] = swapped[r*ld+i]
		}
		kernel.Dgemm(blas.NoTrans, blas.NoTrans, 1, i+1, pairs, -1, c, pairs, w.pair, ld, 1, row, i+1)
	}
	w.d[i] = row[i]
	clear(w.m[i*ld+i : i*ld+min(w.n, (i/reflectors+1)*reflectors)]) // for reflect
	if i == 0 {
		w.tau[i] = 0
		return 0
	}
	v := row[:i]
	w.e[i-1], w.tau[i] = reflector(v)
	if w.tau[i] == 0 {
		return 0
	}
	p := w.pair[(pairs+1)*ld : (pairs+1)*ld+i]
	w.product(i, v, p)
	if pairs > 0 {
		c := w.coefficients[:pairs]
		kernel.Dgemm(blas.NoTrans, blas.NoTrans, pairs, 1, i, 1, w.pair, ld, v, 1, 0, c, 1)
		kernel.Dgemm(blas.NoTrans, blas.NoTrans, 1, i, pairs, -1, c, pairs, swapped, ld, 1, p, i)
	}
	vector.Scale(p, w.tau[i])
	vector.AddScaled(p, -w.tau[i]/2*vector.Dot(p, v), v)
	copy(w.pair[pairs*ld:], v)
	copy(swapped[pairs*ld:], p)
	copy(swapped[(pairs+1)*ld:], v)
	return 1
}

// smallestSquare is the sum of squares below which elements are dropped and need no reflector. Beside elements near 1
// they do not count, and their squares have lost digits.
const smallestSquare = 1e-280

// reflector overwrites x with v, whose last element is 1, such that
// (I − τvvᵀ)x = (0, …, 0, β).
func reflector(x []float64) (beta, tau float64) {
	last := len(x) - 1
	alpha := x[last]
	square := vector.Dot(x[:last], x[:last])
	if square < smallestSquare {
		clear(x)
		return alpha, 0
	}
	beta = -math.Copysign(math.Sqrt(alpha*alpha+square), alpha)
	vector.Scale(x[:last], 1/(alpha-beta))
	x[last] = 1
	return beta, (beta - alpha) / beta
}

// updateRest subtracts the panel's count pairs vwᵀ + wvᵀ from the first m rows, at
// and below the diagonal.
func (w *Workspace) updateRest(m, count int) {
	ld := w.stride
	if count == 0 {
		return
	}
	for lo := 0; lo < m; lo += updateRows {
		hi := min(m, lo+updateRows)
		kernel.Dgemm(blas.Trans, blas.NoTrans, hi-lo, hi, 2*count, -1, w.pair[lo:], ld, w.swapped, ld, 1, w.m[lo*ld:], ld)
	}
}
