package trainer_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// predictor ends the test on an error.
func predictor(t testing.TB, m *trainer.Model, p trainer.Preparation) *trainer.Predictor {
	t.Helper()
	r, err := trainer.NewPredictor(m, p)
	require.NoError(t, err)
	return r
}

// A single layer whose weights are known: probabilities worked out by the formula of
// softmax, from raw values scaled by the formula of Scaling.
func TestPredictClasses(t *testing.T) {
	m := newModel(t, &layers.Dense{Units: 3}, losses.SoftmaxCrossEntropy{}, 2, 0)
	copy(m.Params()[0].Value.Float64s(), []float64{0.5, -1, 2, 1, 0.25, -0.5}) // 2×3
	copy(m.Params()[1].Value.Float64s(), []float64{0.1, 0.2, -0.3})
	p := predictor(t, m, trainer.Preparation{
		Inputs:   scaling.Scaling{Mean: []float64{10, 20}, Deviation: []float64{2, 4}, Bound: 3},
		Features: []string{"length", "width"}, Classes: []string{"ash", "beech", "cedar"},
	})
	for _, c := range []struct {
		raw, scaled []float64
		class       int
	}{
		{[]float64{12, 18}, []float64{1, -0.5}, 2},
		{[]float64{8, 22}, []float64{-1, 0.5}, 1},
		{[]float64{12, 1e9}, []float64{1, 3}, 0}, // bounded
	} {
		x, y := c.scaled[0], c.scaled[1]
		e := []float64{math.Exp(0.5*x + y + 0.1), math.Exp(-x + 0.25*y + 0.2), math.Exp(2*x - 0.5*y - 0.3)}
		got, err := p.Predict(c.raw)
		require.NoError(t, err)
		for i := range e {
			assert.InDelta(t, e[i]/(e[0]+e[1]+e[2]), got.Probabilities[i], 1e-15)
		}
		assert.Equal(t, c.class, got.Class)
		assert.Equal(t, []string{"ash", "beech", "cedar"}[c.class], got.Name)
		assert.Nil(t, got.Values)
	}
	assert.Equal(t, 2, p.Features())
	assert.Equal(t, 3, p.Outputs())
	assert.Equal(t, []string{"ash", "beech", "cedar"}, p.Classes())
	unnamed := predictor(t, m, trainer.Preparation{})
	assert.Equal(t, []string{"0", "1", "2"}, unnamed.Classes())
	m.Params()[0].Value.Zero()
	m.Params()[1].Value.Zero()
	got, err := unnamed.Predict([]float64{3, 4})
	require.NoError(t, err)
	assert.Equal(t, "0", got.Name, "the first of equally likely ones, on the weights as they are now")
}

// Values come in the raw targets' units.
func TestPredictValues(t *testing.T) {
	m := newModel(t, &layers.Dense{Units: 2}, losses.SquaredError{}, 1, 0)
	copy(m.Params()[0].Value.Float64s(), []float64{2, -3})
	copy(m.Params()[1].Value.Float64s(), []float64{1, 0.5})
	p := predictor(t, m, trainer.Preparation{
		Inputs:  scaling.Scaling{Mean: []float64{4}, Deviation: []float64{0.5}},
		Targets: scaling.Scaling{Mean: []float64{100, -1}, Deviation: []float64{10, 0}, Bound: 1},
		Values:  []string{"price", "constant"},
		Classes: []string{"not used"},
	})
	got, err := p.Predict([]float64{5}) // 2 scaled
	require.NoError(t, err)
	assert.Equal(t, trainer.Prediction{Class: -1, Values: []float64{100 + 10*(2*2+1), -1}}, got)
	assert.Nil(t, p.Classes())
	assert.Equal(t, []string{"price", "constant"}, p.Preparation().Values)

	bernoulli := newModel(t, &layers.Dense{Units: 1}, losses.SigmoidCrossEntropy{}, 1, 0)
	bernoulli.Params()[0].Value.Float64s()[0] = 2
	yes, err := predictor(t, bernoulli, trainer.Preparation{}).Predict([]float64{0.5})
	require.NoError(t, err)
	assert.InDelta(t, 1/(1+math.Exp(-1)), yes.Values[0], 1e-15)
	assert.Equal(t, -1, yes.Class)

	same := newModel(t, layers.Identity(), losses.SquaredError{}, 3, 0)
	mirrored, err := predictor(t, same, trainer.Preparation{}).Predict([]float64{1, 2, 3})
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 2, 3}, mirrored.Values, "a network of no layers predicts its input")
}

