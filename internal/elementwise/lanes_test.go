package elementwise

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/isa"
)

// elementFunctions are all functions of single elements. distance is how far, in
// ulp, a kernel may be from the plain one; 0 asks for the same bits, and Inf for
// NaN where that has one: tanhGrad has a test of its own.
var elementFunctions = []struct {
	name     string
	run      func(k *kernels[float32], out, a, b []float32)
	distance float64
}{
	{"relu", func(k *kernels[float32], out, a, _ []float32) { k.relu(out, a) }, 0},
	{"reluGrad", func(k *kernels[float32], out, a, b []float32) { k.reluGrad(out, a, b) }, 0},
	{"tanh", func(k *kernels[float32], out, a, _ []float32) { k.tanh(out, a) }, 2},
	{"tanhGrad", func(k *kernels[float32], out, a, b []float32) { k.tanhGrad(out, a, b) }, math.Inf(1)},
	{"sigmoid", func(k *kernels[float32], out, a, _ []float32) { k.sigmoid(out, a) }, 3},
	{"sigmoidGrad", func(k *kernels[float32], out, a, b []float32) { k.sigmoidGrad(out, a, b) }, 0},
	{"exp", func(k *kernels[float32], out, a, _ []float32) { k.exp(out, a) }, 2},
	{"log", func(k *kernels[float32], out, a, _ []float32) { k.log(out, a) }, 2},
	{"gelu", func(k *kernels[float32], out, a, _ []float32) { k.gelu(out, a) }, 7},
	{"geluGrad", func(k *kernels[float32], out, a, b []float32) { k.geluGrad(out, a, b) }, math.Inf(1)},
	{"silu", func(k *kernels[float32], out, a, _ []float32) { k.silu(out, a) }, 3},
	{"siluGrad", func(k *kernels[float32], out, a, b []float32) { k.siluGrad(out, a, b) }, math.Inf(1)},
	{"softplus", func(k *kernels[float32], out, a, _ []float32) { k.softplus(out, a) }, 3},
	{"softplusGrad", func(k *kernels[float32], out, a, b []float32) { k.softplusGrad(out, a, b) }, math.Inf(1)},
	{"elu", func(k *kernels[float32], out, a, _ []float32) { k.elu(out, a, 0.75) }, 3},
	{"eluGrad", func(k *kernels[float32], out, a, b []float32) { k.eluGrad(out, a, b, 0.75) }, 0},
	{"leakyReLU", func(k *kernels[float32], out, a, _ []float32) { k.leakyReLU(out, a, 0.125) }, 0},
	{"leakyReLUGrad", func(k *kernels[float32], out, a, b []float32) { k.leakyReLUGrad(out, a, b, 0.125) }, 0},
	{"residual", func(k *kernels[float32], out, a, b []float32) { k.residual(out, a, b, -0.375) }, 0},
}

var inf = float32(math.Inf(1))

// specials are the values that formulas stumble over.
var specials = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, inf, -inf, float32(math.NaN()), -float32(math.NaN()),
	math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 0x1p-126, -0x1p-126, 0x1.fffffcp-127, -0x1.fffffcp-127,
	math.MaxFloat32, -math.MaxFloat32, 87.33, -87.32, -87.33, -87.35, 88.72, 88.73, 88.8, 89, 90, -95, -100, -103.9, -103.98, -104, -150,
	0.6, -0.6, math.Nextafter32(0.6, 0), 9.01, 9.02, 10, 17, -17, 0x1p-12, 0x1p-64, math.Sqrt2, math.Sqrt2 / 2, math.Nextafter32(1, 0),
}

func same(x, y float32) bool { return x != x && y != y || math.Float32bits(x) == math.Float32bits(y) }

// sentinel is a NaN that no kernel makes.
var sentinel = math.Float32frombits(0x7fedcba9)

// guarded returns a slice of n elements amid sentinels, off the alignment of
// vectors, and a check that they are all still there.
func guarded(t *testing.T, n, offset int) ([]float32, func()) {
	const margin = 40
	all := make([]float32, margin+offset+n+margin)
	for i := range all {
		all[i] = sentinel
	}
	from := margin + offset
	return all[from : from+n : from+n], func() {
		for i, v := range all {
			if (i < from || i >= from+n) && math.Float32bits(v) != math.Float32bits(sentinel) {
				require.Failf(t, "written outside", "element %d of %d", i-from, n)
			}
		}
	}
}

