package variational

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// TestRecords: a record for each step, whose ELBO is that of the posterior, and a stop where it
// no longer changes.
func TestRecords(t *testing.T) {
	m := drawn(t, Logistic{}, 50, 3, 1, 16)
	r := fit(t, m, FitConfig{Method: &NaturalGradient{Rate{Initial: 0.6}}, Tolerance: 1e-5})
	require.True(t, r.Converged)
	prior, err := m.PriorPosterior(Full)
	require.NoError(t, err)
	assert.InDelta(t, m.ELBO(prior), r.Records[0].ELBO, 1e-12)
	assert.InDelta(t, m.ELBO(r.Posterior), r.ELBO(), 1e-12)
	for k, record := range r.Records {
		assert.Equal(t, k, record.Step)
		if k > 0 {
			assert.InDelta(t, record.ELBO-r.Records[k-1].ELBO, record.Change, 1e-12)
		}
	}
	last := len(r.Records) - 1
	assert.Less(t, r.Records[last].Change, 1e-5)
	assert.GreaterOrEqual(t, r.Records[last-1].Change, 1e-5)

	enough := errors.New("enough")
	var seen []Record
	partial, err := m.Fit(t.Context(), FitConfig{Method: &NaturalGradient{Rate{Initial: 0.6}}, Observe: func(r Record) error {
		if seen = append(seen, r); r.Step == 2 {
			return enough
		}
		return nil
	}})
	assert.Equal(t, enough, err)
	assert.Equal(t, r.Records[:3], seen)
	assert.Equal(t, seen, partial.Records)

	some := fit(t, m, FitConfig{Method: &NaturalGradient{Rate{Initial: 0.6}}, Steps: 7, Every: 3})
	var steps []int
	for _, record := range some.Records {
		steps = append(steps, record.Step)
		assert.Equal(t, r.Records[record.Step].ELBO, record.ELBO, "records do not change the steps")
	}
	assert.Equal(t, []int{0, 3, 6, 7}, steps)
	assert.False(t, some.Converged)
}

// TestBatches: the sums of an epoch's batches are those of all data, and with a rate that decays
// mini-batches and draws arrive close to the optimum. The same seed has the same bits.
func TestBatches(t *testing.T) {
	both(t, func(t *testing.T, s Structure) {
		m := drawn(t, Logistic{}, 120, 3, 1, 17)
		q := somewhere(t, m, s, 18)
		all := newSums(m, q)
		all.fill(q)
		next := m.batches(q, all, FitConfig{BatchSize: 30, Seed: 3})
		g, h := make([]float64, 3), make([]float64, len(all.Curvature))
		value := 0.0
		for k := range 4 {
			b, err := next(k)
			require.NoError(t, err)
			value += b.Value / 4
			for i, v := range b.Slope {
				g[i] += v / 4
			}
			for i, v := range b.Curvature {
				h[i] += v / 4
			}
		}
		assert.InDelta(t, all.Value, value, 1e-10)
		assert.InDeltaSlice(t, all.Slope, g, 1e-10)
		assert.InDeltaSlice(t, all.Curvature, h, 1e-10)

		best := fit(t, m, FitConfig{Method: &NaturalGradient{Rate{Initial: 0.5}}, Structure: s, Steps: 100}).ELBO()
		for _, cfg := range []FitConfig{{BatchSize: 20}, {Draws: 4}, {BatchSize: 20, Draws: 4}} {
			cfg.Method, cfg.Structure, cfg.Steps, cfg.Seed = &Online{Rate: Rate{Initial: 0.3, Decay: 0.05}}, s, 900, 5
			cfg.Every = 300
			r := fit(t, m, cfg)
			assert.InDelta(t, best, r.ELBO(), 0.02, "%+v", cfg)
			assert.Less(t, r.ELBO(), best)
			again := fit(t, m, cfg)
			assert.Equal(t, r.Records, again.Records)
			assert.Equal(t, parameters(r.Posterior), parameters(again.Posterior))
			cfg.Seed = 6
			assert.NotEqual(t, r.ELBO(), fit(t, m, cfg).ELBO())
		}
	})
}

