package trainer_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// continued are optimizers that a second Fit goes on with.
var continued = map[string]func() (statefulOptimizer, error){
	"Adam": func() (statefulOptimizer, error) { return trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.01}) },
	"SGD": func() (statefulOptimizer, error) {
		return trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1, Momentum: 0.9})
	},
	"K-FAC, adaptive":  func() (statefulOptimizer, error) { return kfac.New(kfac.Config{Damping: 1}) },
	"K-FAC, fixed":     func() (statefulOptimizer, error) { return kfac.New(kfac.Config{Mode: kfac.Fixed}) },
	"K-FAC, averaging": func() (statefulOptimizer, error) { return kfac.New(kfac.Config{Polyak: 0.9}) },
}

// dealer is a loader of classes that the first two of four features tell.
func dealer(t *testing.T, examples, batch int, shift float32) *datasets.Loader {
	t.Helper()
	data := &datasets.Dataset{Name: "quadrants", Shape: []int{4}, Classes: 3}
	for i := range examples {
		x := []float32{float32(i%7)/3 - 1 + shift, float32(i%5)/2 - 1, float32(i%3) - 1, float32(i%11)/5 - 1}
		class := int32(0)
		if x[0] > shift {
			class = 1
		}
		if x[1] > 0 {
			class = 2
		}
		data.Train.X, data.Train.Labels = append(data.Train.X, x...), append(data.Train.Labels, class)
	}
	l, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: batch, Shuffle: true, KeepLast: true, Seed: 3})
	require.NoError(t, err)
	return l
}

func classifier(t *testing.T) *trainer.Model {
	t.Helper()
	m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &layers.Dense{Units: 3}}, losses.SoftmaxCrossEntropy{},
		trainer.ModelConfig{Input: []int{4}, DType: graph.Float64, Seed: 5})
	require.NoError(t, err)
	return m
}

// TestFitTwiceIsOneRun: where nothing but the steps' number makes a difference, two runs on the same data are one.
func TestFitTwiceIsOneRun(t *testing.T) {
	for name, newOptimizer := range continued {
		var states [][]byte
		for _, epochs := range [][]int{{5}, {2, 3}, {1, 1, 1, 2}} {
			m, data := classifier(t), dealer(t, 70, 16, 0)
			opt, err := newOptimizer()
			require.NoError(t, err)
			tr := &trainer.Trainer{Model: m, Optimizer: opt}
			for _, n := range epochs {
				tr.Epochs = n
				res, err := tr.Fit(context.Background(), data)
				require.NoError(t, err)
				assert.Equal(t, n*5, res.Steps, "each run counts its own")
			}
			state, err := opt.MarshalBinary()
			require.NoError(t, err)
			states = append(states, append(state, fmt.Sprint(snapshot(m.Params(), false))...))
		}
		assert.Equal(t, states[0], states[1], name)
		assert.Equal(t, states[0], states[2], name)
	}
}

// TestFitGoesOnWithOtherData: a second run begins with the optimizer as the first left it, takes mini-batches of another
// size, and learns them. The first has full batches, which K-FAC finds out, and has to unlearn.
func TestFitGoesOnWithOtherData(t *testing.T) {
	for name, newOptimizer := range continued {
		for _, batch := range []int{20, 140} {
			m := classifier(t)
			opt, err := newOptimizer()
			require.NoError(t, err)
			tr := &trainer.Trainer{Model: m, Optimizer: opt, MaxSteps: 40}
			_, err = tr.Fit(context.Background(), dealer(t, 60, 60, 0))
			require.NoError(t, err)
			left, err := opt.MarshalBinary()
			require.NoError(t, err)

			other := dealer(t, 140, batch, 1.5)
			before, err := m.Evaluate(context.Background(), other)
			require.NoError(t, err)
			run, err := tr.Begin(other)
			require.NoError(t, err)
			found, err := opt.MarshalBinary()
			require.NoError(t, err)
			assert.Equal(t, left, found, name)
			for _, err := range run.Steps(context.Background()) {
				require.NoError(t, err, name)
			}
			after, err := m.Evaluate(context.Background(), other)
			require.NoError(t, err)
			assert.Empty(t, run.Result().Rises, name)
			assert.Less(t, after["loss"], 0.5*before["loss"], "%s in mini-batches of %d", name, batch)
		}
	}
}

// TestFitRefusesOtherShapes: other data that the model was not built for are an error of one line, and change nothing.
func TestFitRefusesOtherShapes(t *testing.T) {
	m := classifier(t)
	opt, err := kfac.New(kfac.Config{Damping: 1})
	require.NoError(t, err)
	tr := &trainer.Trainer{Model: m, Optimizer: opt, Epochs: 1}
	_, err = tr.Fit(context.Background(), dealer(t, 70, 16, 0))
	require.NoError(t, err)
	before := snapshot(m.Params(), false)
	for want, data := range map[string]*datasets.Dataset{
		"trainer: batch of shape (2, 3): the model takes N×[4]": {Shape: []int{3}, Classes: 3, Train: datasets.Split{X: make([]float32, 6), Labels: []int32{0, 1}}},
		"label":  {Shape: []int{4}, Classes: 5, Train: datasets.Split{X: make([]float32, 8), Labels: []int32{0, 4}}},
		"target": {Shape: []int{4}, Train: datasets.Split{X: make([]float32, 8), Targets: make([]float32, 4), Outputs: 2}},
	} {
		data.Name = "other"
		l, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 2})
		require.NoError(t, err)
		res, err := tr.Fit(context.Background(), l)
		assert.ErrorContains(t, err, want)
		assert.Zero(t, res.Steps)
		assert.Equal(t, before, snapshot(m.Params(), false))
	}
	_, err = tr.Fit(context.Background(), dealer(t, 70, 16, 0))
	assert.NoError(t, err)
}