// networks are all layers and losses, and layers of a user's own, with the inputs' shape.
func networks() map[string]func() (layers.Layer, losses.Loss, []int) {
	return map[string]func() (layers.Layer, losses.Loss, []int){
		"classifier": func() (layers.Layer, losses.Loss, []int) {
			return layers.Sequential{&layers.Dense{Units: 70}, layers.ReLU(), &layers.Dropout{Rate: 0.5}, &layers.Dense{Units: 33}, layers.Tanh(), &layers.Dense{Units: 10}},
				losses.SoftmaxCrossEntropy{}, []int{784}
		},
		"autoencoder": func() (layers.Layer, losses.Loss, []int) {
			return layers.Sequential{&layers.Dense{Units: 40}, layers.Sigmoid(), &layers.Dense{Units: 3}, &layers.Dense{Units: 36, NoBias: true}},
				losses.SigmoidCrossEntropy{}, []int{36}
		},
		"one value": func() (layers.Layer, losses.Loss, []int) {
			return layers.Sequential{&layers.Dense{Units: 21}, layers.Tanh(), &layers.Dense{Units: 1}}, losses.SquaredError{}, []int{5}
		},
		"wide": func() (layers.Layer, losses.Loss, []int) { // batches of 512 are cut into pieces by elementwise functions
			return layers.Sequential{&layers.Dense{Units: 301}, layers.Tanh(), &layers.Dense{Units: 155}, layers.ReLU(), &layers.Dense{Units: 203}, layers.Sigmoid(), &layers.Dense{Units: 217}},
				losses.SoftmaxCrossEntropy{}, []int{3}
		},
		"convolution": func() (layers.Layer, losses.Loss, []int) {
			return layers.Sequential{
				&layers.Conv2D{Filters: 5, Kernel: [2]int{3, 3}, Stride: [2]int{2, 2}, Padding: [2]int{1, 1}}, layers.ReLU(),
				&layers.Conv2D{Filters: 4, Kernel: [2]int{4, 4}}, layers.Tanh(), &layers.Flatten{}, &layers.Dense{Units: 3},
			}, losses.SoftmaxCrossEntropy{}, []int{8, 8, 2}
		},
		"user's": func() (layers.Layer, losses.Loss, []int) {
			return layers.Sequential{&layers.Dense{Units: 6}, gatedTanh{}, &residual{&layers.Dense{Units: 6}}, &centring{}, &layers.Dense{Units: 2}},
				losses.SoftmaxCrossEntropy{}, []int{4}
		},
	}
}

// eachNetwork runs a test on a model of every network and type.
func eachNetwork(t *testing.T, test func(t *testing.T, m *trainer.Model)) {
	for name, build := range networks() {
		for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			t.Run(name+"/"+dtype.String(), func(t *testing.T) {
				net, loss, input := build()
				m, err := trainer.NewModel(net, loss, trainer.ModelConfig{Input: input, Seed: 5, DType: dtype})
				require.NoError(t, err)
				test(t, m)
			})
		}
	}
}

// rawExamples are n examples of so many values.
func rawExamples(n, features int) [][]float64 {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(features)))
	raw := make([][]float64, n)
	for i := range raw {
		raw[i] = make([]float64, features)
		for j := range raw[i] {
			raw[i][j] = rng.NormFloat64()
		}
	}
	return raw
}

// means are those of a prediction, of classes or values.
func means(p trainer.Prediction) []float64 {
	if p.Probabilities != nil {
		return p.Probabilities
	}
	return p.Values
}

