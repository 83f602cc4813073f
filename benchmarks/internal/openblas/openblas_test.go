package openblas

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

func open(t *testing.T) *Library {
	t.Helper()
	l, err := Open()
	if err != nil {
		t.Skip(err)
	}
	t.Logf("%s, %s, %d threads", l.Config(), l.Core(), l.Threads())
	return l
}

func random[T Float](rng *rand.Rand, n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(rng.Float64() - 0.5)
	}
	return x
}

func blasTranspose(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}

// Sums of k products of numbers below ½ are below k/4; each of k roundings of
// either side is off by half a unit in the last place of that.
const k, single, double = 7, 7 * 7.0 / 4 * 6e-8, 7 * 7.0 / 4 * 1.2e-16

func TestGemm(t *testing.T) {
	l := open(t)
	rng := rand.New(rand.NewPCG(1, 2))
	const m, n = 5, 3
	for _, c := range []struct {
		transA, transB bool
		lda, ldb       int
	}{{false, false, k + 2, n + 1}, {true, false, m + 2, n + 1}, {false, true, k + 2, k + 1}, {true, true, m + 2, k + 1}} {
		tA, tB := blasTranspose(c.transA), blasTranspose(c.transB)
		a, b := random[float32](rng, 100), random[float32](rng, 100)
		want, got := make([]float32, m*(n+3)), make([]float32, m*(n+3))
		gonum.Implementation{}.Sgemm(tA, tB, m, n, k, 1, a, c.lda, b, c.ldb, 0, want, n+3)
		Gemm(l, c.transA, c.transB, m, n, k, a, c.lda, b, c.ldb, got, n+3)
		assert.InDeltaSlice(t, want, got, single, "%+v", c)

		a64, b64 := random[float64](rng, 100), random[float64](rng, 100)
		want64, got64 := make([]float64, m*(n+3)), make([]float64, m*(n+3))
		gonum.Implementation{}.Dgemm(tA, tB, m, n, k, 1, a64, c.lda, b64, c.ldb, 0, want64, n+3)
		Gemm(l, c.transA, c.transB, m, n, k, a64, c.lda, b64, c.ldb, got64, n+3)
		assert.InDeltaSlice(t, want64, got64, double, "%+v", c)
	}
}

func TestSyrk(t *testing.T) {
	l := open(t)
	rng := rand.New(rand.NewPCG(3, 4))
	const n = 5
	a := random[float32](rng, 100)
	want, got := make([]float32, n*(n+3)), make([]float32, n*(n+3))
	gonum.Implementation{}.Ssyrk(blas.Upper, blas.Trans, n, k, 1, a, n+2, 0, want, n+3)
	Syrk(l, n, k, a, n+2, got, n+3)
	assert.InDeltaSlice(t, want, got, single)

	a64 := random[float64](rng, 100)
	want64, got64 := make([]float64, n*(n+3)), make([]float64, n*(n+3))
	gonum.Implementation{}.Dsyrk(blas.Upper, blas.Trans, n, k, 1, a64, n+2, 0, want64, n+3)
	Syrk(l, n, k, a64, n+2, got64, n+3)
	assert.InDeltaSlice(t, want64, got64, double)
}

func TestInvert(t *testing.T) {
	l := open(t)
	a := []float64{ // upper triangle; the rest is not read
		4, 2, 9, 9,
		9, 3, 1, 9,
	}
	require.True(t, l.Invert(2, a, 4))
	assert.InDeltaSlice(t, []float64{3. / 8, -1. / 4, 9, 9, 9, 1. / 2, 1, 9}, a, 1e-15)

	assert.False(t, l.Invert(2, []float64{1, 2, 0, 1}, 2), "no Cholesky factor")
}

func TestThreads(t *testing.T) {
	l := open(t)
	before := l.Threads()
	defer l.SetThreads(before)
	l.SetThreads(1)
	assert.Equal(t, 1, l.Threads())
}
