package trainer_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// hiding lists its weight alone.
type hiding struct{ *layers.Dense }

func (l hiding) Params() []*graph.Param { return l.Dense.Params()[:min(1, len(l.Dense.Params()))] }

func TestNewModelErrors(t *testing.T) {
	used := &layers.Dense{Units: 2}
	newModel(t, used, losses.SquaredError{}, 3, 0)
	fine := trainer.ModelConfig{Input: []int{3}}
	for _, c := range []struct {
		name string
		net  layers.Layer
		loss losses.Loss
		cfg  trainer.ModelConfig
		want string
	}{
		{"no net", nil, losses.SquaredError{}, fine, "needs a network and a loss"},
		{"no loss", &layers.Dense{Units: 2}, nil, fine, "needs a network and a loss"},
		{"no input", &layers.Dense{Units: 2}, losses.SquaredError{}, trainer.ModelConfig{}, "input shape []"},
		{"huge input", &layers.Flatten{}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{1 << 20, 1 << 20}}, "[1048576 1048576]: an example of more than 2147483647 elements is too large"},
		{"no layer", (*layers.Dense)(nil), losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}}, "the network is a *layers.Dense that is nil"},
		{"no layer inside", layers.Sequential{(*layers.BatchNorm)(nil)}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}}, "layer 0 of the sequence is nil"},
		{"zero input", &layers.Dense{Units: 2}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3, 0}}, "input shape [3 0]: want positive sizes"},
		{"negative L2", &layers.Dense{Units: 2}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}, L2: -2}, "L2 -2"},
		{"infinite L2", &layers.Dense{Units: 2}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}, L2: math.Inf(1)}, "L2 +Inf"},
		{"NaN L2", &layers.Dense{Units: 2}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}, L2: math.NaN()}, "L2 NaN"},
		{"int", &layers.Dense{Units: 2}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{3}, DType: tensor.Int}, "float32 or float64"},
		{"used net", used, losses.SquaredError{}, fine, "has parameters from another NewModel"},
		{"hidden parameter", hiding{&layers.Dense{Units: 2}}, losses.SquaredError{}, fine, "trainer: graph: the layer uses parameter dense1.bias, which its Params does not list: it would be neither trained nor saved"},
		{"nil layer", layers.Sequential{nil}, losses.SquaredError{}, fine, "layer 0 of the sequence is nil"},
		{"same name", layers.Sequential{&layers.Dense{Units: 2, Name: "a"}, &layers.Dense{Units: 2, Name: "a"}}, losses.SquaredError{}, fine, "two parameters are called a.weight"},
		{"no units", &layers.Dense{}, losses.SquaredError{}, fine, "dense1: 0 units"},
		{"outputs of images", layers.Sequential{}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{3, 4}}, "outputs of shape (1, 3, 4): want a matrix"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := trainer.NewModel(c.net, c.loss, c.cfg)
			assert.ErrorContains(t, err, c.want)
			assert.Nil(t, m)
		})
	}
}

func ints(n, bad int, value int32) *tensor.Dense {
	y := tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(n))
	y.Int32s()[bad] = value
	return y
}

func TestBatchErrors(t *testing.T) {
	m, _ := toy(t, trainer.ModelConfig{})
	x := graph.NewDense(graph.Float64, 5, 4)
	transposed := graph.NewDense(graph.Float64, 4, 5)
	require.NoError(t, transposed.T())
	for _, c := range []struct {
		name string
		x, y *tensor.Dense
		want string
	}{
		{"label too large", x, ints(5, 3, 3), "label 3 of example 3: want a whole number from 0 to 2"},
		{"negative label", x, ints(5, 1, -1), "label -1 of example 1"},
		{"fraction", x, tensor.New(tensor.WithBacking([]float64{0, 1, 0.5, 0, 0})), "label 0.5 of example 2"},
		{"no inputs", nil, ints(5, 0, 0), "batch of shape"},
		{"no targets", x, nil, "without targets"},
		{"too few targets", x, ints(4, 0, 0), "targets of shape (4): the loss takes (5)"},
		{"too many targets", x, ints(6, 0, 0), "targets of shape (6)"},
		{"one-hot targets", x, graph.NewDense(graph.Float64, 5, 3), "targets of shape (5, 3): the loss takes (5)"},
		{"a number for a target", x, tensor.New(tensor.FromScalar(1.0)), "targets of shape ()"},
		{"other width", graph.NewDense(graph.Float64, 5, 3), ints(5, 0, 0), "batch of shape (5, 3): the model takes N×[4]"},
		{"images", graph.NewDense(graph.Float64, 5, 2, 2), ints(5, 0, 0), "batch of shape (5, 2, 2)"},
		{"strings", tensor.New(tensor.Of(tensor.String), tensor.WithShape(5, 4)), ints(5, 0, 0), "cannot convert string"},
		{"transposed", transposed, ints(5, 0, 0), "not a contiguous row-major tensor"},
	} {
		t.Run(c.name, func(t *testing.T) {
			obj, err := m.Batch(c.x, c.y)
			assert.ErrorContains(t, err, c.want)
			assert.Nil(t, obj)
		})
	}
	_, err := m.Batch(x, ints(5, 0, 2))
	assert.NoError(t, err, "the model is usable after an error")
	_, err = m.Predict(graph.NewDense(graph.Float64, 5, 3))
	assert.ErrorContains(t, err, "N×[4]")
	_, err = m.Predict(nil)
	assert.Error(t, err)
}

// The element type of data is converted to the model's.
func TestBatchConverts(t *testing.T) {
	var want float64
	for i, x := range []*tensor.Dense{
		tensor.New(tensor.WithShape(1, 4), tensor.WithBacking([]float64{1, 2, 3, 4})),
		tensor.New(tensor.WithShape(1, 4), tensor.WithBacking([]uint8{1, 2, 3, 4})),
		tensor.New(tensor.WithShape(1, 4), tensor.WithBacking([]float32{1, 2, 3, 4})),
	} {
		m, _ := toy(t, trainer.ModelConfig{Seed: 5})
		obj, err := m.Batch(x, tensor.New(tensor.WithShape(1), tensor.WithBacking([]uint8{2})))
		require.NoError(t, err)
		loss, err := obj.Loss()
		require.NoError(t, err)
		if i == 0 {
			want = loss
		}
		assert.Equal(t, want, loss)
	}
}

// A network of no layers predicts its input, and can still be scored.
func TestModelWithoutParameters(t *testing.T) {
	m := newModel(t, layers.Sequential{layers.Identity()}, losses.SquaredError{}, 2, 0)
	x := tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float64{3, 4}))
	p, err := m.Predict(x)
	require.NoError(t, err)
	assert.Equal(t, []float64{3, 4}, p.Float64s())
	obj, err := m.Batch(x, graph.NewDense(graph.Float64, 1, 2))
	require.NoError(t, err)
	for _, call := range []func() (float64, error){obj.Loss, obj.Grad} {
		loss, err := call()
		require.NoError(t, err)
		assert.Equal(t, 12.5, loss)
	}
	for _, est := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN, graph.Empirical} {
		loss, err := obj.Curvature(est, func(p *graph.CurvaturePass) error { assert.Empty(t, p.Taps); return nil })
		require.NoError(t, err, est)
		assert.Equal(t, 12.5, loss)
	}
}
