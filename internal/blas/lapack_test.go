package blas

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/gonum"
)

// use makes a tier the active one, and the one of gonum's LAPACK, until the
// test or benchmark ends.
func use(tb testing.TB, t *tier) {
	previous := active
	active = t
	blas64.Use(Implementation{})
	tb.Cleanup(func() {
		active = previous
		blas64.Use(reference)
	})
}

// positive returns a positive definite matrix of order n with the diagonal
// dominating.
func positive(n int) []float64 {
	rng := rand.New(rand.NewPCG(5, 6))
	a := make([]float64, n*n)
	for i := range n {
		for j := range i {
			v := 2*rng.Float64() - 1
			a[i*n+j], a[j*n+i] = v, v
		}
		a[i*n+i] = float64(n)
	}
	return a
}

func TestInverse(t *testing.T) {
	for _, tier := range tiers() {
		t.Run(tier.set.String(), func(t *testing.T) {
			use(t, tier)
			var lapack gonum.Implementation
			for _, n := range []int{1, 63, 64, 65, 129, 200} {
				for _, ul := range []blas.Uplo{blas.Upper, blas.Lower} {
					a := positive(n)
					x := append([]float64(nil), a...)
					require.True(t, lapack.Dpotrf(ul, n, x, n))
					require.True(t, lapack.Dpotri(ul, n, x, n))
					for i := range n {
						for j := range n {
							if (i < j) != (ul == blas.Upper) && i != j {
								x[i*n+j] = x[j*n+i]
							}
						}
					}
					one := make([]float64, n*n)
					reference.Dgemm(blas.NoTrans, blas.NoTrans, n, n, n, 1, a, n, x, n, 0, one, n)
					for i := range n {
						one[i*n+i]--
					}
					for i, v := range one {
						require.InDelta(t, 0, v, 10*float64(n)*epsilon[float64](), "order %d, element (%d, %d) of A·A⁻¹ - I", n, i/n, i%n)
					}
				}
			}
		})
	}
}

func BenchmarkInverse(b *testing.B) {
	benchTiers(b, func(b *testing.B, t *tier) {
		use(b, t)
		var lapack gonum.Implementation
		for _, n := range []int{785, 1001} {
			a := positive(n)
			x := make([]float64, len(a))
			for _, ul := range []blas.Uplo{blas.Upper, blas.Lower} {
				b.Run(string(rune(ul))+"/"+strconv.Itoa(n), func(b *testing.B) {
					for b.Loop() {
						copy(x, a)
						lapack.Dpotrf(ul, n, x, n)
						lapack.Dpotri(ul, n, x, n)
					}
					gflops(b, float64(n)*float64(n)*float64(n))
				})
			}
		}
	})
}
