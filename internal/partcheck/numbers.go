package partcheck

import (
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Rand is a generator that depends on nothing but the seeds. The first numbers of a PCG with small seeds are alike: the
// seeds are mixed (the finaliser of splitmix64, Steele et al. 2014).
func Rand(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(mixed(seed), mixed(stream))) }

func mixed(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Normals are n draws from N(0, 1).
func Normals(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// Doubles is a copy of the elements of t, in float64.
func Doubles(t *tensor.Dense) []float64 {
	if t.Dtype() == graph.Float64 {
		return append([]float64{}, t.Float64s()...)
	}
	x := make([]float64, t.DataSize())
	for i, v := range t.Float32s() {
		x[i] = float64(v)
	}
	return x
}

// Fill writes x into t, rounded to its type.
func Fill(t *tensor.Dense, x []float64) {
	if t.Dtype() == graph.Float64 {
		copy(t.Float64s(), x)
		return
	}
	for i := range t.Float32s() {
		t.Float32s()[i] = float32(x[i])
	}
}

// SameBits reports whether x and y are equal to the bit: NaN is equal to itself. at is the first element that differs.
func SameBits(x, y []float64) (at int, same bool) {
	if len(x) != len(y) {
		return min(len(x), len(y)), false
	}
	for i := range x {
		if math.Float64bits(x[i]) != math.Float64bits(y[i]) {
			return i, false
		}
	}
	return 0, true
}

// Dot is ⟨x, y⟩.
func Dot(x, y []float64) (sum float64) {
	for i, v := range x {
		sum += v * y[i]
	}
	return sum
}

// Largest is the greatest magnitude in x.
func Largest(x []float64) (m float64) {
	for _, v := range x {
		m = max(m, math.Abs(v))
	}
	return m
}

// Finite reports whether no element is NaN or infinite. at is the first one that is.
func Finite(x []float64) (at int, ok bool) {
	for i, v := range x {
		if v-v != 0 {
			return i, false
		}
	}
	return 0, true
}
