package eigen

import "math"

// rowKind says which half of the columns of a row of vectors can be other than zero. The other half is not written.
type rowKind uint8

const (
	upper rowKind = iota // columns of the upper half
	both
	lower
	kinds
)

// deflate finds the values of rows sorted[lo:hi] that D + ρzzᵀ leaves unchanged, to rounding. These are values whose
// component in z is nearly zero. Of two values that are nearly equal, a rotation moves all of the component to the
// second, and the first becomes such a value. The k other values are sorted to the front of sorted, ascending and well
// apart.
//
// The threshold is a few units in the last place of the norm (Dongarra & Sorensen 1987). The eigenvalues have errors of
// that size anyway.
func (w *Workspace) deflate(lo, mid, hi int, rho float64) (k int) {
	d, z, rows := w.d, w.z, w.sorted[lo:hi]
	norm := max(rho, negligible)
	for i := lo; i < hi; i++ {
		norm = max(norm, math.Abs(d[i]))
	}
	threshold := 16 * epsilon * norm
	deflated := w.place[lo:lo]
	candidate := -1
	for _, r := range rows {
		switch {
		case rho*math.Abs(z[r]) <= threshold:
			deflated = append(deflated, r)
			continue
		case candidate < 0:
		case w.combine(candidate, r, lo, mid, hi, threshold):
			deflated = append(deflated, candidate)
		default:
			rows[k] = candidate
			k++
		}
		candidate = r
	}
	if candidate >= 0 {
		rows[k] = candidate
		k++
	}
	copy(rows[k:], deflated)
	return k
}

// negligible is a norm below which all of D + ρzzᵀ is dropped. M has elements near 1, so the squares that secular
// divides by stay far from underflow.
const negligible = 1e-100

// combine rotates rows p and r, d[p] ≤ d[r], so that z[p] vanishes. It does so only if the element that this leaves
// beside the diagonal is negligible.
func (w *Workspace) combine(p, r, lo, mid, hi int, threshold float64) bool {
	ld, d, z := w.stride, w.d, w.z
	length := math.Hypot(z[p], z[r])
	c, s := z[r]/length, z[p]/length
	if math.Abs((d[r]-d[p])*c*s) > threshold {
		return false
	}
	z[p], z[r] = 0, length
	d[p], d[r] = c*c*d[p]+s*s*d[r], s*s*d[p]+c*c*d[r]
	from, to := lo, hi
	if w.kind[p] == w.kind[r] {
		switch w.kind[p] {
		case upper:
			to = mid
		case lower:
			from = mid
		}
	} else {
		w.fill(p, lo, mid, hi)
		w.fill(r, lo, mid, hi)
	}
	rotate(w.vectors[r*ld+from:r*ld+to], w.vectors[p*ld+from:p*ld+to], c, s)
	return true
}

// fill writes the zeros of row r.
func (w *Workspace) fill(r, lo, mid, hi int) {
	ld := w.stride
	switch w.kind[r] {
	case upper:
		clear(w.vectors[r*ld+mid : r*ld+hi])
	case lower:
		clear(w.vectors[r*ld+lo : r*ld+mid])
	}
	w.kind[r] = both
}