// An example's prediction has the same bits by itself, in batches of any size and beside any others, and is Model.Predict's.
func TestPredictionsDoNotDependOnTheBatch(t *testing.T) {
	const most = 700
	eachNetwork(t, func(t *testing.T, m *trainer.Model) {
		p := predictor(t, m, trainer.Preparation{Inputs: scaling.Scaling{Mean: []float64{0.2}, Deviation: []float64{1.7}}})
		raw := rawExamples(most, p.Features())
		want := make([][]float64, most)
		for i, x := range raw {
			got, err := p.Predict(x)
			require.NoError(t, err)
			want[i] = means(got)
		}
		check := func(first, n int) {
			t.Helper()
			all, err := p.PredictAll(raw[first : first+n])
			require.NoError(t, err)
			var flat []float64
			for i, got := range all {
				require.Equal(t, want[first+i], means(got), "example %d of %d from %d on", i, n, first)
				flat = append(flat, raw[first+i]...)
			}
			out := make([]float64, n*p.Outputs())
			require.NoError(t, p.Means(out, flat))
			for i := range n {
				require.Equal(t, want[first+i], out[i*p.Outputs():(i+1)*p.Outputs()])
			}
		}
		rng := rand.New(rand.NewPCG(3, 4))
		for _, n := range []int{0, 1, 2, 3, 4, 5, 9, 17, 31, 64, 100, 513, most} {
			check(rng.IntN(most-n+1), n)
		}

		x := graph.NewDense(graph.Float32, append([]int{50}, m.Config().Input...)...)
		for i, v := range raw[:50] {
			scaling.Rows(p.Preparation().Inputs, x.Float32s()[i*p.Features():(i+1)*p.Features()], v)
		}
		y, err := m.Predict(x)
		require.NoError(t, err)
		for i, v := range rows(y, 0, 50).Float64s() {
			require.Equal(t, want[i/p.Outputs()][i%p.Outputs()], v)
		}
	})
}

// The errors of examples say which, and what about it. What follows is as if nothing had happened.
func TestPredictErrors(t *testing.T) {
	m, _ := toy(t, trainer.ModelConfig{})
	p := predictor(t, m, trainer.Preparation{Features: []string{"a", "b", "c", "d"}})
	bounded := predictor(t, m, trainer.Preparation{Inputs: scaling.Scaling{Mean: []float64{0}, Deviation: []float64{1}, Bound: 5}})
	constant := predictor(t, m, trainer.Preparation{Inputs: scaling.Scaling{Mean: []float64{0}, Deviation: []float64{0}}})
	good := []float64{1, 2, 3, 4}
	want, err := p.Predict(good)
	require.NoError(t, err)
	nan, inf := math.NaN(), math.Inf(-1)
	for _, c := range []struct {
		p    *trainer.Predictor
		raw  []float64
		want string
	}{
		{p, nil, "0 values: the model takes 4"},
		{p, good[:3], "3 values: the model takes 4"},
		{p, []float64{1, 2, 3, 4, 5}, "5 values: the model takes 4"},
		{p, []float64{1, nan, 3, 4}, "value 1 (b) is NaN: want a finite number"},
		{p, []float64{1, 2, inf, 4}, "value 2 (c) is -Inf: want a finite number"},
		{p, []float64{1, 2, 3, 1e300}, "value 3 (d) is 1e+300: too large for the model's numbers"},
		{bounded, []float64{1, 2, inf, 4}, "value 2 is -Inf: want a finite number"},
		{bounded, []float64{nan, 2, 3, 4}, "value 0 is NaN: want a finite number"},
		{constant, []float64{1, 2, 3, inf}, "value 3 is -Inf: want a finite number"},
	} {
		_, err := c.p.Predict(c.raw)
		assert.EqualError(t, err, "trainer: "+c.want)
		raw := [][]float64{good, good, good, good, good, c.raw, good, c.raw}
		_, err = c.p.PredictAll(raw)
		assert.EqualError(t, err, "trainer: example 5: "+c.want)
		var of *trainer.ExampleError
		require.True(t, errors.As(err, &of))
		assert.Equal(t, 5, of.Example)
		if len(c.raw) == 4 {
			flat := append(append(append([]float64{}, good...), good...), c.raw...)
			assert.EqualError(t, c.p.Means(make([]float64, 9), flat), "trainer: example 2: "+c.want)
		}
		again, err := p.Predict(good)
		require.NoError(t, err)
		assert.Equal(t, want, again)
	}
	assert.EqualError(t, p.Means(make([]float64, 3), good[:3]), "trainer: 3 values: want whole examples of 4 values")
	assert.EqualError(t, p.Means(make([]float64, 4), good), "trainer: room for 4 outputs: 1 examples have 3 each")
	big, err := bounded.Predict([]float64{1e300, 2, 3, 4})
	require.NoError(t, err, "a bound takes large values")
	edge, err := bounded.Predict([]float64{5, 2, 3, 4})
	require.NoError(t, err)
	assert.Equal(t, edge, big)

	m.Params()[0].Value.Float32s()[0] = float32(nan)
	_, err = p.Predict(good)
	assert.EqualError(t, err, "trainer: output 0 of the model is NaN: its weights are not finite, or the example is far from those that it was trained on")
	_, err = p.PredictAll([][]float64{good, good})
	assert.ErrorContains(t, err, "example 0: output 0 of the model is NaN")
}

