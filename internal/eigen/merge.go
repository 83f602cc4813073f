package eigen

import (
	"math"

	"gonum.org/v1/gonum/blas"
)

// merge decomposes rows lo to hi of T, given the decompositions of the halves. In
// the basis of their eigenvectors it is diag(D₁, D₂) + ρzzᵀ, with z the last
// components of the upper ones and the first of the lower ones. deflate leaves k
// values of that to secular, and the product of the two bases is one of matrices.
//
// Rows that take part are gathered by where they are not zero, upper half, both,
// lower half, so that neither half of the product multiplies zeros.
func (w *Workspace) merge(lo, mid, hi int) bool {
	ld, z := w.stride, w.z
	// ‖z‖² = 2; the formulas are for ‖z‖ = 1.
	for i := lo; i < mid; i++ {
		z[i], w.kind[i] = w.vectors[i*ld+mid-1]*math.Sqrt2/2, upper
	}
	for i := mid; i < hi; i++ {
		z[i], w.kind[i] = math.Copysign(1, w.e[mid-1])*w.vectors[i*ld+mid]*math.Sqrt2/2, lower
	}
	rho := 2 * math.Abs(w.e[mid-1])
	w.mergeByValue(w.sorted[lo:hi], w.order[lo:mid], w.order[mid:hi])
	k := w.deflate(lo, mid, hi, rho)
	counts := w.gather(lo, mid, hi, k)
	if k > 0 {
		if !(secular{w: w, lo: lo, k: k, rho: rho}).solve() {
			return false
		}
		w.multiply(lo, k, 0, k-counts[lower], lo, mid)
		w.multiply(lo, k, counts[upper], k, mid, hi)
	}
	for i := lo + k; i < hi; i++ {
		copy(w.vectors[i*ld+lo:i*ld+hi], w.gathered[i*ld+lo:i*ld+hi])
	}
	// The values are now in the order of the rows: k ascending values, then the deflated ones.
	for i := lo; i < hi; i++ {
		w.sorted[i] = i
	}
	w.sortByValue(w.sorted[lo+k : hi])
	w.mergeByValue(w.order[lo:hi], w.sorted[lo:lo+k], w.sorted[lo+k:hi])
	return true
}

// multiply computes columns left to right of the first k rows from lo on: the product of basis with the same columns of
// gathered. Only rows first to end of gathered are not zero there.
func (w *Workspace) multiply(lo, k, first, end, left, right int) {
	ld := w.stride
	if first == end {
		for i := lo; i < lo+k; i++ {
			clear(w.vectors[i*ld+left : i*ld+right])
		}
		return
	}
	kernel.Dgemm(blas.NoTrans, blas.NoTrans, k, right-left, end-first, 1,
		w.basis[lo*ld+lo+first:], ld, w.gathered[(lo+first)*ld+left:], ld, 0, w.vectors[lo*ld+left:], ld)
}

// gather moves the rows that take part, the first k of sorted, to gathered, sorted by kind. It sets place[lo:lo+k] to
// their new places, and pole and weight to their values and components of z. The other rows follow with their zeros
// written out, and their values go to d[lo+k:hi]. gather returns the number of rows of each kind.
func (w *Workspace) gather(lo, mid, hi, k int) (counts [kinds]int) {
	ld := w.stride
	rows := w.sorted[lo:hi]
	for _, r := range rows[:k] {
		counts[w.kind[r]]++
	}
	next := [kinds]int{upper: 0, both: counts[upper], lower: counts[upper] + counts[both]}
	for j, r := range rows {
		from, to := lo, hi
		switch w.kind[r] {
		case upper:
			to = mid
		case lower:
			from = mid
		}
		at := lo + j
		w.pole[at], w.weight[at] = w.d[r], w.z[r]
		if j < k {
			w.place[at] = next[w.kind[r]]
			next[w.kind[r]]++
			at = lo + w.place[at]
		} else {
			clear(w.gathered[at*ld+lo : at*ld+from])
			clear(w.gathered[at*ld+to : at*ld+hi])
		}
		copy(w.gathered[at*ld+from:at*ld+to], w.vectors[r*ld+from:r*ld+to])
	}
	copy(w.d[lo+k:hi], w.pole[lo+k:hi])
	return counts
}
