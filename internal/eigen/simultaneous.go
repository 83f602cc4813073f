package eigen

import (
	"gonum.org/v1/gonum/blas"

	"github.com/gokfac/gokfac/internal/cholesky"
	"github.com/gokfac/gokfac/internal/vector"
)

// Simultaneous diagonalises A, positive definite, and C, symmetric, by one
// congruence: it sets k to K and s to the values, ascending, with
//
//	KᵀAK = I  and  KᵀCK = diag(s).
//
// All matrices are n×n, row-major; of a and c only the lower triangles are read,
// and nothing is written. With A = LLᵀ and the decomposition
// L⁻¹CL⁻ᵀ = E diag(s) Eᵀ, K is L⁻ᵀE.
//
// It reports false if A is not positive definite in float64, if an element is
// not finite, or if the decomposition fails; k and s then hold nothing of use.
func (w *Workspace) Simultaneous(n int, a, c, k, s []float64) bool {
	if n < 0 || min(len(a), len(c), len(k)) < n*n || len(s) < n {
		panic(badLength)
	}
	if n == 0 {
		return true
	}
	if len(w.factor) < n*n {
		w.factor = make([]float64, n*n)
	}
	l := w.factor[:n*n]
	for i := range n {
		copy(l[i*n:i*n+i+1], a[i*n:])
		copy(k[i*n:i*n+i+1], c[i*n:])
	}
	vector.Mirror(k[:n*n], n)
	if !cholesky.Factor(n, l) || w.stopped() {
		return false
	}
	kernel.Dtrsm(blas.Left, blas.Lower, blas.NoTrans, blas.NonUnit, n, n, 1, l, n, k, n)
	kernel.Dtrsm(blas.Right, blas.Lower, blas.Trans, blas.NonUnit, n, n, 1, l, n, k, n)
	if !w.Decompose(n, k, s) {
		return false
	}
	kernel.Dtrsm(blas.Left, blas.Lower, blas.Trans, blas.NonUnit, n, n, 1, l, n, k, n)
	return true
}
