package blas

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/blas"
)

// tierAffine is Affine on a chosen tier.
func tierAffine[T Float](tier *tier, m, n, k int, a []T, lda int, b []T, ldb int, bias []T, c []T, ldc int) {
	switch c := any(c).(type) {
	case []float32:
		saffine(tier, m, n, k, any(a).([]float32), lda, any(b).([]float32), ldb, any(bias).([]float32), c, ldc)
	case []float64:
		daffine(tier, m, n, k, any(a).([]float64), lda, any(b).([]float64), ldb, any(bias).([]float64), c, ldc)
	}
}

// affineProduct is A·B + 1·biasᵀ in float64, and the same of all magnitudes.
func affineProduct[T Float](s shape, a, b, bias matrix[T]) (value, magnitude []float64) {
	rows := newMatrix[T](rand.New(rand.NewPCG(0, 0)), s.m, s.n, 0)
	fillRows(s.m, bias.data, s.n, rows.data, rows.stride)
	return product(s, 1, a, b, 1, rows)
}

// checkAffineShape compares one map with the reference; C must not be read.
// The operands pass through place first.
func checkAffineShape[T Float](t *testing.T, tier *tier, rng *rand.Rand, s shape, place func(matrix[T]) matrix[T]) (got matrix[T]) {
	t.Helper()
	a, b, c := operands[T](rng, s)
	bias := newMatrix[T](rng, 1, s.n, 0)
	value, magnitude := affineProduct(s, a, b, bias)
	for i := range c.data {
		c.data[i] = T(math.NaN())
	}
	a, b, bias, c = place(a), place(b), place(bias), place(c)
	tierAffine(tier, s.m, s.n, s.k, a.data, a.stride, b.data, b.stride, bias.data, c.data, c.stride)
	requireClose(t, s.k, c, value, magnitude, nil)
	return c
}

func TestAffine(t *testing.T) { eachTier(t, testAffine[float32], testAffine[float64]) }

func testAffine[T Float](t *testing.T, tier *tier) {
	rng := rand.New(rand.NewPCG(15, 16))
	shapes := []shape{
		{m: 300, n: 10, k: 512}, {m: 64, n: 200, k: 784}, {m: 385, n: 130, k: 401}, {m: 100, n: 1, k: 1100},
		{m: 1, n: 300, k: 1030}, {m: 210, n: 75, k: 1500}, {m: 2100, n: 35, k: 20}, {m: 33, n: 2077, k: 40}, {m: 5, n: 2077, k: 1030},
	}
	for _, m := range []int{0, 1, 2, 5, 12, 31, 70} {
		for _, n := range []int{0, 1, 3, 16, 33, 70} {
			for _, k := range []int{0, 1, 7, 33, 70} {
				shapes = append(shapes, shape{m: m, n: n, k: k})
			}
		}
	}
	for i, s := range shapes {
		if raceEnabled && i%5 != 0 {
			continue
		}
		s.pad = i % 4
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			c := checkAffineShape(t, tier, rng, s, func(m matrix[T]) matrix[T] { return m })
			c.requireGuarded(t)
		})
	}
}

// TestAffinePanics: the bias is checked with the rest, on every tier.
func TestAffinePanics(t *testing.T) {
	x := make([]float64, 100)
	for _, tier := range tiers() {
		require.PanicsWithValue(t, shortBias, func() { daffine(tier, 10, 10, 10, x, 10, x, 10, x[:9], x, 10) })
		require.PanicsWithValue(t, shortB, func() { daffine(tier, 10, 10, 10, x, 10, x[:99], 10, x, x, 10) })
		require.PanicsWithValue(t, badLdC, func() { daffine(tier, 10, 10, 10, x, 10, x, 10, x, x, 9) })
		require.PanicsWithValue(t, kLT0, func() { daffine(tier, 10, 10, -1, x, 10, x, 10, x, x, 10) })
	}
}

// TestAffineBits asks for the bits that Gemm makes of rows that hold the bias,
// by any number of workers.
func TestAffineBits(t *testing.T) { eachTier(t, testAffineBits[float32], testAffineBits[float64]) }

func testAffineBits[T Float](t *testing.T, tier *tier) {
	skipExternal(t, tier)
	rng := rand.New(rand.NewPCG(17, 18))
	for _, s := range []shape{{m: 150, n: 333, k: 500}, {m: 300, n: 10, k: 1600}, {m: 1, n: 700, k: 2100}} {
		a, b, c := operands[T](rng, s)
		bias := newMatrix[T](rng, 1, s.n, 0)
		want := c.clone()
		fillRows(s.m, bias.data, s.n, want.data, want.stride)
		tierGemm(tier, false, false, s.m, s.n, s.k, 1, a.data, a.stride, b.data, b.stride, 1, want.data, want.stride)
		for run := range 8 {
			previous := runtime.GOMAXPROCS(1 + run%3)
			tierAffine(tier, s.m, s.n, s.k, a.data, a.stride, b.data, b.stride, bias.data, c.data, c.stride)
			runtime.GOMAXPROCS(previous)
			require.Equal(t, want.data, c.data, "%v, run %d", s, run)
		}
	}
}

func TestAffineConcurrent(t *testing.T) {
	eachTier(t, testAffineConcurrent[float32], testAffineConcurrent[float64])
}

func testAffineConcurrent[T Float](t *testing.T, tier *tier) {
	done := make(chan struct{})
	for i := range uint64(2 * spareCallers) {
		go func() {
			defer func() { done <- struct{}{} }()
			rng := rand.New(rand.NewPCG(19, i))
			for range 5 {
				checkAffineShape(t, tier, rng, shape{m: 170 + int(i), n: 180, k: 170}, func(m matrix[T]) matrix[T] { return m })
			}
		}()
	}
	for range 2 * spareCallers {
		<-done
	}
}

// spareCallers is the number of concurrent callers that find a job to reuse.
const spareCallers = 4

// TestAffineAllocs: as TestAllocs, and the bias is not kept.
func TestAffineAllocs(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for _, tier := range tiers() {
		use(t, tier)
		x, y := make([]float32, 200*200), make([]float32, 200*200)
		work := func(m int) func() {
			return func() { Affine(m, m, m, x, 200, x, 200, x, y, 200) }
		}
		for m, most := range map[int]float64{1: 0, 60: 0, 200: 1} {
			assert.LessOrEqual(t, testing.AllocsPerRun(20, work(m)), most, "%s, %d rows", tier.set, m)
		}
	}
}

// BenchmarkAffine compares with what it replaces.
func BenchmarkAffine(b *testing.B) {
	for _, s := range []shape{{m: 512, n: 512, k: 784}, {m: 64, n: 512, k: 784}, {m: 1000, n: 1000, k: 784}} {
		x, w, y := operands[float32](rand.New(rand.NewPCG(1, 2)), s)
		bias := make([]float32, s.n)
		flops := 2 * float64(s.m) * float64(s.n) * float64(s.k)
		b.Run(s.String()+"/fused", func(b *testing.B) {
			for b.Loop() {
				Affine(s.m, s.n, s.k, x.data, x.stride, w.data, w.stride, bias, y.data, y.stride)
			}
			gflops(b, flops)
		})
		b.Run(s.String()+"/copied", func(b *testing.B) {
			for b.Loop() {
				fillRows(s.m, bias, s.n, y.data, y.stride)
				sgemm(active, blas.NoTrans, blas.NoTrans, s.m, s.n, s.k, 1, x.data, x.stride, w.data, w.stride, 1, y.data, y.stride)
			}
			gflops(b, flops)
		})
	}
}