func TestNewPredictorErrors(t *testing.T) {
	_, err := trainer.NewPredictor(nil, trainer.Preparation{})
	assert.EqualError(t, err, "trainer: a predictor needs a model")
	classes, _ := toy(t, trainer.ModelConfig{})
	values := newModel(t, &layers.Dense{Units: 2}, losses.SquaredError{}, 4, 0)
	two, three := []float64{1, 2}, []float64{1, 2, 3}
	for want, c := range map[string]struct {
		m *trainer.Model
		p trainer.Preparation
	}{
		"3 names of features: the model takes 4 values":              {classes, trainer.Preparation{Features: []string{"a", "b", "c"}}},
		"2 names of classes: the model has 3 outputs":                {classes, trainer.Preparation{Classes: []string{"a", "b"}}},
		"a scaling of targets: the model predicts classes":           {classes, trainer.Preparation{Targets: scaling.Scaling{Mean: three, Deviation: three}}},
		"1 names of values: the model has 2 outputs":                 {values, trainer.Preparation{Values: []string{"a"}}},
		"scaling of inputs: 3 columns: the model has 4":              {values, trainer.Preparation{Inputs: scaling.Scaling{Mean: three, Deviation: three}}},
		"scaling of targets: 3 columns: the model has 2":             {values, trainer.Preparation{Targets: scaling.Scaling{Mean: three, Deviation: three}}},
		"scaling of targets: 2 means and 3 deviations: want as many": {values, trainer.Preparation{Targets: scaling.Scaling{Mean: two, Deviation: three}}},
		"scaling of inputs: NaN: want finite numbers":                {values, trainer.Preparation{Inputs: scaling.Scaling{Mean: []float64{math.NaN()}, Deviation: []float64{1}}}},
		"scaling of inputs: bound -1: want a number ≥ 0":             {values, trainer.Preparation{Inputs: scaling.Scaling{Bound: -1}}},
		"scaling of inputs: bound NaN: want a number ≥ 0":            {values, trainer.Preparation{Inputs: scaling.Scaling{Bound: math.NaN()}}},
	} {
		_, err := trainer.NewPredictor(c.m, c.p)
		assert.EqualError(t, err, "trainer: predictor: "+want)
	}
}

// What the caller does with its preparation afterwards is no matter.
func TestPredictorKeepsItsPreparation(t *testing.T) {
	m, _ := toy(t, trainer.ModelConfig{})
	prep := trainer.Preparation{
		Inputs:  scaling.Scaling{Mean: []float64{1, 2, 3, 4}, Deviation: []float64{1, 1, 1, 1}},
		Classes: []string{"a", "b", "c"},
	}
	p := predictor(t, m, prep)
	want, err := p.Predict([]float64{1, 0, 0, 0})
	require.NoError(t, err)
	prep.Inputs.Mean[0], prep.Inputs.Deviation[0] = 9, 9
	prep.Classes[0], prep.Classes[1], prep.Classes[2] = "", "", ""
	p.Preparation().Inputs.Mean[0] = 7
	p.Classes()[0] = ""
	got, err := p.Predict([]float64{1, 0, 0, 0})
	require.NoError(t, err)
	assert.Equal(t, want, got)
}
