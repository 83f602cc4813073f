package blas

import (
	"math/rand/v2"
	"testing"
)

// FuzzGemm tries shapes, strides, transposes and scalars on every tier.
func FuzzGemm(f *testing.F) {
	f.Add(uint64(1), uint16(12), uint16(32), uint16(4), uint8(0), uint8(0), uint8(1))
	f.Add(uint64(2), uint16(65), uint16(10), uint16(300), uint8(3), uint8(1), uint8(6))
	f.Add(uint64(3), uint16(200), uint16(1), uint16(1), uint8(7), uint8(2), uint8(8))
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k uint16, pad, trans, scalars uint8) {
		s := shape{m: int(m % 300), n: int(n % 300), k: int(k % 500), pad: int(pad % 40), transA: trans&1 != 0, transB: trans&2 != 0}
		rng := rand.New(rand.NewPCG(seed, seed))
		values := []float64{0, 1, -0.5}
		alpha, beta := values[scalars%3], values[scalars/3%3]
		for _, tier := range tiers() {
			checkProduct(t, tier, rng, s, float32(alpha), float32(beta))
			checkProduct(t, tier, rng, s, alpha, beta)
		}
	})
}
