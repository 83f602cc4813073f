package kfac

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// BenchmarkInverse inverts the input factor of an MNIST layer, beside gonum's
// LAPACK.
func BenchmarkInverse(b *testing.B) {
	const n = 785
	f := covariance(rand.New(rand.NewPCG(1, 1)), n, n)
	b.Run("recursive", func(b *testing.B) {
		c := new(inverter)
		for b.Loop() {
			if !f.tryInvert(0.1, c) {
				b.Fatal("not positive definite")
			}
		}
	})
	b.Run("lapack", func(b *testing.B) {
		w := make([]float64, n*n)
		for b.Loop() {
			copy(w, f.mean)
			for i := range n {
				w[i*n+i] += 0.1
			}
			t, ok := lapack64.Potrf(blas64.Symmetric{N: n, Stride: n, Uplo: blas.Upper, Data: w})
			if !ok {
				b.Fatal("not positive definite")
			}
			lapack64.Potri(t)
		}
	})
}
