package variational

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// step is the posterior after one step of a method.
func step(t *testing.T, m *Model, q *Posterior, method Method) *Posterior {
	t.Helper()
	p := q.Clone()
	s := newSums(m, p)
	s.fill(p)
	require.NoError(t, method.Step(p, s))
	return p
}

func apart(p, q *Posterior) float64 {
	return mat.Norm(difference(parameters(p), parameters(q)), 2)
}

// TestOnlineIsNatural: with the new precision in the mean's step, online Newton is the
// natural-gradient step, rounding apart, step after step.
func TestOnlineIsNatural(t *testing.T) {
	both(t, func(t *testing.T, s Structure) {
		m := drawn(t, Logistic{}, 40, 4, 0.5, 8)
		p := somewhere(t, m, s, 9)
		q := p.Clone()
		for k := range 20 {
			rate := Rate{Initial: 0.3, Decay: 0.1}
			rate = Rate{Initial: rate.At(k)}
			p, q = step(t, m, p, &NaturalGradient{rate}), step(t, m, q, &Online{Rate: rate})
			assert.InDeltaSlice(t, parameters(p), parameters(q), 1e-11)
		}
		assert.Greater(t, apart(p, somewhere(t, m, s, 9)), 0.1)
	})
}

// TestOrders: other orders of updates, and the improved rule, differ from the natural-gradient step by
// terms of second order in the rate: a quarter for half of the rate.
func TestOrders(t *testing.T) {
	both(t, func(t *testing.T, s Structure) {
		m := drawn(t, StudentT{4, 0.5}, 40, 4, 0.5, 8)
		q := somewhere(t, m, s, 9)
		for _, other := range []func(r Rate) Method{
			func(r Rate) Method { return &Online{Rate: r, OldPrecision: true} },
			func(r Rate) Method { return &Improved{r} },
		} {
			var d [2]float64
			for i, rate := range []float64{2e-4, 1e-4} {
				d[i] = apart(step(t, m, q, &NaturalGradient{Rate{Initial: rate}}), step(t, m, q, other(Rate{Initial: rate})))
			}
			assert.Greater(t, d[0], 1e-9)
			assert.InDelta(t, 4, d[0]/d[1], 0.1)
		}
	})
}

// TestStationary: where the fit stops, g = τm and Λ = τI − H, with derivatives that are integrated
// over narrow panels. In other directions the ELBO is less.
func TestStationary(t *testing.T) {
	both(t, func(t *testing.T, s Structure) {
		m := drawn(t, Logistic{}, 25, 3, 0.8, 10)
		for _, method := range []Method{&NaturalGradient{Rate{Initial: 0.5}}, &Online{Rate: Rate{Initial: 0.5}}, &Online{Rate{Initial: 0.5}, true}, &Improved{Rate{Initial: 0.5}}} {
			q := fit(t, m, FitConfig{Method: method, Structure: s, Steps: 200}).Posterior
			g := make([]float64, 3)
			h := make([]float64, q.precision.size())
			for i, y := range m.y {
				x := m.x.RawRowView(i)
				mean, v := q.Output(x)
				slope := fine(mean, v, func(z float64) float64 { return y - 1/(1+math.Exp(-z)) })
				curvature := fine(mean, v, func(z float64) float64 { return -1 / (2 + 2*math.Cosh(z)) })
				for j := range x {
					g[j] += slope * x[j]
				}
				q.precision.add(h, x, curvature)
			}
			packed := make([]float64, len(h))
			q.precision.packed(packed)
			for j := range g {
				assert.InDelta(t, m.prior*q.mean[j], g[j], 1e-9, method)
				h[q.place(j)] -= m.prior
			}
			for k := range h {
				assert.InDelta(t, -h[k], packed[k], 1e-9, method)
			}
			best := m.ELBO(q)
			for seed := range uint64(10) {
				p := somewhere(t, m, s, seed)
				theta := parameters(q)
				for i, v := range parameters(p) {
					theta[i] += 0.05 * (v - theta[i])
				}
				assert.Less(t, elboAt(t, m, q, theta), best)
			}
		}
	})
}

// TestImprovedStaysPositive: of data with outliers, ℓ is convex in places. The whole step of the
// natural gradient would have a precision that is none. It is an error and changes nothing;
// the improved rule goes on and arrives. Nor does a rate of 1.9 hurt it.
func TestImprovedStaysPositive(t *testing.T) {
	both(t, func(t *testing.T, s Structure) {
		m := drawn(t, StudentT{3, 0.05}, 12, 4, 0.01, 11)
		start, err := NewPosterior(s, 4, 1e6) // a narrow start away from the data
		require.NoError(t, err)
		copy(start.mean, []float64{3, -3, 3, -3})
		q := start.Clone()
		sums := newSums(m, q)
		sums.fill(q)
		for _, method := range []Method{&NaturalGradient{}, &Online{}, &Online{OldPrecision: true}} {
			assert.ErrorIs(t, method.Step(q, sums), ErrNotPositive)
			assert.Equal(t, parameters(start), parameters(q), "the posterior stays what it was")
			_, err := m.Fit(t.Context(), FitConfig{Method: method, Structure: s, Start: start})
			var failed *StepError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, 1, failed.Step)
			assert.ErrorIs(t, err, ErrNotPositive)
		}
		r := fit(t, m, FitConfig{Method: &Improved{Rate{Initial: 0.2}}, Structure: s, Start: start, Steps: 3000, Tolerance: 1e-11})
		assert.True(t, r.Converged)
		step := make([]float64, len(parameters(q)))
		m.NaturalGradient(step, r.Posterior)
		for i, v := range parameters(r.Posterior) {
			assert.InDelta(t, 0, step[i], 1e-3*(1+math.Abs(v)))
		}
		fit(t, m, FitConfig{Method: &Improved{Rate{Initial: 1.9}}, Structure: s, Steps: 5})
	})
}

// TestRate: ρ₀/(1 + decay·t).
func TestRate(t *testing.T) {
	assert.Equal(t, 1.0, Rate{}.At(7))
	assert.Equal(t, 0.25, Rate{Initial: 0.5, Decay: 0.1}.At(10))
	for want, m := range map[string]Method{
		"variational: rate -1: want a positive finite number":                  &NaturalGradient{Rate{Initial: -1}},
		"variational: rate NaN: want a positive finite number":                 &Improved{Rate{Initial: math.NaN()}},
		"variational: decay -1 of the rate: want a finite number of 0 or more": &Online{Rate: Rate{Decay: -1}},
		"variational: a gradient method without an optimizer: see NewGradient": NewGradient(nil),
	} {
		assert.EqualError(t, m.Validate(), want)
	}
}
