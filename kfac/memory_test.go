package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMemoryIsOfSteps: what an old average still weighs twelve steps later is
// the same however often it is updated, and whatever a default is.
func TestMemoryIsOfSteps(t *testing.T) {
	for _, decay := range []float64{0, 0.9} {
		want := math.Pow(0.987, 12)
		if decay > 0 {
			want = math.Pow(decay, 12)
		}
		for _, period := range []int{1, 2, 4} {
			// F̂ is a fold's measurement: 0 from step 2000 on, when the mean is no longer plain.
			b := randomBowl(1, []float64{1, 2, 3})
			o := newOptimizer(t, Config{
				Mode: Fixed, LearningRate: 1e-9, Damping: 1, DampingUpdateSteps: -1, FactorDecay: decay,
				FactorUpdateSteps: period, InverseUpdateSteps: 4,
			})
			const start = 2000
			for range start {
				_, err := o.Step(b)
				require.NoError(t, err)
			}
			mean := o.pre.blocks[0].(*loose[float64]).mean
			before := append([]float64{}, mean...)
			clear(b.pass.Loose[0].Float64s())
			for range 12 {
				_, err := o.Step(b)
				require.NoError(t, err)
			}
			for i, v := range before {
				assert.InEpsilon(t, want*v, mean[i], 1e-12, "decay %g, period %d", decay, period)
			}
		}
	}
}
