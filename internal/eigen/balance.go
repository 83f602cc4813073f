package eigen

import (
	"math"

	"github.com/gokfac/gokfac/internal/vector"
)

// maxExponent bounds the power of two that balance divides by: its inverse has to
// be a number too.
const maxExponent = 1000

// balance sets m to a, of which the lower triangle is read, divided by a power of
// two, which is exact, so that its largest element is about 1 and no square over-
// or underflows where it matters. It returns the exponent, and false if an element
// is not finite.
func (w *Workspace) balance(a []float64) (exponent int, ok bool) {
	n, largest := w.n, 0.0
	for i := range n {
		row := a[i*n : i*n+i+1]
		if !vector.Finite(row) {
			return 0, false
		}
		for _, v := range row {
			largest = max(largest, math.Abs(v))
		}
	}
	if largest > 0 {
		_, exponent = math.Frexp(largest)
		exponent = max(-maxExponent, min(maxExponent, exponent))
	}
	scale := math.Ldexp(1, -exponent)
	for i := range n {
		row := w.m[i*w.stride : i*w.stride+i+1]
		copy(row, a[i*n:])
		vector.Scale(row, scale)
		first := i / productStrip * productStrip // of the square on the diagonal
		for j, v := range row[first:] {
			w.m[(first+j)*w.stride+i] = v
		}
	}
	return exponent, true
}

// deliver writes the eigenvectors into the columns of a and the eigenvalues,
// times scale, into values, both in the order of the values. It reports false if
// one of these is too large.
func (w *Workspace) deliver(a, values []float64, scale float64) bool {
	for i, from := range w.order[:w.n] {
		values[i] = w.d[from] * scale
	}
	transposes.Run((w.n+transposeRows-1)/transposeRows, transpose{w, a}, (*transpose).piece)
	return vector.Finite(values)
}
