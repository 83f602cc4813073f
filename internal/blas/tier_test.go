package blas

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/blas"
)

// TestPanics runs every contradiction of arguments on every tier; the message
// must be the same, so that it does not matter where a mistake is found.
func TestPanics(t *testing.T) {
	x := make([]float64, 100)
	type gemmArgs struct {
		tA, tB                blas.Transpose
		m, n, k, lda, ldb, ld int
		a, b, c               []float64
	}
	good := gemmArgs{blas.NoTrans, blas.NoTrans, 10, 10, 10, 10, 10, 10, x, x, x}
	for name, spoil := range map[string]func(*gemmArgs){
		badTranspose: func(g *gemmArgs) { g.tA = 'X' },
		mLT0:         func(g *gemmArgs) { g.m = -1 },
		nLT0:         func(g *gemmArgs) { g.n = -1 },
		kLT0:         func(g *gemmArgs) { g.k = -1 },
		badLdA:       func(g *gemmArgs) { g.lda = 9 },
		badLdB:       func(g *gemmArgs) { g.ldb = 9 },
		badLdC:       func(g *gemmArgs) { g.ld = 9 },
		shortA:       func(g *gemmArgs) { g.a = x[:99] },
		shortB:       func(g *gemmArgs) { g.b = x[:99] },
		shortC:       func(g *gemmArgs) { g.c = x[:99] },
	} {
		for _, tier := range tiers() {
			g := good
			spoil(&g)
			require.PanicsWithValue(t, name, func() {
				dgemm(tier, g.tA, g.tB, g.m, g.n, g.k, 1, g.a, g.lda, g.b, g.ldb, 0, g.c, g.ld)
			}, tier.set.String())
		}
	}
	for _, tier := range tiers() {
		require.PanicsWithValue(t, badUplo, func() { dsyrk(tier, 'X', blas.Trans, 2, 2, 1, x, 2, 0, x, 2) })
		require.PanicsWithValue(t, shortC, func() { dsyrk(tier, blas.Upper, blas.Trans, 11, 2, 1, x, 11, 0, x, 11) })
		for _, f := range []func(*tier_, blas.Side, blas.Uplo, blas.Transpose, blas.Diag, int, int, float64, []float64, int, []float64, int){dtrsm, dtrmm} {
			require.PanicsWithValue(t, badSide, func() { f(tier, 'X', blas.Upper, blas.Trans, blas.Unit, 2, 2, 1, x, 2, x, 2) })
			require.PanicsWithValue(t, badDiag, func() { f(tier, blas.Left, blas.Upper, blas.Trans, 'X', 2, 2, 1, x, 2, x, 2) })
			require.PanicsWithValue(t, shortA, func() { f(tier, blas.Left, blas.Upper, blas.Trans, blas.Unit, 11, 2, 1, x, 11, x, 2) })
		}
	}
}

// tier_ names the type where a loop variable hides it.
type tier_ = tier

// TestDeterminism asks for the same bits however often and by however many
// workers a product is formed.
func TestDeterminism(t *testing.T) { eachTier(t, testDeterminism[float32], testDeterminism[float64]) }

func testDeterminism[T Float](t *testing.T, tier *tier) {
	skipExternal(t, tier)
	rng := rand.New(rand.NewPCG(9, 10))
	for _, s := range []shape{{m: 150, n: 333, k: 500}, {m: 900, n: 10, k: 500, transA: true}, {m: 64, n: 300, k: 1100, transB: true}} {
		a, b, c := operands[T](rng, s)
		var first []T
		for run := range 8 {
			previous := runtime.GOMAXPROCS(1 + run%3)
			tierGemm(tier, s.transA, s.transB, s.m, s.n, s.k, 1, a.data, a.stride, b.data, b.stride, 0, c.data, c.stride)
			runtime.GOMAXPROCS(previous)
			if run == 0 {
				first = append(first, c.data...)
				continue
			}
			require.Equal(t, first, c.data, "%v, run %d", s, run)
		}
	}
}

// TestConcurrent lets more callers work at once than jobs are kept.
func TestConcurrent(t *testing.T) { eachTier(t, testConcurrent[float32], testConcurrent[float64]) }

func testConcurrent[T Float](t *testing.T, tier *tier) {
	rng := rand.New(rand.NewPCG(11, 12))
	s := shape{m: 170, n: 180, k: 170, transB: true}
	a, b, c := operands[T](rng, s)
	value, magnitude := product(s, 1, a, b, 0, c)
	const callers = 8
	results := make([]matrix[T], callers)
	done := make(chan struct{})
	for i := range results {
		results[i] = c.clone()
		go func() {
			for range 10 {
				tierGemm(tier, s.transA, s.transB, s.m, s.n, s.k, 1, a.data, a.stride, b.data, b.stride, 0, results[i].data, c.stride)
			}
			done <- struct{}{}
		}()
	}
	for range results {
		<-done
	}
	for _, r := range results {
		requireClose(t, s.k, r, value, magnitude, nil)
	}
}

// TestAllocs: nothing is allocated once the memory of a shape is there; the
// workers of a parallel product are goroutines that the runtime recycles.
func TestAllocs(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for _, tier := range tiers() {
		use(t, tier)
		x := make([]float32, 200*200)
		y, z := make([]float64, 200*200), make([]float64, 200*200)
		work := func(n int) func() {
			return func() {
				Gemm(false, true, n, n, n, 1, x, 200, x, 200, 0, x, 200)
				Gemm(true, false, n, n, n, 1, y, 200, y, 200, 0, z, 200)
				Syrk(n, n, 1, y, 200, 0, z, 200)
				Implementation{}.Dtrsm(blas.Left, blas.Upper, blas.Trans, blas.Unit, n, n, 1, y, 200, z, 200)
			}
		}
		assert.Zero(t, testing.AllocsPerRun(20, work(60)), "%s, one goroutine", tier.set.String())
		assert.LessOrEqual(t, testing.AllocsPerRun(20, work(200)), 1.0, "%s, all goroutines", tier.set.String())
	}
}

// TestFewWorkers lets helpers of a product for many come to one for two: a job
// has memory for no more than were asked for.
func TestFewWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	x, y := make([]float32, 300*300), make([]float32, 300*300)
	for range 200 {
		for _, m := range []int{300, 170, 60, 300, 170} {
			Gemm(false, false, m, m, m, 1, x, 300, x, 300, 0, y, 300)
		}
	}
}
