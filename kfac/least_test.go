package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

func TestLeastDamping(t *testing.T) {
	for examples, want := range map[int]float64{1: 1225, 35: 1, 70: 0.25, 350: 0.01, 512: 0.0046730, 1000: 0.001225} {
		assert.InEpsilon(t, want, LeastDamping(examples), 1e-5, "%d examples", examples)
	}
}

// TestLeastIsOfTheFirstMiniBatch, within the other bounds, unless it is given.
// The first mini-batch has six examples, the second four.
func TestLeastIsOfTheFirstMiniBatch(t *testing.T) {
	const found = 0
	for name, c := range map[string]struct {
		cfg  Config
		want float64
	}{
		"found":             {Config{}, found},
		"part of them":      {Config{FactorFraction: 0.5, ProductFraction: 0.5}, found},
		"λ is more":         {Config{Damping: 50}, found},
		"λ is less":         {Config{Damping: 3e-3}, 3e-3},
		"a low ceiling":     {Config{MaxDamping: 2e-3}, 2e-3},
		"both":              {Config{MaxDamping: 2e-3, Damping: 1e-3}, 1e-3},
		"given":             {Config{MinDamping: 0.01}, 0.01},
		"given as well":     {Config{MinDamping: 0.01, Damping: 3}, 0.01},
		"fixed mode's":      {Config{Mode: Fixed}, 0.25},
		"fixed mode, given": {Config{Mode: Fixed, MinDamping: 0.01}, 0.01},
	} {
		r := newRun(t, c.cfg, graph.Float64, 1, 3)
		assert.Equal(t, c.cfg.resolved().MinDamping, r.optimizer.Config().MinDamping)
		for k := range 2 {
			r.steps(k, k+1)
			if c.want == found {
				c.want = adaptiveOf(r.optimizer).steepness / 100
				assert.Less(t, c.want, LeastDamping(6))
			}
			assert.InEpsilon(t, c.want, r.optimizer.least, 1e-15, "%s, step %d", name, k)
			assert.Equal(t, r.optimizer.least, r.optimizer.Stats().LeastDamping)
		}
		r.optimizer.lambda = c.want
		r.optimizer.rate(-1, -1) // the best there is
		assert.InEpsilon(t, c.want, r.optimizer.lambda, 1e-15, name)
	}
}

// TestLeastOfASteepBowl: the number of examples, one, is what counts where a
// hundredth of the curvature along the gradient is more; without a gradient
// there is no such curvature.
func TestLeastOfASteepBowl(t *testing.T) {
	for start, want := range map[float64]float64{1: LeastDamping(1), 0: 1000} {
		b := newBowl(mat.NewSymDense(1, []float64{1e6}), []float64{start}, []float64{1e6})
		o := newOptimizer(t, Config{MaxDamping: 2000 - 1000*(1-start), DampingUpdateSteps: None})
		_, err := o.Step(b)
		require.NoError(t, err)
		assert.Equal(t, want, o.Stats().LeastDamping)
		assert.InDelta(t, 1e6*start, adaptiveOf(o).steepness, 1e-6)
	}
}

// TestLeastIsOnTheGrid: a hundredth of where the search starts is its third
// point, whatever the rounding.
func TestLeastIsOnTheGrid(t *testing.T) {
	for seed := range uint64(50) {
		b := randomBowl(seed, []float64{1, 2, 3})
		trials := 0
		b.loss = func(h float64) float64 { trials++; return h }
		o := newOptimizer(t, Config{DampingUpdateSteps: None})
		_, err := o.Step(b)
		require.NoError(t, err)
		require.Equal(t, adaptiveOf(o).steepness/100, o.least)
		assert.Equal(t, 3, trials)
		assert.GreaterOrEqual(t, o.lambda, o.least)
	}
}

// TestLeastIsSaved: a run that goes on with a mini-batch of another size keeps
// its own.
func TestLeastIsSaved(t *testing.T) {
	whole := newRun(t, Config{}, graph.Float64, 1, 3).steps(0, 3)
	m, o := whole.save()
	least := whole.optimizer.least
	whole.steps(3, 12)
	fresh := newRun(t, Config{}, graph.Float64, 2, 3).load(m, o).steps(3, 12) // the first of four
	require.Equal(t, least, fresh.optimizer.least)
	assert.Equal(t, whole.history[3:], fresh.history)
}

// TestLeastFollowsTheCurvature: the floor is measured again every 20 steps, and
// is of the greatest curvature along a gradient so far; λ does not stay below.
// A floor that is given stays.
func TestLeastFollowsTheCurvature(t *testing.T) {
	for _, given := range []float64{0, 1e-3} {
		b := randomBowl(3, []float64{1, 2, 3})
		o := newOptimizer(t, Config{MinDamping: given, DampingUpdateSteps: None})
		var floors []float64
		for k := range 61 {
			b.move(uint64(k)) // no two mini-batches are the same
			b.products = 1
			if k >= 10 && k < 40 {
				b.products = 50
			}
			_, err := o.Step(b)
			require.NoError(t, err)
			floors = append(floors, o.Stats().LeastDamping)
			assert.GreaterOrEqual(t, o.Stats().Damping, o.Stats().LeastDamping)
		}
		if given > 0 {
			assert.Equal(t, given, floors[0])
			assert.Equal(t, given, floors[60])
			continue
		}
		assert.Equal(t, floors[0], floors[19])
		assert.Greater(t, floors[20], 10*floors[19])
		assert.InEpsilon(t, adaptiveOf(o).steepness/100, floors[20], 1e-15)
		assert.Equal(t, floors[20], floors[60], "the greatest")
	}
}

// TestGammaBounds: √(λ+η) and a tenth of the root of the floor for samples; the
// whole of the data, and steps taken at their word, have λ's own bounds.
func TestGammaBounds(t *testing.T) {
	for _, c := range []struct {
		scale   float64
		verdict verdict
		lo, hi  float64
	}{
		{32, undecided, 0.05, 3}, {32, stochastic, 0.05, 3}, {0, stochastic, 0.0005, 10}, {32, deterministic, 0.0005, 10},
	} {
		o := &adaptive{Optimizer: &Optimizer{cfg: Config{NoiseScale: c.scale, MaxDamping: 99}, lambda: 8, least: 0.24}}
		o.repeats.verdict = c.verdict
		lo, hi := o.gammaBounds(0.01)
		assert.InEpsilon(t, c.lo, lo, 1e-12)
		if c.hi == 3 {
			c.hi = math.Sqrt(8.01)
		} else {
			c.hi = math.Sqrt(99.01)
		}
		assert.InEpsilon(t, c.hi, hi, 1e-12)
	}
}