// TestDraws: means over many draws approach the quadrature.
func TestDraws(t *testing.T) {
	both(t, func(t *testing.T, s Structure) {
		m := drawn(t, Logistic{}, 10, 2, 1, 19)
		q := somewhere(t, m, s, 20)
		all := newSums(m, q)
		all.fill(q)
		b, err := m.batches(q, all, FitConfig{Draws: 40000})(0)
		require.NoError(t, err)
		assert.InDelta(t, all.Value, b.Value, 0.05)
		assert.InDeltaSlice(t, all.Slope, b.Slope, 0.05)
		assert.InDeltaSlice(t, all.Curvature, b.Curvature, 0.05)
	})
}

// TestNoAllocations: neither sums nor steps allocate, but for the improved rule in full.
func TestNoAllocations(t *testing.T) {
	both(t, func(t *testing.T, s Structure) {
		m := drawn(t, Logistic{}, 20, 5, 1, 21)
		q := somewhere(t, m, s, 22)
		all := newSums(m, q)
		next := m.batches(q, all, FitConfig{BatchSize: 7, Draws: 3})
		for _, method := range []Method{&NaturalGradient{Rate{Initial: 0.1}}, &Online{Rate: Rate{Initial: 0.1}}, &Online{Rate{Initial: 0.1}, true}} {
			allocs := testing.AllocsPerRun(20, func() {
				all.fill(q)
				all.elbo(q)
				b, _ := next(0)
				if method.Step(q, all) != nil || method.Step(q, b) != nil {
					t.Fatal("no step")
				}
			})
			assert.Zero(t, allocs, method)
		}
	})
}

// TestFitRefuses names what cannot be meant.
func TestFitRefuses(t *testing.T) {
	m := drawn(t, Logistic{}, 10, 2, 1, 1)
	other := somewhere(t, m, MeanField, 1)
	for want, cfg := range map[string]FitConfig{
		"no method: choose NaturalGradient, Online, Improved or NewGradient": {},
		"rate -1: want a positive finite number":                             {Method: &NaturalGradient{Rate{Initial: -1}}},
		"Steps -1: want 0, for the default, or more":                         {Method: &Online{}, Steps: -1},
		"BatchSize 11 of 10 examples: want no more than there are":           {Method: &Online{}, BatchSize: 11},
		"Tolerance NaN: want a number of nats, 0 for none":                   {Method: &Online{}, Tolerance: math.NaN()},
		"the start is mean-field of 2 weights: want full of 2":               {Method: &Online{}, Start: other},
		"structure 7: choose Full or MeanField":                              {Method: &Online{}, Structure: 7},
	} {
		_, err := m.Fit(t.Context(), cfg)
		assert.EqualError(t, err, "variational: "+want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := m.Fit(ctx, FitConfig{Method: &Online{}})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Len(t, r.Records, 1)
}

// TestHugeInputs are no step's fault.
func TestHugeInputs(t *testing.T) {
	m, err := NewModel(Config{X: mat.NewDense(1, 1, []float64{1e200}), Y: []float64{1}, Likelihood: Logistic{}})
	require.NoError(t, err)
	_, err = m.Fit(t.Context(), FitConfig{Method: &Online{}})
	assert.EqualError(t, err, "variational: online Newton, step 0: the ELBO of the start is not finite: scale the columns of X, or choose another start")
	_, _, err = m.Laplace()
	assert.ErrorIs(t, err, ErrNoMode)
}

// TestModelRefuses names the row.
func TestModelRefuses(t *testing.T) {
	x := mat.NewDense(2, 1, []float64{1, 2})
	for want, cfg := range map[string]Config{
		"no data: Config.X needs a row for each example":           {},
		"no likelihood: choose Noise, Logistic or StudentT":        {X: x},
		"precision of the prior -1: want a positive finite number": {X: x, Likelihood: Logistic{}, Prior: -1},
		"2 rows of X and 1 targets: want as many":                  {X: x, Y: []float64{1}, Likelihood: Logistic{}},
		"target 3 of logistic regression: want 0 or 1 (row 1)":     {X: x, Y: []float64{1, 3}, Likelihood: Logistic{}},
		"row 1, column 0 of X is NaN: want a finite number":        {X: mat.NewDense(2, 1, []float64{0, math.NaN()}), Y: []float64{1, 0}, Likelihood: Logistic{}},
	} {
		_, err := NewModel(cfg)
		assert.EqualError(t, err, "variational: "+want)
	}
}
