package blas

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestGram compares with sums written out, over odd sizes and strides, in both types.
func TestGram(t *testing.T) {
	checkGram[float32](t, 1e-5)
	checkGram[float64](t, 1e-13)
}

func checkGram[T Float](t *testing.T, tolerance float64) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct{ n, k, lda, ldc int }{{1, 1, 1, 1}, {3, 7, 9, 5}, {17, 2, 2, 17}, {33, 65, 65, 40}, {100, 13, 20, 100}} {
		a, got := make([]T, c.n*c.lda), make([]T, c.n*c.ldc)
		for i := range a {
			a[i] = T(r.NormFloat64())
		}
		for i := range got {
			got[i] = T(r.NormFloat64())
		}
		before := append([]T{}, got...)
		Gram(c.n, c.k, 0.5, a, c.lda, -2, got, c.ldc)
		for i := range c.n {
			for j := range c.ldc {
				want := float64(before[i*c.ldc+j])
				if j <= i {
					want *= -2
					for l := range c.k {
						want += 0.5 * float64(a[i*c.lda+l]) * float64(a[j*c.lda+l])
					}
				}
				assert.InDelta(t, want, float64(got[i*c.ldc+j]), tolerance*float64(c.k+2), "%v %d %d", c, i, j)
			}
		}
	}
}
