package depthwise

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/isa"
)

// Every set of instructions against sums in float64, for channels below, at and above whole
// registers, on slices without an element to spare.
func TestMap(t *testing.T) {
	for _, set := range isa.Supported() {
		for _, channels := range []int{1, 3, 4, 8, 13, 16, 17, 40} {
			for _, m := range []int{1, 3, 4, 9} {
				name := fmt.Sprintf("%s, %d channels, %d windows", set, channels, m)
				mapCase(t, name, Map[float32]{[]int{0, 5, 2 * channels}, 2 * channels, channels, kernelsFor[float32](set)}, m, 1e-6)
				mapCase(t, name, Map[float64]{[]int{3}, channels, channels, kernelsFor[float64](set)}, m, 1e-14)
			}
		}
	}
}

func mapCase[T Float](t *testing.T, name string, d Map[T], m int, tolerance float64) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 1))
	random := func(n int) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = T(2*r.Float64() - 1)
		}
		return x
	}
	n, last := d.Channels, 0
	for _, o := range d.Offsets {
		last = max(last, o)
	}
	x := random(last + (m-1)*d.Step + n)
	w, bias, y := random(len(d.Offsets)*n), random(n), random(m*n)
	d.Multiply(m, y, x, w, bias)
	for i, v := range y {
		want := float64(bias[i%n])
		for s, o := range d.Offsets {
			want += float64(x[o+i/n*d.Step+i%n]) * float64(w[s*n+i%n])
		}
		assert.InDelta(t, want, v, 4*tolerance, name)
	}
	g, before := random(m*n), append([]T{}, w...)
	d.AddTransposed(m, w, x, g)
	for i, v := range w {
		want := float64(before[i])
		for l := range m {
			want += float64(x[d.Offsets[i/n]+l*d.Step+i%n]) * float64(g[l*n+i%n])
		}
		assert.InDelta(t, want, v, 10*tolerance, name)
	}
	assert.PanicsWithValue(t, shortX, func() { d.Multiply(m, y, x[1:], w, bias) })
	assert.PanicsWithValue(t, shortY, func() { d.Multiply(m, y[1:], x, w, bias) })
	assert.PanicsWithValue(t, shortW, func() { d.AddTransposed(m, w[1:], x, g) })
	assert.PanicsWithValue(t, shortB, func() { d.Multiply(m, y, x, w, bias[1:]) })
}

// TestDigest: AVX2 and NEON find the same bits, also where a channel is left to plain Go.
func TestDigest(t *testing.T) {
	for _, set := range isa.Supported() {
		if set == isa.AVX2 || set == isa.NEON {
			assert.Equal(t, uint64(0xc4755826e959d4bd), digest(kernelsFor[float32](set)), "float32, %s", set)
			assert.Equal(t, uint64(0x8a504b9f66869949), digest(kernelsFor[float64](set)), "float64, %s", set)
		}
	}
}

func digest[T Float](own kernels[T]) uint64 {
	hash, r := fnv.New64a(), rand.New(rand.NewPCG(2, 2))
	random := func(n int) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = T(2*r.Float64() - 1)
		}
		return x
	}
	for _, n := range []int{1, 3, 4, 7, 8, 13, 40} {
		for _, m := range []int{1, 6, 9} {
			d := Map[T]{[]int{0, 2 * n, 5 * n}, n, n, own}
			x, w, bias, y := random((4+m+2)*n), random(3*n), random(n), make([]T, m*n)
			d.Multiply(m, y, x, w, bias)
			d.AddTransposed(m, w, x, y)
			for _, v := range append(y, w...) {
				bits := math.Float64bits(float64(v))
				for at := 0; at < 64; at += 8 {
					hash.Write([]byte{byte(bits >> at)})
				}
			}
		}
	}
	return hash.Sum64()
}
