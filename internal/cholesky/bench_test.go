package cholesky

import (
	"fmt"
	"testing"
)

// BenchmarkInvert inverts a covariance in both types.
func BenchmarkInvert(b *testing.B) {
	for _, n := range []int{257, 513, 785, 1001, 2049, 4097} {
		b.Run(fmt.Sprintf("%d/float64", n), func(b *testing.B) { benchmarkInvert[float64](b, n) })
		b.Run(fmt.Sprintf("%d/float32", n), func(b *testing.B) { benchmarkInvert[float32](b, n) })
	}
}

func benchmarkInvert[T Float](b *testing.B, n int) {
	var c Inverter[T]
	c.Resize(n)
	for b.Loop() {
		for i := range n { // the inverse has a spectrum between 1/3 and 1
			row := c.L[i*n:]
			for j := range i {
				row[j] = T(1 / float64(n) * float64((i*j)%7-3) / 3)
			}
			row[i] = 2
		}
		if !c.Invert() {
			b.Fatal("not positive definite")
		}
	}
	b.ReportMetric(float64(n)*float64(n)*float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOPS")
}
