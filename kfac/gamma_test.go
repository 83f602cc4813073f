package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// TestGammaMovesBothWays: where F̂ is F, the damping of the model is the best
// that the inverse can have, and γ goes there from either side.
func TestGammaMovesBothWays(t *testing.T) {
	diagonal := []float64{1, 2, 5, 3, 10}
	n, r := len(diagonal), random(1)
	h := mat.NewSymDense(n, nil)
	for i, d := range diagonal {
		h.SetSym(i, i, d)
	}
	const lambda = 0.7
	for _, start := range []float64{4, 0.1} {
		b := newBowl(h, make([]float64, n), diagonal)
		o := newOptimizer(t, Config{Mode: Adaptive, Damping: lambda, DampingUpdateSteps: -1, GammaUpdateSteps: 1, InverseUpdateSteps: 3})
		step := math.Sqrt(omega(1))
		for k := range 200 {
			copy(b.theta(), randomSlice(r, n)) // so that there is something to do
			before := o.gamma
			_, err := o.Step(b)
			require.NoError(t, err)
			if k == 0 {
				assert.InDelta(t, math.Sqrt(lambda), o.gamma, 1e-15)
				o.gamma = start
				continue
			}
			if gone := math.Abs(math.Log(before / math.Sqrt(lambda))); gone > -math.Log(step) {
				assert.Less(t, math.Abs(math.Log(o.gamma/math.Sqrt(lambda))), gone)
			}
			assert.Equal(t, o.gamma, o.Stats().Gamma)
			assert.Zero(t, o.Stats().InverseAge)
			for i, d := range diagonal { // the inverse, and the proposal, of the γ that won
				want := 1 / (d + o.gamma*o.gamma)
				assert.InEpsilon(t, want, o.inverses[0].(*looseInverse[float64]).values[i], 1e-12)
				assert.InEpsilon(t, want*b.param[0].Grad.Float64s()[i], o.proposal[0].Float64s()[i], 1e-12)
			}
		}
		assert.InDelta(t, 0, math.Log(o.gamma/math.Sqrt(lambda)), -math.Log(step))
	}
}

// TestGammaWithoutAModel: no γ is chosen by models that are not numbers.
func TestGammaWithoutAModel(t *testing.T) {
	b := randomBowl(2, []float64{1, 2, 3})
	o := newOptimizer(t, Config{Mode: Adaptive, Damping: 1, DampingUpdateSteps: -1, GammaUpdateSteps: 1})
	_, err := o.Step(b)
	require.NoError(t, err)
	gamma, theta := o.gamma, append([]float64{}, b.theta()...)
	values := append([]float64{}, o.inverses[0].(*looseInverse[float64]).values...)
	b.products = math.NaN()
	_, err = o.Step(b)
	assert.Error(t, err)
	assert.Equal(t, gamma, o.gamma)
	assert.Equal(t, values, o.inverses[0].(*looseInverse[float64]).values)
	assert.Equal(t, theta, b.theta())
}

// TestGammaFollowsLambda where it is not tried.
func TestGammaFollowsLambda(t *testing.T) {
	for _, cfg := range []Config{
		{Mode: Adaptive, Damping: 1, GammaUpdateSteps: -1, DampingUpdateSteps: 2, InverseUpdateSteps: 5},
		{Mode: Fixed, Damping: 1, MinDamping: 1e-3, LearningRate: 0.1, Momentum: -1, DampingUpdateSteps: 2, InverseUpdateSteps: 5},
	} {
		b := randomBowl(3, []float64{1, 2, 3})
		o := newOptimizer(t, cfg)
		var want float64
		for k := range 12 {
			if k < 3 || k%5 == 0 {
				want = math.Sqrt(o.lambda)
			}
			_, err := o.Step(b)
			require.NoError(t, err)
			assert.Equal(t, want, o.Stats().Gamma, "step %d", k)
			assert.Equal(t, []int{0, 0, 0, 1, 2, 0, 1, 2, 3, 4, 0, 1}[k], o.Stats().InverseAge)
		}
		assert.NotEqual(t, 1.0, o.lambda)
	}
}
