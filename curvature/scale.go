package curvature

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/internal/vector"
)

// ldexp multiplies x by 2^e.
func ldexp(x []float64, e int) {
	first, second := factors(e)
	vector.Scale(x, first)
	vector.Scale(x, second)
}

// scale makes dst 2^e·x.
func scale(dst *mat.VecDense, e int, x *mat.VecDense) {
	first, second := factors(e)
	dst.ScaleVec(first, x)
	dst.ScaleVec(second, dst)
}

// factors have the product 2^e, which may be out of float64's range itself.
func factors(e int) (first, second float64) { return math.Ldexp(1, e/2), math.Ldexp(1, e-e/2) }
