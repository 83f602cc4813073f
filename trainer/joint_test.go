package trainer_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A model of two heads is saved and loaded with its loss, predicts the heads' means side by side, and refuses targets by the
// head that they are of. A mini-batch of a warm model allocates nothing but its head.
func TestJointModel(t *testing.T) {
	loss := func() losses.Loss {
		return &losses.Joint{Heads: []losses.Head{{Loss: losses.SoftmaxCrossEntropy{}, Units: 3}, {Loss: losses.DiagonalGaussian{}, Units: 2, Weight: 0.5}}}
	}
	m := newModel(t, layers.Sequential{&layers.Dense{Units: 4}, layers.Tanh(), &layers.Dense{Units: 5}}, loss(), 2, 0)
	x := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{0.5, -1, 1, 2}))
	y := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{0, 0.25, 2, -3}))
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	want, err := obj.Loss()
	require.NoError(t, err)
	mean, err := m.Predict(x)
	require.NoError(t, err)
	require.Equal(t, tensor.Shape{2, 4}, mean.Shape())

	dir := t.TempDir()
	require.NoError(t, trainer.Save(dir, m, trainer.Preparation{Values: []string{"a", "b", "c", "position"}}, trainer.SaveConfig{}))
	again, prep, err := trainer.Load(dir, trainer.LoadConfig{})
	require.NoError(t, err)
	assert.Equal(t, loss().(*losses.Joint).Heads, again.Loss().(*losses.Joint).Heads)
	obj, err = again.Batch(x, y)
	require.NoError(t, err)
	got, err := obj.Loss()
	require.NoError(t, err)
	assert.Equal(t, want, got)
	p, err := predictor(t, again, prep).Predict([]float64{1, 2})
	require.NoError(t, err)
	assert.Equal(t, -1, p.Class, "the model predicts values, some of which are probabilities")
	assert.Equal(t, mean.Float64s()[4:], p.Values)

	y.Float64s()[2] = 3
	_, err = m.Batch(x, y)
	assert.ErrorContains(t, err, "losses: joint: head 1: losses: label 3 of example 1: want a whole number from 0 to 2")
	_, err = trainer.NewModel(&layers.Dense{Units: 6}, loss(), trainer.ModelConfig{Input: []int{2}})
	assert.ErrorContains(t, err, "losses: joint: 6 outputs for heads of 5: give the last layer as many units as the heads have together")

	y.Float64s()[2] = 2
	adam, err := trainer.NewAdam(trainer.AdamConfig{})
	require.NoError(t, err)
	step := func(m *trainer.Model, y *tensor.Dense) func() {
		return func() {
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			_, err = adam.Step(obj)
			require.NoError(t, err)
		}
	}
	assert.Zero(t, testing.AllocsPerRun(20, step(m, y)))
	visit := func(*graph.CurvaturePass) error { return nil }
	for _, estimator := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN} {
		assert.Zero(t, testing.AllocsPerRun(20, func() {
			_, err := obj.Curvature(estimator, visit)
			require.NoError(t, err)
		}), estimator)
	}
}
