package benchmarks

import (
	"fmt"
	"math/rand/v2"
	"testing"

	gonumblas "gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/lapack/lapack64"

	"github.com/gokfac/gokfac/benchmarks/internal/workload"
	"github.com/gokfac/gokfac/internal/blas"
)

func BenchmarkInverse(b *testing.B) {
	announceOpenBLAS()
	for _, n := range []int{512, 785, 1000, 1001} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) { benchInverse(b, n) })
	}
}

// benchInverse compares dpotrf and dpotri: gonum's LAPACK on internal/blas, the
// same on gonum's own BLAS, and OpenBLAS's.
func benchInverse(b *testing.B, n int) {
	m, w := positiveDefinite(n), make([]float64, n*n)
	restore := func() { copy(w, m) }
	check := func(ok bool) {
		if !ok {
			b.Fatal("not positive definite")
		}
	}
	before := blas64.Implementation()
	defer blas64.Use(before)
	on := func(implementation gonumblas.Float64) *contender {
		return &contender{
			prepare: func() { restore(); blas64.Use(implementation) },
			run:     func() { check(invert(n, w)) },
		}
	}
	var theirs *contender
	if l, err := openBLAS(); err == nil {
		theirs = &contender{prepare: restore, run: func() { check(l.Invert(n, w, n)) }}
	}
	cube := float64(n) * float64(n) * float64(n) // ⅓ and ⅔ of n³
	compare(b, cube, on(blas.Implementation{}), on(gonum.Implementation{}), theirs)
}

// positiveDefinite is random and far from singular: its diagonal outweighs its
// rows.
func positiveDefinite(n int) []float64 {
	m := workload.Random[float64](rand.New(rand.NewPCG(1, 2)), n*n)
	for i := range n {
		for j := range i {
			m[i*n+j] = m[j*n+i]
		}
		m[i*n+i] += float64(n)
	}
	return m
}

// invert replaces the upper triangle by the inverse's.
func invert(n int, w []float64) bool {
	t, ok := lapack64.Potrf(blas64.Symmetric{N: n, Stride: n, Uplo: gonumblas.Upper, Data: w})
	if ok {
		_, ok = lapack64.Potri(t)
	}
	return ok
}
