package vector

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gokfac/gokfac/internal/isa"
)

// benchmarks of float32 operations, with the bytes that each element moves.
var benchmarks = []struct {
	name  string
	bytes int
	run   func(x, y, z, w []float32, wide []float64)
}{
	{"Finite", 4, func(x, y, z, w []float32, _ []float64) { Finite(x) }},
	{"Dot", 8, func(x, y, z, w []float32, _ []float64) { Dot(x, y) }},
	{"Products", 8, func(x, y, z, w []float32, _ []float64) { Products(x, y) }},
	{"Scale", 8, func(x, y, z, w []float32, _ []float64) { Scale(x, 1) }},
	{"Add", 12, func(x, y, z, w []float32, _ []float64) { Add(x, y) }},
	{"AddScaled", 12, func(x, y, z, w []float32, _ []float64) { AddScaled(x, 1e-9, y) }},
	{"Combine", 12, func(x, y, z, w []float32, _ []float64) { Combine(x, 0.75, 0.25, y) }},
	{"SGD", 20, func(x, y, z, w []float32, _ []float64) { SGD(x, y, z, 1e-9, 0.9, 1) }},
	{"Nesterov", 20, func(x, y, z, w []float32, _ []float64) { Nesterov(x, y, z, 1e-9, 0.9, 1) }},
	{"Adam", 28, func(x, y, z, w []float32, _ []float64) { Adam(x, y, z, w, adamCoefficients[float32]()) }},
	{"Momentum", 20, func(x, y, z, w []float32, _ []float64) { Momentum(x, z, y, 1e-9, 0.9, 1) }},
	{"Widen", 12, func(x, y, z, w []float32, wide []float64) { Widen(wide, x) }},
	{"Narrow", 12, func(x, y, z, w []float32, wide []float64) { Narrow(x, wide) }},
	{"Copy", 8, func(x, y, z, w []float32, _ []float64) { Copy(x, y) }},
	{"ColumnSums", 4, func(x, y, z, w []float32, _ []float64) { ColumnSums(z[:min(512, len(x)/8)], x) }},
}

func BenchmarkFloat32(b *testing.B) {
	for _, size := range []int{4096, 65536, 1 << 20} {
		x, y, z, w := uniform[float32](size, 1), uniform[float32](size, 2), uniform[float32](size, 3), uniform[float32](size, 4)
		wide := make([]float64, size)
		for _, o := range benchmarks {
			for _, set := range isa.Supported() {
				b.Run(fmt.Sprintf("%s/n=%d/%s", o.name, size, set), func(b *testing.B) {
					use(b, set)
					b.SetBytes(int64(o.bytes * size))
					for b.Loop() {
						o.run(x, y, z, w, wide)
					}
				})
			}
		}
	}
}

// BenchmarkMirror moves half of the bytes of the matrix twice.
func BenchmarkMirror(b *testing.B) {
	for _, n := range []int{100, 784, 1000, 1024} {
		a := uniform[float32](n*n, 5)
		for _, set := range isa.Supported() {
			b.Run(fmt.Sprintf("n=%d/%s", n, set), func(b *testing.B) {
				use(b, set)
				b.SetBytes(int64(4 * n * n))
				for b.Loop() {
					Mirror(a, n)
				}
			})
		}
		b.Run(fmt.Sprintf("n=%d/loop", n), func(b *testing.B) {
			b.SetBytes(int64(4 * n * n))
			for b.Loop() {
				triangle(a, n, 0, n)
			}
		})
	}
}

func uniform[T Float](n int, seed uint64) []T {
	rng := rand.New(rand.NewPCG(seed, 7))
	x := make([]T, n)
	for i := range x {
		x[i] = T(2*rng.Float64() - 1)
	}
	return x
}
