package kfac

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFailingProducts: fixed mode has moved nothing by the time that it asks
// for a product, and the step can be taken again.
func TestFailingProducts(t *testing.T) {
	cfg := Config{Mode: Fixed, Damping: 1, LearningRate: 0.1, DampingUpdateSteps: 3, WeightDecay: 0.1, FactorUpdateSteps: 100, InverseUpdateSteps: 100}
	failed := errors.New("failed")
	b, good := randomBowl(1, []float64{1, 2, 3}), randomBowl(1, []float64{1, 2, 3})
	o, undisturbed := newOptimizer(t, cfg), newOptimizer(t, cfg)
	for k := range 12 {
		if k%3 == 2 && k > 2 { // at step 2 the factors are still measured in each
			theta, velocity := append([]float64{}, b.theta()...), append([]float64{}, lastOf(o)[0].Float64s()...)
			b.err = failed
			_, err := o.Step(b)
			assert.ErrorIs(t, err, failed)
			b.err = nil
			assert.Equal(t, theta, b.theta())
			assert.Equal(t, velocity, lastOf(o)[0].Float64s())
			assert.Equal(t, k, o.steps)
		}
		_, err := o.Step(b)
		require.NoError(t, err)
		_, err = undisturbed.Step(good)
		require.NoError(t, err)
		assert.Equal(t, good.theta(), b.theta(), "step %d", k)
		assert.Equal(t, undisturbed.lambda, o.lambda)
	}
}

// failingLoss cannot measure ρ.
type failingLoss struct {
	*bowl
	err error
}

func (f failingLoss) Loss() (float64, error) { return 0, f.err }

// TestFailingRatio: the step has been taken by then, with its decay, in either
// mode, and it counts.
func TestFailingRatio(t *testing.T) {
	failed := errors.New("failed")
	for _, mode := range Modes() {
		cfg := Config{Mode: mode, Damping: 1, MinDamping: 1, LearningRate: 0.1, DampingUpdateSteps: 1, WeightDecay: 0.1, Polyak: 0.9}
		b, good := randomBowl(1, []float64{1, 2, 3}), randomBowl(1, []float64{1, 2, 3})
		o, undisturbed := newOptimizer(t, cfg), newOptimizer(t, cfg)
		for k := range 5 {
			lambda := o.lambda
			_, err := o.Step(failingLoss{b, failed})
			assert.ErrorIs(t, err, failed)
			assert.Equal(t, lambda, o.lambda)
			assert.Equal(t, k+1, o.steps)
			_, err = undisturbed.Step(good)
			require.NoError(t, err)
			undisturbed.lambda = lambda
			assert.Equal(t, good.theta(), b.theta(), "%s, step %d", mode, k)
			assert.Equal(t, undisturbed.average, o.average)
		}
	}
}
