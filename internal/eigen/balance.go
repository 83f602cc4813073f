package eigen

import (
	"math"

	"github.com/gokfac/gokfac/internal/vector"
)

// maxExponent bounds the power of two that balance divides by, so that its inverse is a finite number too.
const maxExponent = 1000

// balance sets m to a, of which the lower triangle is read, divided by a power of two. The division is exact. The
// largest element becomes about 1, so that no square that matters overflows or underflows. balance returns the exponent,
// and false if an element is not finite.
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
		first := i / productStrip * productStrip // first row of the square on the diagonal
		for j, v := range row[first:] {
			w.m[(first+j)*w.stride+i] = v
		}
	}
	return exponent, true
}

// deliver writes the eigenvectors into the columns of a and the eigenvalues, times scale, into values, both in the order
// of the values. It reports false if an eigenvalue is too large for float64.
func (w *Workspace) deliver(a, values []float64, scale float64) bool {
	for i, from := range w.order[:w.n] {
		values[i] = w.d[from] * scale
	}
	transposes.Run((w.n+transposeRows-1)/transposeRows, transpose{w, a}, (*transpose).piece)
	return vector.Finite(values)
}
