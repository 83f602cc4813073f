package blas

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// benchShapes are the products of the models: the square anchor; forward,
// input gradient and weight gradient of a 784-512-512-10 classifier at batch
// 512 and 64; layers of the deep autoencoder at batch 1000; the classifier's weight gradients at batch 1.
var benchShapes = []shape{
	{m: 1024, n: 1024, k: 1024},
	{m: 512, n: 512, k: 784},
	{m: 512, n: 512, k: 784, transB: true},
	{m: 784, n: 512, k: 512, transA: true},
	{m: 512, n: 10, k: 512},
	{m: 512, n: 512, k: 10, transB: true},
	{m: 512, n: 10, k: 512, transA: true},
	{m: 64, n: 512, k: 784},
	{m: 64, n: 512, k: 512, transB: true},
	{m: 784, n: 512, k: 64, transA: true},
	{m: 1000, n: 1000, k: 784},
	{m: 1000, n: 500, k: 250, transB: true},
	{m: 1000, n: 500, k: 1000, transA: true},
	{m: 1000, n: 30, k: 250},
	{m: 784, n: 512, k: 1, transA: true},
	{m: 512, n: 512, k: 1, transA: true},
	{m: 512, n: 10, k: 1, transA: true},
}

func benchTiers(b *testing.B, run func(b *testing.B, t *tier)) {
	for _, t := range tiers() {
		b.Run(t.set.String(), func(b *testing.B) { run(b, t) })
	}
}

func BenchmarkGemm(b *testing.B) {
	benchTiers(b, func(b *testing.B, t *tier) {
		for _, s := range benchShapes {
			b.Run("float32/"+s.String(), func(b *testing.B) { benchGemm[float32](b, t, s) })
		}
		for _, s := range benchShapes {
			b.Run("float64/"+s.String(), func(b *testing.B) { benchGemm[float64](b, t, s) })
		}
	})
}

func benchGemm[T Float](b *testing.B, t *tier, s shape) {
	x, y, z := operands[T](rand.New(rand.NewPCG(1, 2)), s)
	b.ReportAllocs()
	for b.Loop() {
		tierGemm(t, s.transA, s.transB, s.m, s.n, s.k, 1, x.data, x.stride, y.data, y.stride, 0, z.data, z.stride)
	}
	gflops(b, 2*float64(s.m)*float64(s.n)*float64(s.k))
}

func gflops(b *testing.B, flops float64) {
	b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOPS")
}

func BenchmarkSyrk(b *testing.B) {
	benchTiers(b, func(b *testing.B, t *tier) {
		const n, k = 785, 512
		s := shape{m: n, n: n, k: k, transA: true}
		b.Run("float32", func(b *testing.B) {
			x, _, z := operands[float32](rand.New(rand.NewPCG(1, 2)), s)
			for b.Loop() {
				ssyrk(t, blas.Upper, blas.Trans, n, k, 1, x.data, x.stride, 0, z.data, z.stride)
			}
			gflops(b, n*(n+1)*k)
		})
		b.Run("float64", func(b *testing.B) {
			x, _, z := operands[float64](rand.New(rand.NewPCG(1, 2)), s)
			for b.Loop() {
				dsyrk(t, blas.Upper, blas.Trans, n, k, 1, x.data, x.stride, 0, z.data, z.stride)
			}
			gflops(b, n*(n+1)*k)
		})
	})
}
