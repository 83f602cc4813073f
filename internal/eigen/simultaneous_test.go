package eigen

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// definite is a covariance, plus a little on the diagonal.
func definite(n int, little float64) matrix {
	m := covariance("", n, 2*n, one)
	for i := range n {
		m.data[i*n+i] += little
	}
	return m
}

func simultaneous(t *testing.T, w *Workspace, a, c matrix) (k, s []float64) {
	n := a.n
	k, s = make([]float64, n*n), make([]float64, n)
	lowerA, lowerC := lowerOnly(a), lowerOnly(c)
	require.True(t, w.Simultaneous(n, lowerA, lowerC, k, s), "n = %d", n)
	for i := range n {
		require.Equal(t, a.data[i*n:i*n+i+1], lowerA[i*n:i*n+i+1], "A is left alone")
		require.Equal(t, c.data[i*n:i*n+i+1], lowerC[i*n:i*n+i+1], "C is left alone")
	}
	return k, s
}

// congruence is KᵀMK.
func congruence(m matrix, k []float64) []float64 {
	n := m.n
	mk, kmk := make([]float64, n*n), make([]float64, n*n)
	kernel.Dgemm('N', 'N', n, n, n, 1, m.data, n, k, n, 0, mk, n)
	kernel.Dgemm('T', 'N', n, n, n, 1, k, n, mk, n, 0, kmk, n)
	return kmk
}

// TestSimultaneous checks KᵀAK = I and KᵀCK = diag(s). The bounds have the
// condition of A, some ten, in them.
func TestSimultaneous(t *testing.T) {
	var w Workspace
	for _, n := range orders() {
		a := definite(n, 0.1)
		for _, c := range []matrix{randomMatrix(n), covariance("7 samples", n, 7, one), newMatrix("zero", n, func(i, j int) float64 { return 0 }), a} {
			k, s := simultaneous(t, &w, a, c)
			identity, diagonal := congruence(a, k), congruence(c, k)
			norm := 0.0
			for i, v := range s {
				identity[i*n+i]--
				diagonal[i*n+i] -= v
				norm = max(norm, math.Abs(v))
				if i > 0 {
					require.LessOrEqual(t, s[i-1], v)
				}
			}
			bound := 40 * float64(n) * unit
			require.True(t, frobenius(identity) <= bound, "%s, n = %d: KᵀAK − I is %g", c.name, n, frobenius(identity))
			require.True(t, frobenius(diagonal) <= bound*norm, "%s, n = %d: KᵀCK − S is %g", c.name, n, frobenius(diagonal))
		}
	}
}

// TestMatrixEquation solves AXB − CXD = V, which is what Simultaneous is for:
// X = K₁[(K₁ᵀVK₂) ⊘ (1 − s₁s₂ᵀ)]K₂ᵀ.
func TestMatrixEquation(t *testing.T) {
	var w Workspace
	for _, shape := range [][2]int{{1, 1}, {2, 3}, {5, 4}, {7, 1}, {9, 11}} {
		p, q := shape[0], shape[1]
		a, b := definite(p, 0.5), definite(q, 0.5)
		c, d := covariance("", p, 3, func(int) float64 { return 0.3 }), covariance("", q, 3, func(int) float64 { return 0.3 })
		k1, s1 := simultaneous(t, &w, a, c)
		k2, s2 := simultaneous(t, &w, b, d)
		require.Less(t, s1[p-1]*s2[q-1], 0.9, "a system that has a solution")
		r := source(p * q)
		v := mat.NewDense(p, q, nil)
		v.Apply(func(int, int, float64) float64 { return r.NormFloat64() }, v)

		var x mat.Dense
		x.Product(mat.NewDense(p, p, k1).T(), v, mat.NewDense(q, q, k2))
		x.Apply(func(i, j int, u float64) float64 { return u / (1 - s1[i]*s2[j]) }, &x)
		x.Product(mat.NewDense(p, p, k1), &x, mat.NewDense(q, q, k2).T())

		var system, second, want mat.Dense
		system.Kronecker(mat.NewDense(p, p, a.data), mat.NewDense(q, q, b.data))
		second.Kronecker(mat.NewDense(p, p, c.data), mat.NewDense(q, q, d.data))
		system.Sub(&system, &second)
		require.NoError(t, want.Solve(&system, mat.NewDense(p*q, 1, v.RawMatrix().Data)))
		assert.InDeltaSlice(t, want.RawMatrix().Data, x.RawMatrix().Data, 1e-9, "%d×%d", p, q)
	}
}

func TestSimultaneousRefuses(t *testing.T) {
	var w Workspace
	refuses := func(a, c matrix, why string) {
		n := a.n
		assert.False(t, w.Simultaneous(n, a.data, c.data, make([]float64, n*n), make([]float64, n)), "%s, n = %d", why, n)
	}
	for _, n := range []int{1, 3, 40, 100} {
		good := definite(n, 0.1)
		zero := newMatrix("", n, func(i, j int) float64 { return 0 })
		refuses(zero, good, "A = 0")
		refuses(newMatrix("", n, func(i, j int) float64 { return -good.data[i*n+j] }), good, "−A")
		indefinite := definite(n, 0.1)
		indefinite.data[n*n-1] = -1e-3
		refuses(indefinite, good, "a negative element")
		for _, bad := range []float64{math.NaN(), math.Inf(1)} {
			broken := definite(n, 0.1)
			broken.data[n*n-1] = bad
			refuses(broken, good, "A not finite")
			refuses(good, broken, "C not finite")
		}
		small := definite(n, 0.1)
		for i := range small.data {
			small.data[i] *= 1e-300
		}
		refuses(small, newMatrix("", n, func(i, j int) float64 { return 1e300 }), "overflow")
	}
	refuses(newMatrix("", 3, func(i, j int) float64 { return 1 }), definite(3, 0), "semidefinite")
}
