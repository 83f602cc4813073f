package eigen

import "math"

const (
	epsilon = 0x1p-53 // half the distance from 1 to the next number

	// tiny bounds elements beside the diagonal, and bulges, that are dropped whatever is on the diagonal. M has elements
	// near 1, so they do not count. Rotations are made of their squares, which would have lost digits.
	tiny = 1e-145

	// steps is the greatest number of QR steps for an eigenvalue. Two or three are enough.
	steps = 60
)

// rotateAway decomposes rows lo to hi of the tridiagonal matrix by the implicit
// QR method (Golub & Van Loan, section 8.3): d becomes the eigenvalues, in no
// order, and the same block of vectors the eigenvectors, in its rows.
func (w *Workspace) rotateAway(lo, hi int) bool {
	ld, d, e := w.stride, w.d, w.e
	for i := lo; i < hi; i++ {
		row := w.vectors[i*ld+lo : i*ld+hi]
		clear(row)
		row[i-lo] = 1
	}
	left := steps * (hi - lo)
	for q := hi - 1; q > lo; {
		p := q // the block p…q has no zeros beside its diagonal
		for p > lo && !(math.Abs(e[p-1]) <= epsilon*(math.Abs(d[p-1])+math.Abs(d[p]))+tiny) {
			p--
		}
		if p == q {
			q--
			continue
		}
		if left--; left < 0 {
			return false
		}
		w.qrStep(p, q, lo, hi)
	}
	return true
}

// qrStep chases the bulge that Wilkinson's shift makes from row p to row q.
func (w *Workspace) qrStep(p, q, lo, hi int) {
	ld, d, e := w.stride, w.d, w.e
	half := (d[q-1] - d[q]) / 2
	shift := d[q] - e[q-1]*(e[q-1]/(half+math.Copysign(math.Hypot(half, e[q-1]), half)))
	x, bulge := d[p]-shift, e[p]
	for k := p; k < q; k++ {
		c, s, r := 1.0, 0.0, x
		if square := x*x + bulge*bulge; square > tiny*tiny {
			r = math.Sqrt(square)
			c, s = x/r, bulge/r
		}
		if k > p {
			e[k-1] = r
		}
		above, beside, below := d[k], e[k], d[k+1]
		d[k] = c*c*above + 2*c*s*beside + s*s*below
		d[k+1] = s*s*above - 2*c*s*beside + c*c*below
		e[k] = c*s*(below-above) + (c*c-s*s)*beside
		if k+1 < q {
			x, bulge = e[k], s*e[k+1]
			e[k+1] *= c
		}
		rotate(w.vectors[k*ld+lo:k*ld+hi], w.vectors[(k+1)*ld+lo:(k+1)*ld+hi], c, s)
	}
}

// rotate replaces x and y by cx + sy and cy − sx.
func rotate(x, y []float64, c, s float64) {
	y = y[:len(x)]
	for i, v := range x {
		u := y[i]
		x[i], y[i] = c*v+s*u, c*u-s*v
	}
}
