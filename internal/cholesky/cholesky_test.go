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
	t.Run("float64", func(t *testing.T) { testFactorAndInverse[float64](t, 1e-12, 1e-9) })
	t.Run("float32", func(t *testing.T) { testFactorAndInverse[float32](t, 1e-5, 1e-2) })
}

func testFactorAndInverse[T Float](t *testing.T, ofProduct, ofUnit float64) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 5, leaf, leaf + 1, 3*leaf + 5} {
		m := make([]T, n*n)
		for range 2 * n { // a covariance
			x := make([]float64, n)
			for i := range x {
				x[i] = r.NormFloat64()
			}
			for i := range n {
				for j := range n {
					m[i*n+j] += T(x[i] * x[j] / float64(n))
				}
			}
		}
		l := append([]T(nil), m...)
		require.True(t, Factor(n, l))
		var c Inverter[T]
		c.Resize(n)
		copy(c.L, m)
		require.True(t, c.Invert())
		for i := range n {
			for j := range n {
				var square, unit float64
				for k := range n {
					if k <= min(i, j) {
						square += float64(l[i*n+k]) * float64(l[j*n+k])
					}
					unit += float64(c.L[max(i, k)*n+min(i, k)]) * float64(m[k*n+j])
				}
				assert.InDelta(t, m[i*n+j], square, ofProduct)
				want := 0.0
				if i == j {
					want = 1
				}
				assert.InDelta(t, want, unit, ofUnit)
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

// TestLeastPivot: a pivot that is not greater than Least ends an inversion, in
// whichever leaf.
func TestLeastPivot(t *testing.T) {
	const n = 3 * leaf
	c := Inverter[float32]{Least: 0.25}
	for small := range n {
		for pivot, inverted := range map[float32]bool{0.125: false, 0.25: false, 0.5: true} {
			c.Resize(n)
			clear(c.L)
			for i := range n {
				c.L[i*n+i] = 1
			}
			c.L[small*n+small] = pivot
			assert.Equal(t, inverted, c.Invert())
		}
	}
}
