package cholesky

import (
	"math"

	"gonum.org/v1/gonum/blas"
)

// leaf is the order below which the recursions end.
const leaf = 32

// Factor turns the lower triangle of l, n×n, into its Cholesky factor, and
// reports false if there is none in T. With the matrix split in four,
//
//	L₂₁ = M₂₁L₁₁⁻ᵀ,  L₂₂L₂₂ᵀ = M₂₂ − L₂₁L₂₁ᵀ.
func Factor[T Float](n int, l []T) bool { return factor(n, 0, n, l) }

// factor is Factor for the diagonal block of rows lo…hi.
func factor[T Float](n, lo, hi int, l []T) bool {
	if hi-lo <= leaf {
		return factorLeaf(n, lo, hi, l, 0)
	}
	mid := (lo + hi) / 2
	p, q := mid-lo, hi-mid
	if !factor(n, lo, mid, l) {
		return false
	}
	l11, l21, l22 := l[lo*n+lo:], l[mid*n+lo:], l[mid*n+mid:]
	trsm(blas.Right, blas.Trans, q, p, 1, l11, n, l21, n)
	syrk(blas.NoTrans, q, p, -1, l21, n, 1, l22, n)
	return factor(n, mid, hi, l)
}

// factorLeaf is factor without recursion. It reports false for pivots up to least, too.
func factorLeaf[T Float](n, lo, hi int, l []T, least T) bool {
	for j := lo; j < hi; j++ {
		rowJ := l[j*n+lo : j*n+j]
		d := l[j*n+j]
		for _, v := range rowJ {
			d -= T(v * v)
		}
		if !(d > least) || math.IsInf(float64(d), 1) {
			return false
		}
		d = T(math.Sqrt(float64(d)))
		l[j*n+j] = d
		for i := j + 1; i < hi; i++ {
			s := l[i*n+j]
			for k, v := range l[i*n+lo : i*n+j] {
				s -= T(v * rowJ[k])
			}
			l[i*n+j] = s / d
		}
	}
	return true
}
