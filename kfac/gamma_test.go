package kfac

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// TestGammaMovesBothWays: where F̂ is F, the damping of the model is the best
// that the inverse can have, and γ goes there from either side, as far as the
// model gains by it.
func TestGammaMovesBothWays(t *testing.T) {
	diagonal := []float64{1, 2, 5, 3, 10}
	n, r := len(diagonal), random(1)
	h := mat.NewSymDense(n, nil)
	for i, d := range diagonal {
		h.SetSym(i, i, d)
	}
	const lambda, every = 0.7, 10
	// fall is how far the model falls with γ.
	fall := func(gamma float64, g, last []float64) float64 {
		var q quadratic
		for i, d := range diagonal {
			u := g[i] / (d + gamma*gamma)
			q.c11, q.c12, q.c22 = q.c11+u*u*(d+lambda), q.c12-u*last[i]*(d+lambda), q.c22+last[i]*last[i]*(d+lambda)
			q.s1, q.s2 = q.s1-g[i]*u, q.s2+g[i]*last[i]
		}
		_, _, least := q.minimum()
		return -least
	}
	for _, start := range []float64{4, 0.1} {
		b := newBowl(h, make([]float64, n), diagonal)
		o := newOptimizer(t, Config{Mode: Adaptive, NoiseScale: None, Damping: lambda, DampingUpdateSteps: None, GammaUpdateSteps: every, InverseUpdateSteps: 3})
		step := math.Sqrt(omega(every))
		for k := range 40 * every {
			copy(b.theta(), randomSlice(r, n)) // so that there is something to do
			before := o.gamma
			var last []float64
			if k > 0 {
				last = append(last, lastOf(o)[0].Float64s()...)
			}
			_, err := o.Step(b)
			require.NoError(t, err)
			if k == 0 {
				assert.InDelta(t, math.Sqrt(lambda), o.gamma, 1e-15)
				o.gamma = start
				continue
			}
			g := b.param[0].Grad.Float64s()
			want, most := before, fall(before, g, last)
			for _, trial := range []float64{before * step, before / step} {
				if k%every != 0 {
					break
				}
				if f := fall(trial, g, last); f > most*(1+preferred) {
					want, most = trial, f
				}
			}
			assert.InEpsilon(t, want, o.gamma, 1e-14, "step %d", k)
			assert.Equal(t, o.gamma, o.Stats().Gamma)
			if k%every != 0 {
				continue
			}
			assert.Zero(t, o.Stats().InverseAge)
			for i, d := range diagonal { // the inverse, and the proposal, of the γ that won
				want := 1 / (d + o.gamma*o.gamma)
				assert.InEpsilon(t, want, o.pre.inverses[0].(*looseInverse[float64]).values[i], 1e-12)
				assert.InEpsilon(t, want*b.param[0].Grad.Float64s()[i], o.u[0].Float64s()[i], 1e-12)
			}
		}
		assert.InDelta(t, 0, math.Log(o.gamma/math.Sqrt(lambda)), -math.Log(step))
	}
}

// TestGammaWithoutAModel: no γ is chosen by models that are not numbers.
func TestGammaWithoutAModel(t *testing.T) {
	b := randomBowl(2, []float64{1, 2, 3})
	o := newOptimizer(t, Config{Mode: Adaptive, NoiseScale: None, Damping: 1, DampingUpdateSteps: None, GammaUpdateSteps: 1})
	_, err := o.Step(b)
	require.NoError(t, err)
	gamma, theta := o.gamma, append([]float64{}, b.theta()...)
	values := append([]float64{}, o.pre.inverses[0].(*looseInverse[float64]).values...)
	b.products = math.NaN()
	_, err = o.Step(b)
	assert.Error(t, err)
	assert.Equal(t, gamma, o.gamma)
	assert.Equal(t, values, o.pre.inverses[0].(*looseInverse[float64]).values)
	assert.Equal(t, theta, b.theta())
}

// TestGammaFollowsLambda where it is not tried.
func TestGammaFollowsLambda(t *testing.T) {
	for _, cfg := range []Config{
		{Mode: Adaptive, Damping: 1, MinDamping: 1e-3, GammaUpdateSteps: None, DampingUpdateSteps: 2, InverseUpdateSteps: 5},
		{Mode: Fixed, Damping: 1, MinDamping: 1e-3, LearningRate: 0.1, Momentum: None, DampingUpdateSteps: 2, InverseUpdateSteps: 5},
	} {
		b := randomBowl(3, []float64{1, 2, 3})
		o := newOptimizer(t, cfg)
		var want float64
		for k := range 12 {
			if k < 3 || k%5 == 0 || cfg.Mode == Adaptive && (k == 4 || k == 8) { // the averages are a quarter older
				want = math.Sqrt(o.lambda)
			}
			_, err := o.Step(b)
			require.NoError(t, err)
			assert.Equal(t, want, o.Stats().Gamma, "step %d", k)
			ages := map[Mode][]int{Adaptive: {0, 0, 0, 1, 0, 0, 1, 2, 0, 1, 0, 1}, Fixed: {0, 0, 0, 1, 2, 0, 1, 2, 3, 4, 0, 1}}
			assert.Equal(t, ages[cfg.Mode][k], o.Stats().InverseAge)
		}
		assert.NotEqual(t, 1.0, o.lambda)
	}
}
