package curvature

import "math/rand/v2"

// normals fills v with normal variates.
func normals(v []float64, rng *rand.Rand) {
	for i := range v {
		v[i] = rng.NormFloat64()
	}
}

// signs fills v with random signs ±1.
func signs(v []float64, rng *rand.Rand) {
	var bits uint64
	for i := range v {
		if i%64 == 0 {
			bits = rng.Uint64()
		}
		v[i] = float64(1 - 2*int(bits&1))
		bits >>= 1
	}
}

// generator is the stream of a seed, apart from those of other uses of the same seed.
func generator(seed, use uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, use)) }
