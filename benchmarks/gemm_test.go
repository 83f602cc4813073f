package benchmarks

import (
	"math/rand/v2"
	"slices"
	"testing"

	gonumblas "gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/gokfac/gokfac/benchmarks/internal/openblas"
	"github.com/gokfac/gokfac/benchmarks/internal/workload"
	"github.com/gokfac/gokfac/internal/blas"
)

// gemmShapes are a large square; every product of a step of the classifier at
// batches of 1, 64 and 512 and of the autoencoder at 1000; both products of the
// classifier's first preconditioned gradient A⁻¹VG⁻¹; and some of internal/blas's
// own benchmark.
func gemmShapes() []workload.Product {
	mlp, autoencoder := workload.Default("mlp"), workload.Default("autoencoder")
	list := slices.Concat(
		[]workload.Product{{M: 1024, N: 1024, K: 1024}},
		mlp.Products(512), mlp.Products(64), mlp.Products(1),
		[]workload.Product{
			{M: 785, N: 512, K: 785}, {M: 785, N: 512, K: 512},
			{M: 512, N: 512, K: 784, TransB: true},
		},
		autoencoder.Products(1000),
	)
	var distinct []workload.Product
	for _, p := range list {
		if !slices.Contains(distinct, p) {
			distinct = append(distinct, p)
		}
	}
	return distinct
}

func BenchmarkGemm(b *testing.B) {
	announceOpenBLAS()
	for _, p := range gemmShapes() {
		b.Run("float32/"+p.Orientation()+"/"+p.Shape(), func(b *testing.B) { benchGemm[float32](b, p) })
	}
	for _, p := range gemmShapes() {
		b.Run("float64/"+p.Orientation()+"/"+p.Shape(), func(b *testing.B) { benchGemm[float64](b, p) })
	}
}

func benchGemm[T blas.Float](b *testing.B, p workload.Product) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := workload.Random[T](rng, p.M*p.K), workload.Random[T](rng, p.K*p.N)
	z := make([]T, p.M*p.N)
	lda, ldb, ldc := p.Strides()
	ours := &contender{run: func() {
		blas.Gemm(p.TransA, p.TransB, p.M, p.N, p.K, 1, x, lda, y, ldb, 0, z, ldc)
	}}
	plain := &contender{run: func() { gonumGemm(p, x, lda, y, ldb, z, ldc) }}
	var theirs *contender
	if l, err := openBLAS(); err == nil {
		theirs = &contender{run: func() {
			openblas.Gemm(l, p.TransA, p.TransB, p.M, p.N, p.K, x, lda, y, ldb, z, ldc)
		}}
	}
	compare(b, p.FLOPs(), ours, plain, theirs)
}

func gonumGemm[T blas.Float](p workload.Product, a []T, lda int, b []T, ldb int, c []T, ldc int) {
	tA, tB := transpose(p.TransA), transpose(p.TransB)
	switch c := any(c).(type) {
	case []float32:
		gonum.Implementation{}.Sgemm(tA, tB, p.M, p.N, p.K, 1, any(a).([]float32), lda, any(b).([]float32), ldb, 0, c, ldc)
	case []float64:
		gonum.Implementation{}.Dgemm(tA, tB, p.M, p.N, p.K, 1, any(a).([]float64), lda, any(b).([]float64), ldb, 0, c, ldc)
	}
}

func transpose(t bool) gonumblas.Transpose {
	if t {
		return gonumblas.Trans
	}
	return gonumblas.NoTrans
}
