package blas

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/isa"
)

// outerShapes end in every width of strips, alone and after others.
var outerShapes = []shape{
	{m: 1, n: 1}, {m: 1, n: 2}, {m: 2, n: 3}, {m: 9, n: 4}, {m: 33, n: 10}, {m: 7, n: 15}, {m: 4, n: 16}, {m: 40, n: 31}, {m: 12, n: 32},
	{m: 5, n: 47}, {m: 3, n: 63}, {m: 8, n: 64}, {m: 50, n: 127}, {m: 6, n: 785}, {m: 600, n: 1}, {m: 700, n: 12}, {m: 3, n: 2500},
}

// TestOuter compares outer products with the reference, in all forms.
func TestOuter(t *testing.T) { eachTier(t, testOuter[float32], testOuter[float64]) }

func testOuter[T Float](t *testing.T, tier *tier) {
	rng := rand.New(rand.NewPCG(41, 42))
	for i, s := range outerShapes {
		s.k = 1
		for trans := range 4 {
			s.transA, s.transB, s.pad = trans&1 != 0, trans&2 != 0, (i+trans)%3
			for _, beta := range []T{0, 1, -0.75} {
				checkProduct(t, tier, rng, s, 1.25, beta)
			}
		}
	}
}

// TestOuterBits: the kernel of outer products forms the bits that tiles form, also of zeros of either sign, of elements that
// vanish and of ones that overflow; alone and shared.
func TestOuterBits(t *testing.T) { eachTier(t, testOuterBits[float32], testOuterBits[float64]) }

func testOuterBits[T Float](t *testing.T, tier *tier) {
	kern, free := kernelsOf[T](tier)
	if kern.outer == nil {
		t.Skip("tiles form outer products here")
	}
	tiles := *kern
	tiles.outer = nil
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	rng := rand.New(rand.NewPCG(43, 44))
	for i, s := range outerShapes {
		s.k = 1
		for trans := range 4 {
			s.transA, s.transB, s.pad = trans&1 != 0, trans&2 != 0, (i+trans)%3
			a, b, c := operands[T](rng, s)
			salt(rng, a)
			salt(rng, b)
			salt(rng, c)
			var bias []T
			if trans == 0 && i%2 == 0 {
				bias = newMatrix[T](rng, 1, s.n, 0).data
			}
			for _, alpha := range []T{1, -1.25} {
				for _, beta := range []T{0, 1, -0.75} {
					if bias != nil {
						alpha, beta = 1, 1
					}
					want := c.clone()
					multiplyOn(alone, &tiles, free, whole, s.transA, s.transB, s.m, s.n, 1, alpha, a.data, a.stride, b.data, b.stride, bias, beta, want.data, c.stride)
					for workers := 1; workers <= 3; workers++ {
						got := c.clone()
						multiplyOn(crew{number: workers}, kern, free, whole, s.transA, s.transB, s.m, s.n, 1, alpha, a.data, a.stride, b.data, b.stride, bias, beta, got.data, c.stride)
						require.Equal(t, digest([]matrix[T]{want}), digest([]matrix[T]{got}), "%v, α = %v, β = %v, %d workers", s, alpha, beta, workers)
						got.requireGuarded(t)
					}
				}
			}
		}
	}
}

// kernelsOf returns a tier's kernels for T, and the list of its jobs.
func kernelsOf[T Float](tier *tier) (kern *kernels[T], free *freelist[T]) {
	switch k := any(&kern).(type) {
	case **kernels[float32]:
		*k = tier.f32
		free = any(&free32).(*freelist[T])
	case **kernels[float64]:
		*k = tier.f64
		free = any(&free64).(*freelist[T])
	}
	return kern, free
}

// TestOuterDigest: the same bits on every architecture, as TestBits has it for longer sums.
func TestOuterDigest(t *testing.T) {
	for _, tier := range tiers() {
		if tier.set == isa.Generic {
			continue // it rounds products, unless the compiler joins them to sums
		}
		assert.Equal(t, uint64(0x614fde08e6cedcf5), outerDigest[float32](tier), "%v, float32", tier.set)
		assert.Equal(t, uint64(0x7ccb10fcc633b621), outerDigest[float64](tier), "%v, float64", tier.set)
	}
}

func outerDigest[T Float](tier *tier) uint64 {
	rng := rand.New(rand.NewPCG(45, 46))
	var products []matrix[T]
	for _, s := range outerShapes {
		s.k = 1
		for trans := range 4 {
			s.transA, s.transB, s.pad = trans&1 != 0, trans&2 != 0, trans
			for _, beta := range []T{0, 1, -0.75} {
				a, b, c := operands[T](rng, s)
				salt(rng, a)
				salt(rng, b)
				salt(rng, c)
				tierGemm(tier, s.transA, s.transB, s.m, s.n, 1, 1.25, a.data, a.stride, b.data, b.stride, beta, c.data, c.stride)
				products = append(products, c)
			}
		}
	}
	return digest(products)
}
