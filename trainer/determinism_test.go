package trainer_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// twoBranches is a(x) + b(x), with randomness in both branches.
type twoBranches struct{ a, b layers.Layer }

func (l *twoBranches) Params() []*graph.Param { return append(l.a.Params(), l.b.Params()...) }

func (l *twoBranches) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	y, err := l.a.Build(b, x)
	if err != nil {
		return nil, err
	}
	z, err := l.b.Build(b, x)
	if err != nil {
		return nil, err
	}
	return b.Sum(y, z)
}

// train runs two epochs and returns the history, without its times, and the
// parameters.
func train(t testing.TB, dtype tensor.Dtype, seed uint64) ([]trainer.Record, []float64) {
	t.Helper()
	branch := func() layers.Layer {
		return layers.Sequential{&layers.Dropout{Rate: 0.3}, &layers.Dense{Units: 16}, layers.Tanh(), &layers.Dropout{Rate: 0.3}}
	}
	net := layers.Sequential{&twoBranches{branch(), branch()}, &layers.Dense{Units: 3}}
	m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: dtype, Seed: seed, L2: 1e-3})
	require.NoError(t, err)
	x, y := randomBatch(rand.New(rand.NewPCG(8, 8)), losses.SoftmaxCrossEntropy{}, 50, 4, 3)
	opt, err := trainer.NewAdam(trainer.AdamConfig{LearningRate: 0.01})
	require.NoError(t, err)
	run := &trainer.Trainer{
		Model: m, Optimizer: opt, Epochs: 2, EvalEvery: 3, ClipNorm: 1, Schedule: trainer.Cosine(),
		Evaluations: []trainer.Evaluation{{Source: &memory{x: x, y: y, n: 50}}},
		Metrics:     []trainer.Metric{trainer.Accuracy()},
	}
	res, err := run.Fit(context.Background(), &memory{x: x, y: y, n: 8})
	require.NoError(t, err)
	for i := range res.History {
		res.History[i].TrainSeconds = 0
	}
	return res.History, snapshot(m.Params(), false)
}

func TestSameSeedSameBits(t *testing.T) {
	for name, dtype := range map[string]tensor.Dtype{"float32": graph.Float32, "float64": graph.Float64} {
		t.Run(name, func(t *testing.T) {
			history, params := train(t, dtype, 1)
			for range 10 {
				again, same := train(t, dtype, 1)
				require.Equal(t, history, again)
				require.Equal(t, params, same)
			}
			other, differ := train(t, dtype, 2)
			assert.NotEqual(t, history, other)
			assert.NotEqual(t, params, differ)
		})
	}
}

// Fourteen steps of Adam, each of which may turn the rounding of a gradient
// near 0 into at most a few thousandths of its step of 0.01.
func TestFloat32AgreesWithFloat64(t *testing.T) {
	single, params32 := train(t, graph.Float32, 1)
	double, params64 := train(t, graph.Float64, 1)
	assert.InDeltaSlice(t, params64, params32, 14*0.01*0.001)
	assert.NotEqual(t, params64, params32, "both in one precision?")
	for i := range double {
		assert.InDelta(t, double[i].TrainLoss, single[i].TrainLoss, 1e-5)
		assert.InDelta(t, double[i].Scores["loss"], single[i].Scores["loss"], 1e-5)
		assert.Equal(t, double[i].Scores["accuracy"], single[i].Scores["accuracy"])
	}
}

// Models trained at once do not disturb each other. For the race detector.
func TestModelsTrainAtOnce(t *testing.T) {
	history, params := train(t, graph.Float32, 1)
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			again, same := train(t, graph.Float32, 1)
			assert.Equal(t, history, again)
			assert.Equal(t, params, same)
		})
	}
	wait.Wait()
}
