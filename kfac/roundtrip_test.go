package kfac

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// field says what one number of Config may be.
type field struct {
	fixed, adaptive float64 // defaults in force
	none            float64 // in force where None is given; NaN: refused
	legal, refused  []float64
	only            Mode // that takes a value; "": both
}

var refusesNone = math.NaN()

// fields has a row for every number.
var fields = map[string]field{
	"LearningRate":       {fixed: 0.4, adaptive: 1, none: refusesNone, legal: []float64{1e-9, 0.5, 1.99}, refused: []float64{-0.5, -1, -2}},
	"Momentum":           {fixed: 0.8, none: 0, legal: []float64{1e-9, 0.5, 0.999}, refused: []float64{1, -0.5, -2}, only: Fixed},
	"KLClip":             {none: 0, legal: []float64{1e-9, 5}, refused: []float64{-0.5, -2}, only: Fixed},
	"WeightDecay":        {none: 0, legal: []float64{1e-9, 0.3}, refused: []float64{-0.5, -2}},
	"Polyak":             {none: 0, legal: []float64{1e-9, 0.99}, refused: []float64{1, -0.5, -2}},
	"Damping":            {fixed: 0.5, none: refusesNone, legal: []float64{1e-300, 1e-5, 5, 5000}, refused: []float64{-0.5, -2}},
	"MinDamping":         {fixed: 0.25, none: leastFloor, legal: []float64{1e-300, 0.1}, refused: []float64{-0.5, -2}},
	"MaxDamping":         {fixed: 1000, adaptive: 1000, none: refusesNone, legal: []float64{0.5, 1e300}, refused: []float64{-0.5, -2}},
	"DampingUpdateSteps": {fixed: 10, adaptive: 5, none: 0, legal: []float64{1, 7, 1e9}, refused: []float64{-2}},
	"GammaUpdateSteps":   {fixed: 20, adaptive: 20, none: 0, legal: []float64{1, 7, 1e9}, refused: []float64{-2}},
	"FactorDecay":        {fixed: 0.987, adaptive: 0.987, none: 0, legal: []float64{1e-9, 0.5, 0.9999}, refused: []float64{1, -0.5, -2}},
	"FactorUpdateSteps":  {fixed: 4, adaptive: 4, none: refusesNone, legal: []float64{1, 7, 1e9}, refused: []float64{-2}},
	"InverseUpdateSteps": {fixed: 10, adaptive: 20, none: refusesNone, legal: []float64{1, 7, 1e9}, refused: []float64{-2}},
	"FactorFraction":     {none: refusesNone, legal: []float64{1e-9, 0.5, 1}, refused: []float64{1.01, -0.5}},
	"ProductFraction":    {none: refusesNone, legal: []float64{1e-9, 0.5, 1}, refused: []float64{1.01, -0.5}},
	"NoiseScale":         {adaptive: 32, none: 0, legal: []float64{1e-9, 5, 32, 1e9}, refused: []float64{-0.5, -2}},
	"ProductUpdateSteps": {none: refusesNone, legal: []float64{1, 7, 1e9}, refused: []float64{-2}},
	"InverseHolders":     {fixed: 0, adaptive: 0, none: 0, legal: []float64{1e-9, 0.5, 1}, refused: []float64{1.01, -0.5}},
}

// number is a numeric field of a configuration, as a float64.
func number(c Config, name string) float64 {
	return reflect.ValueOf(c).FieldByName(name).Convert(reflect.TypeFor[float64]()).Float()
}

func with(c Config, name string, v float64) Config {
	f := reflect.ValueOf(&c).Elem().FieldByName(name)
	f.Set(reflect.ValueOf(v).Convert(f.Type()))
	return c
}

// survives returns the settings in force, and requires that New makes the same
// of what Config reports, as often as one likes.
func survives(t *testing.T, c Config) Config {
	t.Helper()
	o, err := New(c)
	require.NoError(t, err, "%+v", c)
	again, err := New(o.Config())
	require.NoError(t, err, "%+v from %+v", o.Config(), c)
	assert.Equal(t, o.Config(), again.Config(), "%+v", c)
	assert.Equal(t, o.cfg, again.cfg, "%+v", c)
	assert.Equal(t, []float64{o.alpha, o.lambda, o.least}, []float64{again.alpha, again.lambda, again.least}, "%+v", c)
	return o.cfg
}

// TestConfigSurvives: New(o.Config()) has o's settings in force, for every value
// of every field in every mode.
func TestConfigSurvives(t *testing.T) {
	all := reflect.TypeFor[Config]()
	for i := range all.NumField() {
		name := all.Field(i).Name
		if all.Field(i).Type.Kind() == reflect.String {
			continue
		}
		require.Contains(t, fields, name, "every setting has a row")
		f := fields[name]
		for _, mode := range Modes() {
			what := fmt.Sprintf("%s, %s", name, mode)
			base, def := Config{Mode: mode}, f.adaptive
			if mode == Fixed {
				def = f.fixed
			}
			assert.Equal(t, def, number(survives(t, base), name), "%s: default", what)
			if none := with(base, name, None); math.IsNaN(f.none) {
				assert.Error(t, none.Validate(), what)
			} else {
				assert.Equal(t, f.none, number(survives(t, none), name), "%s: none", what)
			}
			for _, v := range f.legal {
				if f.only != "" && f.only != mode {
					assert.Error(t, with(base, name, v).Validate(), "%s %g", what, v)
					continue
				}
				assert.Equal(t, v, number(survives(t, with(base, name, v)), name), what)
			}
			for _, v := range append(f.refused, math.NaN(), math.Inf(1), math.Inf(-1)) {
				if all.Field(i).Type.Kind() == reflect.Int && v-v != 0 {
					continue
				}
				assert.Error(t, with(base, name, v).Validate(), "%s %g", what, v)
			}
		}
	}
	for _, mode := range Modes() {
		for _, s := range Structures() {
			assert.Equal(t, s, survives(t, Config{Mode: mode, Structure: s}).Structure)
		}
		for _, e := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN, graph.Empirical} {
			assert.Equal(t, e, survives(t, Config{Mode: mode, Estimator: e}).Estimator)
		}
	}
	survives(t, Config{Mode: Fixed, Damping: 3e-300}) // whose floor is the least there is
}

// TestNoneIsInForce: what is off is off in the steps, also by way of Config.
func TestNoneIsInForce(t *testing.T) {
	cfg := Config{Mode: Fixed, Momentum: None, FactorDecay: None, DampingUpdateSteps: None}
	o := newOptimizer(t, cfg)
	assert.EqualValues(t, []float64{None, None}, []float64{o.Config().Momentum, o.Config().FactorDecay})
	given, reported := newRun(t, cfg, graph.Float64, 1, 3), newRun(t, o.Config(), graph.Float64, 1, 3)
	given.steps(0, 12)
	reported.steps(0, 12)
	assert.Zero(t, reported.optimizer.Stats().Mu)
	assert.Equal(t, 0.5, reported.optimizer.Stats().Damping, "λ is kept")
	assert.Equal(t, graph.Values(given.model.Params()), graph.Values(reported.model.Params()))
	other := cfg
	other.FactorDecay = 0
	kept := newRun(t, other, graph.Float64, 1, 3)
	kept.steps(0, 12)
	assert.NotEqual(t, graph.Values(given.model.Params()), graph.Values(kept.model.Params()))
}