// TestLanes takes every special value through every lane of every length from 0
// to 70, at several alignments, into another slice and into its own.
func TestLanes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	reference := plain[float32]()
	for _, k := range supported() {
		for _, f := range elementFunctions {
			t.Run(fmt.Sprintf("%s/%s", k.set, f.name), func(t *testing.T) {
				for n := range 71 {
					for round := range len(specials) {
						a, checkA := guarded(t, n, round%5)
						b, checkB := guarded(t, n, round%3)
						out, checkOut := guarded(t, n, round%7)
						want := make([]float32, n)
						for i := range a {
							a[i] = specials[(i+round)%len(specials)]
							b[i] = specials[(i*7+round*3)%len(specials)]
							if rng.IntN(3) == 0 {
								a[i], b[i] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
							}
						}
						f.run(reference, want, a, b)
						f.run(k, out, a, b)
						checkA()
						checkB()
						checkOut()
						for i := range out {
							requireNear(t, f.name, f.distance, k.set, a[i], b[i], out[i], want[i])
						}
						again := append([]float32(nil), out...)
						f.run(k, a, a, b)
						checkA()
						for i := range a {
							if !same(again[i], a[i]) {
								require.Failf(t, "in place", "%g, want %g", a[i], again[i])
							}
						}
					}
				}
			})
		}
	}
}

func requireNear(t *testing.T, name string, distance float64, set isa.Set, a, b, got, want float32) {
	if same(got, want) || math.IsInf(distance, 1) && got == got == (want == want) {
		return
	}
	if (name == "sigmoid" || name == "silu" || name == "softplus") && a < -87.33 || name == "gelu" && a < -13.215899 {
		require.Zero(t, got, "flushed")
		return
	}
	if e := ulps(got, float64(want)); !(e <= distance) {
		require.Failf(t, "far off", "%s %s(%g, %g) = %g, want %g", set, name, a, b, got, want)
	}
}

// TestTanhGrad compares with float64, where one rounding of 1-y² and one of the
// product remain.
func TestTanhGrad(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const n = 10001
	y, dy, dx := make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range y {
		y[i], dy[i] = float32(math.Tanh(3*rng.NormFloat64())), float32(rng.NormFloat64())
	}
	y[0], y[1], dy[2] = 1, -1, inf
	for _, k := range supported() {
		if k.set == isa.Generic {
			continue // rounds y² too
		}
		k.tanhGrad(dx, y, dy)
		for i := range dx {
			want := float64(dy[i]) * (1 - float64(y[i])*float64(y[i]))
			require.LessOrEqual(t, ulps(dx[i], want), 1.5, "%s: y = %g, dy = %g", k.set, y[i], dy[i])
		}
	}
}

// TestDivergenceShows: what is not a number does not come out as one.
func TestDivergenceShows(t *testing.T) {
	nan := float32(math.NaN())
	for _, k := range supported() {
		y := make([]float32, 1)
		for _, f := range []func(y, x []float32){k.relu, k.tanh, k.sigmoid, k.exp, k.log, k.gelu, k.silu, k.softplus,
			func(y, x []float32) { k.elu(y, x, 1) }, func(y, x []float32) { k.leakyReLU(y, x, 0.1) }} {
			f(y, []float32{nan})
			assert.True(t, y[0] != y[0], k.set.String())
		}
		for _, f := range []func(dx, y, dy []float32){k.tanhGrad, k.sigmoidGrad, k.geluGrad, k.siluGrad, k.softplusGrad} {
			f(y, []float32{nan}, []float32{1})
			assert.True(t, y[0] != y[0], k.set.String())
			f(y, []float32{0.5}, []float32{inf})
			assert.Equal(t, inf, y[0], k.set.String())
		}
		k.reluGrad(y, []float32{1}, []float32{nan})
		assert.True(t, y[0] != y[0], k.set.String())
		k.reluGrad(y, []float32{0}, []float32{nan})
		assert.Zero(t, y[0], "a select, not a product")
		k.residual(y, []float32{inf}, []float32{1}, 0.5)
		assert.Equal(t, inf, y[0])
	}
}

// TestSmoothGrads compares the gradients of functions with exponentials with those in
// float64: within 4 + |x| ulp of 1, as 1-σ has an error of one, times x, or of the slope's size where
// that is small.
func TestSmoothGrads(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const n = 10001
	x, dy, dx := make([]float32, n), make([]float32, n), make([]float32, n)
	wide, one, want := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], dy[i] = 4*float32(rng.NormFloat64()), 1
		wide[i], one[i] = float64(x[i]), 1
	}
	for _, k := range supported() {
		for name, f := range map[string]struct {
			grad  func(dx, x, dy []float32)
			exact func(dx, x, dy []float64)
		}{
			"gelu": {k.geluGrad, geluGrad[float64]}, "silu": {k.siluGrad, siluGrad[float64]}, "softplus": {k.softplusGrad, softplusGrad[float64]},
		} {
			f.grad(dx, x, dy)
			f.exact(want, wide, one)
			for i, v := range dx {
				require.InDelta(t, want[i], v, (4+math.Abs(wide[i]))*0x1p-24*max(math.Abs(want[i]), min(1, math.Exp(wide[i])*(1+wide[i]*wide[i]))), "%s %s at %g", k.set, name, x[i])
			}
		}
	}
}
