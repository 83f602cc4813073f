package cholesky

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/mat"
)

// symmetric returns random numbers as a lower triangle, with NaN above, and as a matrix.
func symmetric(r *rand.Rand, n int) ([]float32, *mat.SymDense) {
	l, m := make([]float32, n*n), mat.NewSymDense(n, nil)
	for i := range n {
		for j := range n {
			l[i*n+j] = float32(math.NaN())
			if j <= i {
				l[i*n+j] = float32(r.NormFloat64())
				m.SetSym(i, j, float64(l[i*n+j]))
			}
		}
	}
	return l, m
}

// TestResidual compares the bound with the norm of the matrix written out: above the
// 2-norm, and not above the Frobenius norm by more than α√(2/π) = 8, a little fluctuation
// aside.
func TestResidual(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var w Residual
	for _, n := range []int{1, 5, residualRows, 101, residualRows + 1, 3*residualRows - 1} {
		m, wideM := symmetric(r, n)
		x, wideX := symmetric(r, n)
		const shift = 0.7
		for i := range n {
			wideM.SetSym(i, i, wideM.At(i, i)+shift)
		}
		var e mat.Dense
		e.Mul(wideM, wideX)
		for i := range n {
			e.Set(i, i, e.At(i, i)-1)
		}
		bound := w.Bound(n, m, shift, x)
		assert.Greater(t, bound, mat.Norm(&e, 2), "n = %d", n)
		most := 0.0 // of ‖Ez‖
		for k := range probes {
			normal := rand.New(rand.NewPCG(uint64(k), 0x6b666163))
			z := mat.NewVecDense(n, nil)
			for i := range n {
				z.SetVec(i, normal.NormFloat64())
			}
			z.MulVec(&e, z)
			most = max(most, mat.Norm(z, 2))
		}
		assert.InEpsilon(t, certainty*math.Sqrt(2/math.Pi)*most, bound, 1e-12, "n = %d", n)
		x[(n-1)*n] = float32(math.Inf(1))
		bound = w.Bound(n, m, shift, x)
		assert.False(t, bound <= math.MaxFloat64, "n = %d: %g", n, bound)
	}
}

// TestResidualOfDifference: an error that concerns the difference of two elements alone,
// as duplicated inputs make it, is seen whichever two they are.
func TestResidualOfDifference(t *testing.T) {
	const n, size = 40, 1e-3
	unit, x := make([]float32, n*n), make([]float32, n*n)
	for i := range n {
		unit[i*n+i], x[i*n+i] = 1, 1
	}
	var w Residual
	assert.Zero(t, w.Bound(n, unit, 0, unit))
	for i := range n {
		for j := range i {
			x[i*n+i], x[j*n+j], x[i*n+j] = 1+size, 1+size, -size
			assert.Greater(t, w.Bound(n, unit, 0, x), 2*size, "%d, %d", i, j) // the 2-norm, up to rounding
			x[i*n+i], x[j*n+j], x[i*n+j] = 1, 1, 0
		}
	}
}
