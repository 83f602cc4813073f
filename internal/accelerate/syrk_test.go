//go:build accelerate && (darwin || linux) && (amd64 || arm64)

package accelerate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSyrk(t *testing.T) {
	l := open(t)
	t.Run("float32", func(t *testing.T) { testSyrk(t, &l.Single) })
	t.Run("float64", func(t *testing.T) { testSyrk(t, &l.Double) })
}

func testSyrk[T Float](t *testing.T, p *Products[T]) {
	rng := rand.New(rand.NewPCG(3, 4))
	scalars := []T{0, 1, -0.5}
	for _, n := range []int{1, 2, 3, 12, 31, 33, 64, 131} {
		for _, k := range []int{1, 5, 70} {
			for variant := range 36 {
				checkSyrk(t, p, rng, variant&1 != 0, variant&2 != 0, n, k, variant%5, scalars[variant/4%3], scalars[variant/12])
			}
		}
	}
}

// checkSyrk compares a product with its definition. The other triangle holds Inf, which must stay; with β = 0, this one holds NaN,
// which must not be read.
func checkSyrk[T Float](t *testing.T, p *Products[T], rng *rand.Rand, upper, trans bool, n, k, pad int, alpha, beta T) {
	t.Helper()
	rows, cols := stored(trans, n, k)
	a, c := newMatrix[T](rng, rows, cols, pad), newMatrix[T](rng, n, n, 2*pad)
	before := append([]T{}, c.data...)
	inside := func(i, j int) bool { return i == j || upper == (j > i) }
	for i := range n {
		for j := range n {
			switch {
			case !inside(i, j):
				c.data[i*c.stride+j] = T(math.Inf(1))
			case beta == 0:
				c.data[i*c.stride+j] = T(math.NaN())
			}
		}
	}
	p.Syrk(upper, trans, n, k, alpha, a.data, a.stride, beta, c.data, c.stride)
	for i := range n {
		for j := range n {
			got := c.at(false, i, j)
			if !inside(i, j) {
				if !math.IsInf(got, 1) {
					t.Fatalf("wrote %v at (%d, %d), upper %v", got, i, j, upper)
				}
				continue
			}
			sum, magnitude := dot(k, func(l int) float64 { return a.at(trans, i, l) }, func(l int) float64 { return a.at(trans, j, l) })
			old := 0.0
			if beta != 0 {
				old = float64(beta) * float64(before[i*c.stride+j])
			}
			want := float64(alpha)*sum + old
			if !(math.Abs(got-want) <= bound[T](k, math.Abs(float64(alpha))*magnitude+math.Abs(old))) {
				t.Fatalf("%d×%d, upper %v, trans %v, α = %v, β = %v: element (%d, %d) is %v, want %v", n, k, upper, trans, alpha, beta, i, j, got, want)
			}
		}
	}
	c.requireGuarded(t)
}

// TestSyrkByHand is worked out on paper, with A = [1 2 3; 4 5 6].
func TestSyrkByHand(t *testing.T) {
	l := open(t)
	a := []float64{1, 2, 3, 4, 5, 6}
	c := []float64{1, -1, 1, 1}
	l.Double.Syrk(false, false, 2, 3, 1, a, 3, 2, c, 2)
	assert.Equal(t, []float64{14 + 2, -1, 32 + 2, 77 + 2}, c, "lower triangle of A·Aᵀ + 2·C")

	c = []float64{9, 9, 9, -1, 9, 9, -1, -1, 9}
	l.Double.Syrk(true, true, 3, 2, 1, a, 3, 0, c, 3)
	assert.Equal(t, []float64{17, 22, 27, -1, 29, 36, -1, -1, 45}, c, "upper triangle of AᵀA")
}
