package cholesky

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFactorAndInverse: LLᵀ is the matrix and its inverse times it is I, at
// orders around the recursion's end.
func TestFactorAndInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 5, leaf, leaf + 1, 3*leaf + 5} {
		m := make([]float64, n*n)
		for range 2 * n { // a covariance
			x := make([]float64, n)
			for i := range x {
				x[i] = r.NormFloat64()
			}
			for i := range n {
				for j := range n {
					m[i*n+j] += x[i] * x[j] / float64(n)
				}
			}
		}
		l := append([]float64(nil), m...)
		require.True(t, Factor(n, l))
		var c Inverter[float64]
		c.Resize(n)
		copy(c.L, m)
		require.True(t, c.Invert())
		for i := range n {
			for j := range n {
				var square, unit float64
				for k := range n {
					if k <= min(i, j) {
						square += l[i*n+k] * l[j*n+k]
					}
					unit += c.L[max(i, k)*n+min(i, k)] * m[k*n+j]
				}
				assert.InDelta(t, m[i*n+j], square, 1e-12)
				want := 0.0
				if i == j {
					want = 1
				}
				assert.InDelta(t, want, unit, 1e-9)
			}
		}
		m[0] = -1
		copy(c.L, m)
		assert.False(t, c.Invert())
		assert.False(t, Factor(n, m))
	}
}

// TestInvertStops: an inversion that is not wanted any more ends early, and
// says so.
func TestInvertStops(t *testing.T) {
	done := make(chan struct{})
	c := Inverter[float64]{Done: done}
	const n = 3 * leaf
	for _, closed := range []bool{false, true} {
		if closed {
			close(done)
		}
		c.Resize(n)
		clear(c.L)
		for i := range n {
			c.L[i*n+i] = 1
		}
		assert.Equal(t, !closed, c.Invert())
	}
}
