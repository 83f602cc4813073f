package kfac

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// repeating are settings of a bowl that is the same in each step, which is known
// from the second on. F̂ knows little of it, so that there is more to do.
func repeating(t *testing.T, cfg Config) (*bowl, *Optimizer) {
	t.Helper()
	b := randomBowl(3, []float64{30, 1, 1, 1, 1, 1, 1, 20})
	cfg.DampingUpdateSteps = 1
	o := newOptimizer(t, cfg)
	for range 2 {
		_, err := o.Step(b)
		require.NoError(t, err)
	}
	require.True(t, adaptiveOf(o).deterministic())
	return b, o
}

// TestRiseIsUndone: on mini-batches that are the same a step is taken back and
// forgotten if h rises by more than three times what was promised as a fall, and
// the next one's λ is ten times as great. A smaller rise is kept, and so is what
// is no more than rounding. NaN is such a rise at every step, not only where λ is
// up. On other mini-batches a rise is kept.
func TestRiseIsUndone(t *testing.T) {
	for name, c := range map[string]struct {
		after  func(before, promised float64) float64
		undone bool
		period int
		moves  bool // mini-batches differ
	}{
		"rise":               {func(h, fall float64) float64 { return h + 30*fall }, true, 1, false},
		"just too great":     {func(h, fall float64) float64 { return h + 3.001*fall }, true, 1, false},
		"not too great":      {func(h, fall float64) float64 { return h + 2.999*fall }, false, 1, false},
		"rise, long period":  {func(h, fall float64) float64 { return h + 30*fall }, true, 100, false},
		"NaN":                {func(_, _ float64) float64 { return math.NaN() }, true, 1, false},
		"NaN, long period":   {func(_, _ float64) float64 { return math.NaN() }, true, 100, false},
		"rounding":           {func(h, _ float64) float64 { return h * (1 + 1e-7) }, false, 1, false},
		"others may rise":    {func(h, fall float64) float64 { return h + 30*fall }, false, 1, true},
		"but not become NaN": {func(_, _ float64) float64 { return math.NaN() }, true, 1, true},
	} {
		b, o := repeating(t, Config{Damping: 1e-2, MinDamping: 1e-9})
		if c.moves {
			b.move(5)
			_, err := o.Step(b)
			require.NoError(t, err)
		}
		o.cfg.DampingUpdateSteps = c.period
		theta, lambda, before := append([]float64{}, b.theta()...), o.lambda, b.value(nil)
		b.loss = func(float64) float64 { return c.after(before, -o.stats.Predicted) }
		_, err := o.Step(b)
		require.NoError(t, err)
		b.loss = nil
		s := o.Stats()
		assert.Equal(t, c.undone, s.Undone, name)
		if c.undone {
			assert.Equal(t, theta, b.theta(), name)
			assert.Zero(t, lastOf(o).Norm(), name)
			assert.Zero(t, s.UpdateNorm, name)
		} else {
			assert.NotEqual(t, theta, b.theta(), name)
			assert.NotZero(t, lastOf(o).Norm(), name)
		}
		_, err = o.Step(b)
		require.NoError(t, err)
		factor := 10.0
		if c.moves || !c.undone {
			factor = 1 / omega(1)
		}
		assert.InEpsilon(t, lambda*factor, o.Stats().Damping, 1e-12, name)
		assert.False(t, o.Stats().Undone, name)
		if c.undone {
			assert.Zero(t, o.Stats().Mu, name)
			assert.Equal(t, !c.moves, adaptiveOf(o).deterministic(), "%s: the same loss as before", name)
		}
	}
}

// TestLambdaByDecades: where the model without its damping is right to one part
// in a hundred, λ falls by ten in each step, down to its floor; where it is not,
// at its period and by its usual factor.
func TestLambdaByDecades(t *testing.T) {
	const period = 4
	for name, c := range map[string]struct {
		curvature float64 // of the model, for the bowl's 1
		decades   bool
	}{"right": {1, true}, "nearly": {1.005, true}, "flat": {0.9, false}, "steep": {1.1, false}} {
		b, o := repeating(t, Config{Damping: 1, MinDamping: 1e-9, GammaUpdateSteps: None})
		o.cfg.DampingUpdateSteps = period
		b.products = c.curvature
		for range 6 {
			b.move(uint64(o.steps)) // there is always something left to do…
			adaptiveOf(o).repeats.expected = b.value(nil)
			lambda, due := o.lambda, (o.steps+1)%period == 0
			_, err := o.Step(b)
			require.NoError(t, err)
			require.True(t, adaptiveOf(o).deterministic(), "…and nothing that differs")
			s := o.Stats()
			require.Greater(t, s.Ratio, goodRatio)
			assert.Equal(t, s.Actual, b.value(nil)-s.Loss, "ρ is measured in each step")
			want := lambda
			if c.decades {
				want = max(lambda/10, 1e-9)
			} else if due {
				want = lambda * omega(period)
			}
			assert.InEpsilon(t, want, o.lambda, 1e-12, "%s, step %d", name, o.steps)
		}
	}
}

// TestGammaByDecades: with the verdict γ is looked for as far as the model gains,
// and again when its period is over; a step that fails meanwhile does not count.
func TestGammaByDecades(t *testing.T) {
	const period = 5
	diagonal := []float64{1, 2, 4, 8, 16, 32}
	n := len(diagonal)
	h := mat.NewSymDense(n, nil)
	for i, v := range diagonal {
		h.SetSym(i, i, v)
	}
	b := newBowl(h, make([]float64, n), diagonal) // F̂ is F, and the best γ is √λ
	o := newOptimizer(t, Config{Damping: 1e-6, MinDamping: 1e-10, DampingUpdateSteps: 1, GammaUpdateSteps: period})
	// take is a step with a γ to begin with, of which it returns how many decades it
	// goes down.
	take := func(gamma float64) float64 {
		copy(b.theta(), randomSlice(random(uint64(o.steps)), n))
		if o.steps > 0 {
			adaptiveOf(o).repeats.expected, o.gamma = b.value(nil), gamma
		}
		_, err := o.Step(b)
		require.NoError(t, err)
		return math.Log10(gamma / o.gamma)
	}
	assert.InDelta(t, 0, take(1e-3), 1e-12)
	b.err = errors.New("failed")
	adaptiveOf(o).repeats.expected = b.value(nil)
	_, err := o.Step(b)
	require.ErrorIs(t, err, b.err)
	require.True(t, adaptiveOf(o).deterministic())
	b.err = nil
	for k := 1; k <= 2*period; k++ {
		if decades := take(30); k == 1 || k%period == 0 {
			assert.GreaterOrEqual(t, decades, 2-1e-12, "step %d", k)
			assert.InDelta(t, math.Round(decades), decades, 1e-12, "step %d", k)
		} else {
			assert.Zero(t, decades, "step %d", k)
		}
	}
	o.lambda, o.steps = 1000, 3*period
	assert.InDelta(t, -2, take(0.3), 1e-12, "and up")
}
