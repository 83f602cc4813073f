package eigen

import (
	"math"

	"gonum.org/v1/gonum/blas"
)

// choleskyLeaf is the order below which the recursion ends.
const choleskyLeaf = 32

// cholesky turns the lower triangle of the diagonal block of rows lo…hi of l,
// n×n, into its Cholesky factor, and reports false if there is none in float64.
// With the block split in four,
//
//	L₂₁ = M₂₁L₁₁⁻ᵀ,  L₂₂L₂₂ᵀ = M₂₂ − L₂₁L₂₁ᵀ.
func cholesky(n, lo, hi int, l []float64) bool {
	if hi-lo <= choleskyLeaf {
		return factorLeaf(n, lo, hi, l)
	}
	mid := (lo + hi) / 2
	p, q := mid-lo, hi-mid
	if !cholesky(n, lo, mid, l) {
		return false
	}
	l11, l21, l22 := l[lo*n+lo:], l[mid*n+lo:], l[mid*n+mid:]
	kernel.Dtrsm(blas.Right, blas.Lower, blas.Trans, blas.NonUnit, q, p, 1, l11, n, l21, n)
	kernel.Dsyrk(blas.Lower, blas.NoTrans, q, p, -1, l21, n, 1, l22, n)
	return cholesky(n, mid, hi, l)
}

// factorLeaf is cholesky without recursion.
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
