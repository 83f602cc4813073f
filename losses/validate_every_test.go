package losses_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// The loop over a good batch draws the line where the message does: at the floats next to it.
func TestValidateAtTheEdge(t *testing.T) {
	const tiny, tiny32 = math.SmallestNonzeroFloat64, math.SmallestNonzeroFloat32
	for v, ok := range map[float64]bool{
		math.Copysign(0, -1): true, tiny: true, -tiny: false, 1: true, math.Nextafter(1, 0): true, math.Nextafter(1, 2): false,
		math.MaxFloat64: false, -math.MaxFloat64: false, math.Inf(1): false, math.Inf(-1): false, math.NaN(): false,
	} {
		y := tensor.New(tensor.WithBacking([]float64{0.5, v, 0.5}))
		assert.Equal(t, ok, all["sigmoid"].Validate(y, 1) == nil, "sigmoid %v", v)
		assert.Equal(t, v-v == 0, all["squared"].Validate(y, 1) == nil, "squared %v", v)
		assert.Equal(t, v-v == 0, all["gaussian"].Validate(y, 2) == nil, "gaussian %v", v)
	}
	for v, ok := range map[float32]bool{
		0: true, tiny32: true, -tiny32: false, 1: true, math.Nextafter32(1, 0): true, math.Nextafter32(1, 2): false,
		math.MaxFloat32: false, -math.MaxFloat32: false, float32(math.Inf(1)): false, float32(math.NaN()): false,
	} {
		y := tensor.New(tensor.WithBacking([]float32{0.5, v, 0.5}))
		assert.Equal(t, ok, all["sigmoid"].Validate(y, 1) == nil, "sigmoid %v", v)
		assert.Equal(t, v-v == 0, all["squared"].Validate(y, 1) == nil, "squared %v", v)
		assert.Equal(t, v-v == 0, all["gaussian"].Validate(y, 2) == nil, "gaussian %v", v)
	}
}

// A mini-batch of an autoencoder: as many targets as inputs, checked in every step.
func BenchmarkValidate(b *testing.B) {
	const n, units = 512, 784
	y := graph.NewDense(graph.Float32, n, units)
	for i := range y.Float32s() {
		y.Float32s()[i] = float32(i%5) / 4
	}
	for _, name := range []string{"sigmoid", "squared"} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(4 * y.DataSize()))
			for b.Loop() {
				require.NoError(b, all[name].Validate(y, units))
			}
		})
	}
}
