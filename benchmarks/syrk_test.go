package benchmarks

import (
	"fmt"
	"math/rand/v2"
	"testing"

	gonumblas "gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/gokfac/gokfac/benchmarks/internal/openblas"
	"github.com/gokfac/gokfac/benchmarks/internal/workload"
	"github.com/gokfac/gokfac/internal/blas"
)

// syrkShapes are n and k of Kronecker factors AᵀA: the classifier's at batches
// of 512 and 64, and the autoencoder's largest at 1000.
var syrkShapes = [][2]int{{784, 512}, {512, 512}, {10, 512}, {784, 64}, {512, 64}, {784, 1000}, {1000, 1000}, {500, 1000}, {30, 1000}}

func BenchmarkSyrk(b *testing.B) {
	announceOpenBLAS()
	for _, s := range syrkShapes {
		b.Run(fmt.Sprintf("float32/%d×%d", s[0], s[1]), func(b *testing.B) { benchSyrk[float32](b, s[0], s[1]) })
	}
	for _, s := range syrkShapes {
		b.Run(fmt.Sprintf("float64/%d×%d", s[0], s[1]), func(b *testing.B) { benchSyrk[float64](b, s[0], s[1]) })
	}
}

func benchSyrk[T blas.Float](b *testing.B, n, k int) {
	x := workload.Random[T](rand.New(rand.NewPCG(1, 2)), k*n)
	z := make([]T, n*n)
	ours := &contender{run: func() { blas.Syrk(n, k, 1, x, n, 0, z, n) }}
	plain := &contender{run: func() { gonumSyrk(n, k, x, z) }}
	var theirs *contender
	if l, err := openBLAS(); err == nil {
		theirs = &contender{run: func() { openblas.Syrk(l, n, k, x, n, z, n) }}
	}
	compare(b, float64(n)*float64(n+1)*float64(k), ours, plain, theirs)
}

func gonumSyrk[T blas.Float](n, k int, a, c []T) {
	switch c := any(c).(type) {
	case []float32:
		gonum.Implementation{}.Ssyrk(gonumblas.Upper, gonumblas.Trans, n, k, 1, any(a).([]float32), n, 0, c, n)
	case []float64:
		gonum.Implementation{}.Dsyrk(gonumblas.Upper, gonumblas.Trans, n, k, 1, any(a).([]float64), n, 0, c, n)
	}
}
