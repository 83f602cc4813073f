//go:build accelerate && (darwin || linux) && (amd64 || arm64)

package accelerate

import (
	"testing"

	"github.com/ebitengine/purego"
	"github.com/stretchr/testify/require"
)

// BenchmarkCall compares the two ways to call a product of 2×2 matrices, which takes next to no time itself.
func BenchmarkCall(b *testing.B) {
	l := open(b)
	x, y := make([]float32, 4), make([]float32, 4)
	b.Run("addresses", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			l.Single.Gemm(false, false, 2, 2, 2, 1, x, 2, x, 2, 0, y, 2)
		}
	})
	b.Run("reflection", func(b *testing.B) {
		handle, err := purego.Dlopen(installed(b), purego.RTLD_NOW|purego.RTLD_LOCAL)
		require.NoError(b, err)
		var cblas func(order, transA, transB, m, n, k int32, alpha float32, a *float32, lda int32, b *float32, ldb int32, beta float32, c *float32, ldc int32)
		purego.RegisterLibFunc(&cblas, handle, "cblas_sgemm")
		b.ReportAllocs()
		for b.Loop() {
			cblas(101, 111, 111, 2, 2, 2, 1, &x[0], 2, &x[0], 2, 0, &y[0], 2)
		}
	})
}
