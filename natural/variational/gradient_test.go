package variational

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/trainer"
)

// TestPlainGradient: the gradient by m and by L with the logarithm of its diagonal is the central
// difference of the loss, which is −ELBO/N.
func TestPlainGradient(t *testing.T) {
	both(t, func(t *testing.T, s Structure) {
		for _, l := range likelihoods {
			m := drawn(t, l, 15, 3, 0.7, 12)
			q := somewhere(t, m, s, 13)
			o := newObjective(q)
			o.s = newSums(m, q)
			loss, err := o.Grad()
			require.NoError(t, err)
			assert.InDelta(t, -m.ELBO(q)/15, loss, 1e-12)
			for _, p := range o.Params() {
				values, g := p.Value.Float64s(), append([]float64(nil), p.Grad.Float64s()...)
				for i, v := range values {
					const h = 1e-4
					at := func(k float64) float64 {
						values[i] = v + k*h
						loss, err := o.Loss()
						require.NoError(t, err)
						return loss
					}
					want := (8*(at(1)-at(-1)) - (at(2) - at(-2))) / (12 * h)
					values[i] = v
					assert.InDelta(t, want, g[i], 1e-8*(1+abs(want)), "%s, %s %d", l, p.Name, i)
				}
			}
		}
	})
}

// TestFactorRoundTrip: a posterior whose parameters are read and written is what it was.
func TestFactorRoundTrip(t *testing.T) {
	both(t, func(t *testing.T, s Structure) {
		q := somewhere(t, drawn(t, Logistic{}, 5, 4, 1, 1), s, 14)
		before := parameters(q)
		packed := make([]float64, q.precision.size())
		q.precision.factor(packed)
		require.True(t, q.precision.setFactor(packed))
		assert.InDeltaSlice(t, before, parameters(q), 1e-11)
	})
}

// TestOptimizersArrive at the optimum of the natural gradient, in many more steps.
func TestOptimizersArrive(t *testing.T) {
	both(t, func(t *testing.T, s Structure) {
		m := drawn(t, Logistic{}, 50, 3, 1, 15)
		natural := fit(t, m, FitConfig{Method: &NaturalGradient{Rate{Initial: 0.5}}, Structure: s, Tolerance: 1e-10, Steps: 500})
		require.True(t, natural.Converged)
		target := natural.ELBO() - 1e-6
		sgd, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 2})
		require.NoError(t, err)
		adam, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.05})
		require.NoError(t, err)
		for name, o := range map[string]Optimizer{"SGD": sgd, "Adam": adam} {
			r := fit(t, m, FitConfig{Method: NewGradient(o), Structure: s, Steps: 3000, Target: &target})
			assert.True(t, r.Converged, name)
			assert.Greater(t, len(r.Records), 2*len(natural.Records), name)
			assert.Less(t, r.ELBO(), natural.ELBO()+1e-9, name)
		}
		wild, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 1e200})
		require.NoError(t, err)
		_, err = m.Fit(t.Context(), FitConfig{Method: NewGradient(wild), Structure: s})
		var failed *StepError
		assert.ErrorAs(t, err, &failed)
	})
}

func abs(v float64) float64 { return max(v, -v) }
