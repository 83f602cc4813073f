package trainer

import (
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// field says what one number of a configuration may be.
type field struct {
	def, none      float64 // in force; none is NaN where it is refused
	legal, refused []float64
}

var noNone = math.NaN()

// survives goes over every number of a configuration: force returns the
// settings in force and those that the maker's Config reports.
func survives[C any](t *testing.T, base C, rows map[string]field, force func(C) (inForce, reported C, err error)) {
	t.Helper()
	all := reflect.TypeFor[C]()
	with := func(name string, v float64) C {
		c := base
		f := reflect.ValueOf(&c).Elem().FieldByName(name)
		f.Set(reflect.ValueOf(v).Convert(f.Type()))
		return c
	}
	same := func(name string, c C, want float64) {
		inForce, reported, err := force(c)
		require.NoError(t, err, "%+v", c)
		assert.Equal(t, want, reflect.ValueOf(inForce).FieldByName(name).Float(), "%+v", c)
		againInForce, again, err := force(reported)
		require.NoError(t, err, "%+v", reported)
		assert.Equal(t, reported, again, "%+v", c)
		assert.Equal(t, inForce, againInForce, "%+v", c)
	}
	for i := range all.NumField() {
		name := all.Field(i).Name
		if all.Field(i).Type.Kind() != reflect.Float64 {
			continue
		}
		require.Contains(t, rows, name, "every setting has a row")
		row := rows[name]
		same(name, base, row.def)
		if math.IsNaN(row.none) {
			row.refused = append(row.refused, None)
		} else {
			same(name, with(name, None), row.none)
		}
		for _, v := range row.legal {
			same(name, with(name, v), v)
		}
		for _, v := range append(row.refused, math.NaN(), math.Inf(1), math.Inf(-1), -2, -0.5) {
			_, _, err := force(with(name, v))
			assert.ErrorContains(t, err, "trainer: ", "%s %g", name, v)
		}
	}
}

// TestConfigsSurvive: what Config reports makes the same optimizer, or model,
// for every value of every field.
func TestConfigsSurvive(t *testing.T) {
	survives(t, AdamConfig{}, map[string]field{
		"LearningRate": {def: 1e-3, none: noNone, legal: []float64{1e-9, 0.5, 3}},
		"Beta1":        {def: 0.9, none: 0, legal: []float64{1e-9, 0.5, 0.9999}, refused: []float64{1}},
		"Beta2":        {def: 0.999, none: 0, legal: []float64{1e-9, 0.5, 0.9999}, refused: []float64{1}},
		"Epsilon":      {def: 1e-8, none: noNone, legal: []float64{1e-40, 1}, refused: []float64{1e-46}},
		"WeightDecay":  {def: 0, none: 0, legal: []float64{1e-9, 0.5}},
	}, func(c AdamConfig) (inForce, reported AdamConfig, err error) {
		o, err := NewAdam(c)
		if err != nil {
			return c, c, err
		}
		return o.cfg, o.Config(), nil
	})
	for _, nesterov := range []bool{false, true} {
		survives(t, SGDConfig{Nesterov: nesterov}, map[string]field{
			"LearningRate": {def: 0.1, none: noNone, legal: []float64{1e-9, 0.5, 3}},
			"Momentum":     {def: 0, none: 0, legal: []float64{1e-9, 0.5, 0.9999}, refused: []float64{1}},
			"WeightDecay":  {def: 0, none: 0, legal: []float64{1e-9, 0.5}},
		}, func(c SGDConfig) (inForce, reported SGDConfig, err error) {
			o, err := NewSGD(c)
			if err != nil {
				return c, c, err
			}
			return o.cfg, o.Config(), nil
		})
	}
	survives(t, MuonConfig{}, map[string]field{
		"LearningRate": {def: 1e-3, none: noNone, legal: []float64{1e-9, 0.5, 3}},
		"Momentum":     {def: 0.95, none: 0, legal: []float64{1e-9, 0.5, 0.9999}, refused: []float64{1}},
		"WeightDecay":  {def: 0, none: 0, legal: []float64{1e-9, 0.5}},
		"AdamRate":     {def: 1, none: noNone, legal: []float64{1e-9, 0.5, 3}},
		"Beta1":        {def: 0.9, none: 0, legal: []float64{1e-9, 0.5, 0.9999}, refused: []float64{1}},
		"Beta2":        {def: 0.95, none: 0, legal: []float64{1e-9, 0.5, 0.9999}, refused: []float64{1}},
		"Epsilon":      {def: 1e-8, none: noNone, legal: []float64{1e-40, 1}, refused: []float64{1e-46}},
	}, func(c MuonConfig) (inForce, reported MuonConfig, err error) {
		o, err := NewMuon(c)
		if err != nil {
			return c, c, err
		}
		return o.cfg, o.Config(), nil
	})
	survives(t, ShampooConfig{}, map[string]field{
		"LearningRate": {def: 1e-3, none: noNone, legal: []float64{1e-9, 0.5, 3}},
		"Momentum":     {def: 0, none: 0, legal: []float64{1e-9, 0.5, 0.9999}, refused: []float64{1}},
		"WeightDecay":  {def: 0, none: 0, legal: []float64{1e-9, 0.5}},
		"Beta1":        {def: 0.9, none: 0, legal: []float64{1e-9, 0.5, 0.9999}, refused: []float64{1}},
		"Beta2":        {def: 0.999, none: 0, legal: []float64{1e-9, 0.5, 0.9999}, refused: []float64{1}},
		"Epsilon":      {def: 1e-6, none: noNone, legal: []float64{1e-40, 1}},
		"AdamEpsilon":  {def: 1e-8, none: noNone, legal: []float64{1e-40, 1}, refused: []float64{1e-46}},
	}, func(c ShampooConfig) (inForce, reported ShampooConfig, err error) {
		o, err := NewShampoo(c)
		if err != nil {
			return c, c, err
		}
		return o.cfg, o.Config(), nil
	})
	survives(t, SOAPConfig{}, map[string]field{
		"LearningRate": {def: 3e-3, none: noNone, legal: []float64{1e-9, 0.5, 3}},
		"WeightDecay":  {def: 0, none: 0, legal: []float64{1e-9, 0.3}},
		"Beta1":        {def: 0.95, none: 0, legal: []float64{1e-9, 0.5, 0.9999}, refused: []float64{1}},
		"Beta2":        {def: 0.95, none: 0, legal: []float64{1e-9, 0.5, 0.9999}, refused: []float64{1}},
		"Epsilon":      {def: 1e-8, none: noNone, legal: []float64{1e-40, 1}, refused: []float64{1e-46}},
	}, func(c SOAPConfig) (inForce, reported SOAPConfig, err error) {
		o, err := NewSOAP(c)
		if err != nil {
			return c, c, err
		}
		return o.cfg, o.Config(), nil
	})
	for _, c := range []int{-1, -7} { // whole numbers of the two
		_, err := NewShampoo(ShampooConfig{UpdateSteps: c})
		assert.ErrorContains(t, err, "update steps")
		_, err = NewShampoo(ShampooConfig{MaxDimension: c})
		assert.ErrorContains(t, err, "max dimension")
		_, err = NewSOAP(SOAPConfig{UpdateSteps: c})
		assert.ErrorContains(t, err, "update steps")
		_, err = NewSOAP(SOAPConfig{MaxDimension: c})
		assert.ErrorContains(t, err, "max dimension")
	}
	for _, cfg := range []ModelConfig{{Input: []int{2}}, {Input: []int{2}, DType: graph.Float64, Seed: 5}} {
		survives(t, cfg, map[string]field{"L2": {def: 0, none: 0, legal: []float64{1e-9, 0.5, 3}}},
			func(c ModelConfig) (inForce, reported ModelConfig, err error) {
				m, err := NewModel(&layers.Dense{Units: 1}, losses.SquaredError{}, c)
				if err != nil {
					return c, c, err
				}
				return m.cfg, m.Config(), nil
			})
	}
	m, err := NewModel(&layers.Dense{Units: 1}, losses.SquaredError{}, ModelConfig{Input: []int{2}})
	require.NoError(t, err)
	assert.Equal(t, graph.Float32, m.Config().DType)
	m.Config().Input[0] = 7
	assert.Equal(t, 2, m.Config().Input[0], "a copy")
}

// TestAdamWithoutMemory: with both moments off a step is α·g/(|g| + ε).
func TestAdamWithoutMemory(t *testing.T) {
	m, err := NewModel(&layers.Dense{Units: 1, NoBias: true}, losses.SquaredError{}, ModelConfig{Input: []int{2}, DType: graph.Float64})
	require.NoError(t, err)
	o, err := NewAdam(AdamConfig{LearningRate: 0.25, Beta1: None, Beta2: None, Epsilon: 1e-30})
	require.NoError(t, err)
	x, y := graph.NewDense(graph.Float64, 1, 2), graph.NewDense(graph.Float64, 1, 1)
	copy(x.Float64s(), []float64{3, -5})
	y.Float64s()[0] = 100 // above all that the model says
	w := m.Params()[0].Value.Float64s()
	for range 3 {
		before := []float64{w[0], w[1]}
		obj, err := m.Batch(x, y)
		require.NoError(t, err)
		_, err = o.Step(obj)
		require.NoError(t, err)
		assert.InDeltaSlice(t, []float64{before[0] + 0.25, before[1] - 0.25}, w, 1e-15)
	}
}
