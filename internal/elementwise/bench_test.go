package elementwise

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchFunctions run every kernel; bytes is the traffic of one element.
var benchFunctions = []struct {
	name  string
	bytes int
	run   func(k *kernels[float32], out, a, b, labels []float32)
}{
	{"relu", 8, func(k *kernels[float32], out, a, _, _ []float32) { k.relu(out, a) }},
	{"reluGrad", 12, func(k *kernels[float32], out, a, b, _ []float32) { k.reluGrad(out, a, b) }},
	{"tanh", 8, func(k *kernels[float32], out, a, _, _ []float32) { k.tanh(out, a) }},
	{"tanhGrad", 12, func(k *kernels[float32], out, a, b, _ []float32) { k.tanhGrad(out, a, b) }},
	{"sigmoid", 8, func(k *kernels[float32], out, a, _, _ []float32) { k.sigmoid(out, a) }},
	{"sigmoidGrad", 12, func(k *kernels[float32], out, a, b, _ []float32) { k.sigmoidGrad(out, a, b) }},
	{"exp", 8, func(k *kernels[float32], out, a, _, _ []float32) { k.exp(out, a) }},
	{"log", 8, func(k *kernels[float32], out, _, b, _ []float32) { k.log(out, b) }},
	{"residual", 12, func(k *kernels[float32], out, a, b, _ []float32) { k.residual(out, a, b, 0.5) }},
	{"gelu", 8, func(k *kernels[float32], out, a, _, _ []float32) { k.gelu(out, a) }},
	{"geluGrad", 12, func(k *kernels[float32], out, a, b, _ []float32) { k.geluGrad(out, a, b) }},
	{"silu", 8, func(k *kernels[float32], out, a, _, _ []float32) { k.silu(out, a) }},
	{"siluGrad", 12, func(k *kernels[float32], out, a, b, _ []float32) { k.siluGrad(out, a, b) }},
	{"softplus", 8, func(k *kernels[float32], out, a, _, _ []float32) { k.softplus(out, a) }},
	{"softplusGrad", 12, func(k *kernels[float32], out, a, b, _ []float32) { k.softplusGrad(out, a, b) }},
	{"elu", 8, func(k *kernels[float32], out, a, _, _ []float32) { k.elu(out, a, 1) }},
	{"eluGrad", 12, func(k *kernels[float32], out, a, b, _ []float32) { k.eluGrad(out, a, b, 1) }},
	{"leakyReLU", 8, func(k *kernels[float32], out, a, _, _ []float32) { k.leakyReLU(out, a, 0.1) }},
	{"leakyReLUGrad", 12, func(k *kernels[float32], out, a, b, _ []float32) { k.leakyReLUGrad(out, a, b, 0.1) }},
	{"softmax10", 8, func(k *kernels[float32], out, a, _, _ []float32) { k.softmax(out, a, 10) }},
	{"softmax1000", 8, func(k *kernels[float32], out, a, _, _ []float32) { k.softmax(out, a, 1000) }},
	{"softmaxCost10", 4, func(k *kernels[float32], _, a, _, l []float32) { k.softmaxCost(a, l, 10) }},
	{"softmaxCost1000", 4, func(k *kernels[float32], _, a, _, l []float32) { k.softmaxCost(a, l[:len(a)/1000], 1000) }},
	{"sigmoidCost", 8, func(k *kernels[float32], _, a, b, _ []float32) { k.sigmoidCost(a, b) }},
}

// BenchmarkKernels runs on one goroutine, over slices in the cache.
func BenchmarkKernels(b *testing.B) {
	const n = 8000
	out, x, y, labels := benchSlices(n)
	for _, f := range benchFunctions {
		for _, k := range supported() {
			b.Run(fmt.Sprintf("%s/%s", f.name, k.set), func(b *testing.B) {
				for b.Loop() {
					f.run(k, out, x, y, labels)
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/n, "ns/element")
				b.ReportMetric(float64(f.bytes*n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
			})
		}
	}
}

func benchSlices(n int) (out, x, y, labels []float32) {
	rng := rand.New(rand.NewPCG(1, 2))
	out, x, y, labels = make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n/10)
	for i := range x {
		x[i], y[i] = 3*float32(rng.NormFloat64()), rng.Float32()
	}
	for i := range labels {
		labels[i] = float32(rng.IntN(10))
	}
	return out, x, y, labels
}

// BenchmarkPieces compares one goroutine with pieces for all, at lengths around
// the limits.
func BenchmarkPieces(b *testing.B) {
	for _, f := range []struct {
		name  string
		run   func(y, x []float32)
		alone func(y, x []float32)
	}{
		{"relu", ReLU[float32], single.kernels.relu},
		{"tanh", Tanh[float32], single.kernels.tanh},
	} {
		for shift := 13; shift <= 20; shift++ {
			n := 1 << shift
			out, x, _, _ := benchSlices(n)
			for _, way := range []struct {
				name string
				run  func(y, x []float32)
			}{{"alone", f.alone}, {"pieces", f.run}} {
				b.Run(fmt.Sprintf("%s/2^%d/%s", f.name, shift, way.name), func(b *testing.B) {
					for b.Loop() {
						way.run(out, x)
					}
					b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(n), "ns/element")
				})
			}
		}
	}
}
