package vector

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// operands are four slices of n elements of [−1, 1], w's not below 0.1, some
// elements away from alignment. margin elements on either side belong to no one.
type operands[T Float] struct {
	all  [4][]T
	part [4][]T
}

const margin = 40

func newOperands[T Float](n int, offset int, seed uint64) operands[T] {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	var o operands[T]
	for s := range o.all {
		o.all[s] = make([]T, n+2*margin+offset)
		for i := range o.all[s] {
			o.all[s][i] = T(2*rng.Float64() - 1)
			if s == 3 {
				o.all[s][i] = T(0.1 + float64(0.9*rng.Float64())) // not fused: the same operands on every machine
			}
		}
		o.part[s] = o.all[s][margin+offset:][:n]
	}
	return o
}

func (o operands[T]) clone() operands[T] {
	var c operands[T]
	for s := range o.all {
		at := len(o.all[s]) - margin - len(o.part[s])
		c.all[s] = append([]T(nil), o.all[s]...)
		c.part[s] = c.all[s][at:][:len(o.part[s])]
	}
	return c
}

func (o operands[T]) apply(f func(x, y, z, w []T) [3]float64) [3]float64 {
	return f(o.part[0], o.part[1], o.part[2], o.part[3])
}

// sameBits tells apart all values but NaNs: which one an operation returns is
// left to the machine.
func sameBits[T Float](x, y T) bool {
	if x != x || y != y {
		return x != x && y != y
	}
	return x == y && math.Signbit(float64(x)) == math.Signbit(float64(y))
}

func requireSame[T Float](t *testing.T, want, got []T, about string) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		if !sameBits(want[i], got[i]) {
			require.Failf(t, "bits differ", "%s: element %d of %d: want %v, got %v", about, i, len(want), want[i], got[i])
		}
	}
}
