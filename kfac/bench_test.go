package kfac

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"github.com/gokfac/gokfac/graph"
)

// BenchmarkPrecondition takes both ways for layers of an MNIST classifier.
func BenchmarkPrecondition(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{64, 128, 256, 512} {
		tap := &graph.Tap{Examples: n, Weight: graph.NewParam("w", graph.Float32, 784, 512), Bias: graph.NewParam("b", graph.Float32, 512),
			A: graph.NewDense(graph.Float32, n, 784), TrueG: graph.NewDense(graph.Float32, n, 512)}
		block := newKronecker[float32](tap)
		for _, x := range [][]float32{tap.A.Float32s(), tap.TrueG.Float32s(), block.a.inverse, block.g.inverse} {
			for i := range x {
				x[i] = float32(r.NormFloat64())
			}
		}
		b.Run(fmt.Sprintf("B=%d/by-weight", n), func(b *testing.B) {
			for b.Loop() {
				block.precondition(tap, 1, false)
			}
		})
		b.Run(fmt.Sprintf("B=%d/by-example", n), func(b *testing.B) {
			for b.Loop() {
				block.examples.explain(block, tap, 1)
				block.examples.precondition(block, tap, 1)
			}
		})
	}
}

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
