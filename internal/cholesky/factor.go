package cholesky

import (
	"math"

	"gonum.org/v1/gonum/blas"

	kernels "github.com/gokfac/gokfac/internal/blas"
)

// leaf is the order below which the recursions end.
const leaf = 32

var kernel kernels.Implementation

// Factor turns the lower triangle of l, n×n, into its Cholesky factor, and
// reports false if there is none in float64. With the matrix split in four,
//
//	L₂₁ = M₂₁L₁₁⁻ᵀ,  L₂₂L₂₂ᵀ = M₂₂ − L₂₁L₂₁ᵀ.
func Factor(n int, l []float64) bool { return factor(n, 0, n, l) }

// factor is Factor for the diagonal block of rows lo…hi.
func factor(n, lo, hi int, l []float64) bool {
	if hi-lo <= leaf {
		return factorLeaf(n, lo, hi, l)
	}
	mid := (lo + hi) / 2
	p, q := mid-lo, hi-mid
	if !factor(n, lo, mid, l) {
		return false
	}
	l11, l21, l22 := l[lo*n+lo:], l[mid*n+lo:], l[mid*n+mid:]
	kernel.Dtrsm(blas.Right, blas.Lower, blas.Trans, blas.NonUnit, q, p, 1, l11, n, l21, n)
	kernel.Dsyrk(blas.Lower, blas.NoTrans, q, p, -1, l21, n, 1, l22, n)
	return factor(n, mid, hi, l)
}

// factorLeaf is factor without recursion.
func factorLeaf(n, lo, hi int, l []float64) bool {
	for j := lo; j < hi; j++ {
		rowJ := l[j*n+lo : j*n+j]
		d := l[j*n+j]
		for _, v := range rowJ {
			d -= v * v
		}
		if !(d > 0) || math.IsInf(d, 1) {
			return false
		}
		d = math.Sqrt(d)
		l[j*n+j] = d
		for i := j + 1; i < hi; i++ {
			s := l[i*n+j]
			for k, v := range l[i*n+lo : i*n+j] {
				s -= v * rowJ[k]
			}
			l[i*n+j] = s / d
		}
	}
	return true
}
