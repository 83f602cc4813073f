package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// TestGammaStaysWithinBounds: where F̂ tells directions apart that F does not,
// the more γ the better; where it is F, many times too small, the less.
func TestGammaStaysWithinBounds(t *testing.T) {
	const floor, ceiling = 0.01, 5.0
	for name, c := range map[string]struct {
		h, diagonal   []float64
		damping, want float64
	}{
		"less": {[]float64{1, 10, 100}, []float64{1e-7, 1e-6, 1e-5}, floor, math.Sqrt(floor) / 1000},
		"more": {[]float64{1000, 1001, 1002}, []float64{1, 10, 100}, 1, math.Sqrt(ceiling)},
	} {
		h := mat.NewSymDense(3, nil)
		for i, v := range c.h {
			h.SetSym(i, i, v)
		}
		b := newBowl(h, make([]float64, 3), c.diagonal)
		const every = 40
		o := newOptimizer(t, Config{Damping: c.damping, MinDamping: floor, MaxDamping: ceiling, DampingUpdateSteps: -1, GammaUpdateSteps: every, NoiseScale: None})
		r := random(2)
		for range 40 * every {
			copy(b.theta(), randomSlice(r, 3))
			_, err := o.Step(b)
			require.NoError(t, err)
			require.GreaterOrEqual(t, o.gamma, math.Sqrt(floor)/1000, name)
			require.LessOrEqual(t, o.gamma, math.Sqrt(ceiling), name)
		}
		assert.Equal(t, c.want, o.gamma, name)
	}
}

// TestGammaRestsAtAnOptimum: where nothing is left to gain, rounding decides
// between models, and γ stays where it is; by decades as well as by small steps.
func TestGammaRestsAtAnOptimum(t *testing.T) {
	for seed := range uint64(40) {
		b := randomBowl(seed, []float64{1e4, 2e4, 3e4}) // any γ makes the same step
		o := newOptimizer(t, Config{Damping: 1e-3, MinDamping: 1e-3, DampingUpdateSteps: -1, GammaUpdateSteps: 1, NoiseScale: None})
		if seed%2 == 1 { // without a pass for ρ there is no verdict but this one
			adaptiveOf(o).repeats = repetition{verdict: deterministic, expected: math.NaN(), scale: 1}
		}
		var gamma float64
		for k := range 200 {
			_, err := o.Step(b)
			require.NoError(t, err)
			if k == 0 {
				gamma = o.gamma
			}
			require.Equal(t, gamma, o.gamma, "seed %d, step %d", seed, k)
		}
		h, err := b.Loss()
		require.NoError(t, err)
		assert.Less(t, h, 1e-12)
	}
}
