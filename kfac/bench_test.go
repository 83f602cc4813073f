package kfac

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"github.com/gokfac/gokfac/internal/vector"
)

// BenchmarkPrecondition takes both ways for layers of an MNIST classifier.
func BenchmarkPrecondition(b *testing.B) {
	for _, examples := range []int{64, 128, 256, 512} {
		n := newNetwork[float32](b, 1, examples, affine{in: 784, out: 512, bias: true})
		k := newKronecker[float32](n.layers[0])
		v := k.NewInverse().(*kroneckerInverse[float32])
		randomize(random(2), v.a.dense.inverse, 1)
		randomize(random(3), v.g.dense.inverse, 1)
		tap := n.grad.Taps[0]
		b.Run(fmt.Sprintf("B=%d/by-weight", examples), func(b *testing.B) {
			for b.Loop() { // the gradient is not pure
				v.Apply(n.u, n.grad)
			}
		})
		b.Run(fmt.Sprintf("B=%d/by-example", examples), func(b *testing.B) {
			for b.Loop() {
				k.examples.explain(k.layer, tap, n.grad)
				k.examples.Apply(v, n.u, tap, 1)
			}
		})
	}
}

// BenchmarkStructures takes the inverse of one MNIST layer, with the next, and
// applies it.
func BenchmarkStructures(b *testing.B) {
	n := newNetwork[float32](b, 1, 512, affine{in: 784, out: 512, bias: true}, affine{in: 512, out: 10, bias: true})
	for _, s := range []Structure{BlockDiagonal, BlockTridiagonal, EKFAC, Diagonal} {
		k := blocksFor(n, s)[0]
		n.measure(b, k)
		v := k.NewInverse()
		w := newWorkspace()
		b.Run(string(s)+"/accumulate", func(b *testing.B) {
			p := n.pass(true, 1)
			for b.Loop() {
				k.Accumulate(p)
			}
		})
		b.Run(string(s)+"/invert", func(b *testing.B) {
			for b.Loop() {
				jobs := v.Prepare(0.5)
				if r, ok := k.(rebaser); ok {
					jobs = r.rebase()
				}
				for _, j := range jobs {
					if j.run(w); !j.ok {
						b.Fatal("not positive definite")
					}
				}
			}
		})
		b.Run(string(s)+"/apply", func(b *testing.B) {
			for b.Loop() {
				v.Apply(n.u, n.grad)
			}
		})
	}
}

// BenchmarkInverse inverts factors with as many rows as columns: in a model in float64,
// and in float32 with the tests that decide for float32, beside gonum's LAPACK for the
// input factor of an MNIST layer.
func BenchmarkInverse(b *testing.B) {
	for _, n := range []int{257, 513, 785, 1001, 2049, 4097} {
		f := covariance(random(1), n, n)
		single := newFactor[float32](n)
		vector.FromFloat64(single.mean, f.mean)
		b.Run(fmt.Sprintf("%d/double", n), func(b *testing.B) { benchmarkInverse(b, single, tryDouble) })
		b.Run(fmt.Sprintf("%d/single", n), func(b *testing.B) { benchmarkInverse(b, single, trySingle) })
	}
	const n = 785
	f := covariance(random(1), n, n)
	b.Run("lapack", func(b *testing.B) {
		w := make([]float64, n*n)
		for b.Loop() {
			f.damped(w, 0.1)
			t, ok := lapack64.Potrf(blas64.Symmetric{N: n, Stride: n, Uplo: blas.Lower, Data: w})
			if !ok {
				b.Fatal("not positive definite")
			}
			lapack64.Potri(t)
		}
	})
}

// benchmarkInverse inverts a factor by try.
func benchmarkInverse(b *testing.B, f *factor[float32], try func(d *dampedInverse[float32], raise float64, w *workspace) bool) {
	d, w := newDampedInverse(f), newWorkspace()
	d.damping = 0.1
	for b.Loop() {
		if !try(d, 1, w) {
			b.Fatal("not positive definite, or not accurate enough")
		}
	}
}
