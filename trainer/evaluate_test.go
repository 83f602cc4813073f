package trainer_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A short last mini-batch weighs by its examples: the scores are those of the
// whole set in one batch, and of the definition. Dropout and L2 are not in it.
func TestEvaluateInBatches(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{DType: graph.Float64, L2: 0.5})
	var want map[string]float64
	for _, n := range []int{22, 5, 1, 21, 100} {
		got, err := m.Evaluate(context.Background(), &memory{x: src.x, y: src.y, n: n}, trainer.Accuracy())
		require.NoError(t, err)
		if want == nil {
			want = got
		}
		assert.Len(t, got, 2)
		for name, v := range want {
			assert.InDelta(t, v, got[name], 1e-14, "%s in batches of %d", name, n)
		}
	}
	p, err := m.Predict(src.x)
	require.NoError(t, err)
	var loss, hits float64
	for e, label := range src.y.Int32s() {
		row := p.Float64s()[e*3 : e*3+3]
		loss -= math.Log(row[label]) / 22
		if row[label] == max(row[0], row[1], row[2]) {
			hits += 1. / 22
		}
	}
	assert.InDelta(t, loss, want["loss"], 1e-14)
	assert.InDelta(t, hits, want["accuracy"], 1e-14)
}

// An autoencoder's targets are its inputs, in their own shape.
func TestReconstructionError(t *testing.T) {
	for name, dtype := range map[string]tensor.Dtype{"float32": graph.Float32, "float64": graph.Float64} {
		t.Run(name, func(t *testing.T) {
			net := layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 2}, layers.Tanh(), &layers.Dense{Units: 6}}
			m, err := trainer.NewModel(net, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2, 3}, DType: dtype})
			require.NoError(t, err)
			x := graph.NewDense(graph.Float64, 7, 2, 3)
			for i := range x.Float64s() {
				x.Float64s()[i] = math.Sin(float64(i))
			}
			scores, err := m.Evaluate(context.Background(), &memory{x: x, y: x, n: 3}, trainer.ReconstructionError())
			require.NoError(t, err)
			assert.InDelta(t, 2*scores["loss"], scores["reconstruction_error"], 1e-5)
			p, err := m.Predict(x)
			require.NoError(t, err)
			var sum float64
			for i, v := range rows(p, 0, 7).Float64s() {
				sum += (v - x.Float64s()[i]) * (v - x.Float64s()[i]) / 7
			}
			assert.InDelta(t, sum, scores["reconstruction_error"], 1e-5)
		})
	}
}

// Evaluation draws no masks and touches no training state: a run with
// evaluations trains as one without.
func TestEvaluationLeavesTrainingAlone(t *testing.T) {
	run := func(every int) []float64 {
		m, src := toy(t, trainer.ModelConfig{DType: graph.Float64, Seed: 2})
		fit := &trainer.Trainer{Model: m, Optimizer: sgd(t, 0.1), Epochs: 2}
		if every > 0 {
			fit.EvalEvery = every
			fit.Evaluations = []trainer.Evaluation{{Source: &memory{x: src.x, y: src.y, n: 5}}}
		}
		_, err := fit.Fit(context.Background(), src)
		require.NoError(t, err)
		return snapshot(m.Params(), false)
	}
	assert.Equal(t, run(0), run(1))
}

// withoutTargets is a source of inputs only.
type withoutTargets struct{ x *tensor.Dense }

func (withoutTargets) Steps() int                            { return 1 }
func (s withoutTargets) Next() (x, y *tensor.Dense, ok bool) { return s.x, nil, true }

func TestEvaluateErrors(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{})
	_, err := m.Evaluate(context.Background(), &empty{})
	assert.ErrorContains(t, err, "no examples")
	wide := graph.NewDense(graph.Float64, 22, 5)
	_, err = m.Evaluate(context.Background(), &memory{x: wide, y: src.y, n: 5})
	assert.ErrorContains(t, err, "batch of shape (5, 5): the model takes N×[4]")
	_, err = m.Evaluate(context.Background(), withoutTargets{src.x})
	assert.ErrorContains(t, err, "without targets")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = m.Evaluate(ctx, &memory{x: src.x, y: src.y, n: 5})
	assert.ErrorIs(t, err, context.Canceled)
}

// One unit, or the least of classes, and one example, in both float types: no shape is taken for a
// scalar on the way.
func TestSmallestModel(t *testing.T) {
	for name, loss := range map[string]losses.Loss{"squared": losses.SquaredError{}, "sigmoid": losses.SigmoidCrossEntropy{}, "softmax": losses.SoftmaxCrossEntropy{}} {
		t.Run(name, func(t *testing.T) {
			units := 1
			if name == "softmax" {
				units = 2 // of one class there is nothing to learn
			}
			m := newModel(t, &layers.Dense{Units: units}, loss, 1, 0)
			x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), loss, 1, 1, units)
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			checkGradients(t, obj)
			for _, est := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN, graph.Empirical} {
				_, err = obj.Curvature(est, func(*graph.CurvaturePass) error { return nil })
				require.NoError(t, err)
			}
			p, err := m.Predict(x)
			require.NoError(t, err)
			assert.Equal(t, []int{1, units}, []int(p.Shape()))
			_, err = m.Evaluate(context.Background(), &memory{x: x, y: y, n: 1})
			require.NoError(t, err)
		})
	}
}

// TestAccuracyNeedsLabels: matrix targets have no accuracy, rather than a
// wrong one.
func TestAccuracyNeedsLabels(t *testing.T) {
	assert.ErrorContains(t, trainer.Accuracy().Add(graph.NewDense(graph.Float32, 3, 4), graph.NewDense(graph.Float32, 3, 4)), "no score for targets")
	assert.ErrorContains(t, trainer.ReconstructionError().Add(graph.NewDense(graph.Float32, 3, 4), graph.NewDense(graph.Float32, 3)), "no score for targets")
}
