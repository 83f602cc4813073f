package natural

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// PackedSize is the number of elements of a packed symmetric matrix of order n,
// n(n + 1)/2.
func PackedSize(n int) int { return n * (n + 1) / 2 }

// Pack sets dst to the lower triangle of s, row by row: element i ≥ j of the
// matrix is element i(i + 1)/2 + j of dst.
func Pack(dst []float64, s mat.Symmetric) {
	k := 0
	for i := range s.SymmetricDim() {
		for j := range i + 1 {
			dst[k] = s.At(i, j)
			k++
		}
	}
}

// Unpack sets dst, of order n or empty, to the symmetric matrix whose lower
// triangle is packed. It is the inverse of [Pack].
func Unpack(dst *mat.SymDense, packed []float64, n int) {
	symmetric(dst, n)
	k := 0
	for i := range n {
		for j := range i + 1 {
			dst.SetSym(i, j, packed[k])
			k++
		}
	}
}

// PackGradient sets dst to the gradient with respect to the packed elements of
// a symmetric matrix from the symmetric matrix g with dL = tr(g·dΣ): elements
// off the diagonal count twice, for an element of dst stands for two places.
func PackGradient(dst []float64, g mat.Symmetric) {
	k := 0
	for i := range g.SymmetricDim() {
		for j := range i {
			dst[k] = 2 * g.At(i, j)
			k++
		}
		dst[k] = g.At(i, i)
		k++
	}
}

// UnpackGradient is the inverse of [PackGradient].
func UnpackGradient(dst *mat.SymDense, packed []float64, n int) {
	symmetric(dst, n)
	k := 0
	for i := range n {
		for j := range i {
			dst.SetSym(i, j, packed[k]/2)
			k++
		}
		dst.SetSym(i, i, packed[k])
		k++
	}
}

// packedPairs calls visit for every two packed elements p ≥ q of a symmetric matrix of order n, p at (a, b) and q at
// (c, d).
func packedPairs(n int, visit func(p, q, a, b, c, d int)) {
	p := 0
	for a := range n {
		for b := range a + 1 {
			q := 0
			for c := range a + 1 {
				for d := range c + 1 {
					if q <= p {
						visit(p, q, a, b, c, d)
					}
					q++
				}
			}
			p++
		}
	}
}

// notPositive is the error for a matrix that is no covariance matrix.
func notPositive(family, what string, a mat.Symmetric) error {
	for i := range a.SymmetricDim() {
		for j := range i + 1 {
			if v := a.At(i, j); v-v != 0 {
				return &DomainError{family, fmt.Sprintf("%s: element (%d, %d) is %g: want finite numbers", what, i, j, v)}
			}
		}
		if d := a.At(i, i); d <= 0 {
			return &DomainError{family, fmt.Sprintf("%s: diagonal element %d is %g: want a positive definite matrix, whose diagonal is above 0", what, i, d)}
		}
	}
	var e mat.EigenSym
	smallest := math.NaN()
	if e.Factorize(a, false) {
		smallest = e.Values(nil)[0]
	}
	return &DomainError{family, fmt.Sprintf("%s: smallest eigenvalue %.3g: want a positive definite matrix", what, smallest)}
}
