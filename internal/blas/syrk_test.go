package blas

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
)

func tierSyrk[T Float](tier *tier, ul blas.Uplo, tA blas.Transpose, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	switch c := any(c).(type) {
	case []float32:
		ssyrk(tier, ul, tA, n, k, float32(alpha), any(a).([]float32), lda, float32(beta), c, ldc)
	case []float64:
		dsyrk(tier, ul, tA, n, k, float64(alpha), any(a).([]float64), lda, float64(beta), c, ldc)
	}
}

func TestSyrk(t *testing.T) { eachTier(t, testSyrk[float32], testSyrk[float64]) }

func testSyrk[T Float](t *testing.T, tier *tier) {
	rng := rand.New(rand.NewPCG(7, 8))
	scalars := []T{0, 1, -0.5}
	count := 0
	for _, n := range []int{0, 1, 3, 11, 12, 13, 31, 32, 33, 50, 64, 70, 131, 2100} {
		for _, k := range []int{0, 1, 5, 33, 70, 400} {
			if n > 1000 && (k != 5 || raceEnabled) {
				continue
			}
			for variant := range 4 {
				ul, inside := blas.Upper, func(i, j int) bool { return i <= j }
				if variant&1 != 0 {
					ul, inside = blas.Lower, func(i, j int) bool { return i >= j }
				}
				s := shape{m: n, n: n, k: k, transA: variant&2 != 0, pad: count % 4}
				s.transB = !s.transA
				count++
				alpha, beta := scalars[count%3], scalars[count/3%3]
				a, _, c := operands[T](rng, s)
				for i := range n {
					for j := range n {
						if !inside(i, j) {
							c.data[i*c.stride+j] = T(math.Inf(1))
						}
					}
				}
				before := c.clone()
				value, magnitude := product(s, alpha, a, a, beta, c)
				if beta == 0 { // C is not read
					for i := range n {
						for j := range n {
							if inside(i, j) {
								c.data[i*c.stride+j] = T(math.NaN())
							}
						}
					}
				}
				tierSyrk(tier, ul, transpose(s.transA), n, k, alpha, a.data, a.stride, beta, c.data, c.stride)
				requireClose(t, k, c, value, magnitude, inside)
				c.requireGuarded(t)
				for i := range n {
					for j := range n {
						if at := i*c.stride + j; !inside(i, j) && c.data[at] != before.data[at] {
							t.Fatalf("wrote element (%d, %d) outside the triangle %c", i, j, ul)
						}
					}
				}
			}
		}
	}
}
