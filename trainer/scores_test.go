package trainer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// auc is a metric of a user's own, which rises by a tenth with each evaluation.
type auc struct{ value float64 }

func (a *auc) Name() string                 { return "auc" }
func (a *auc) HigherIsBetter() bool         { return true }
func (a *auc) Reset()                       { a.value += 0.1 }
func (a *auc) Add(_, _ *tensor.Dense) error { return nil }
func (a *auc) Value() float64               { return a.value }
func evaluation(p string, s trainer.Source) trainer.Evaluation {
	return trainer.Evaluation{Prefix: p, Source: s}
}

// TestOwnMetric: a metric's own word is its direction, whatever its name.
func TestOwnMetric(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{})
	test := &memory{x: src.x, y: src.y, n: 5}
	target := &trainer.Target{Metric: "test_auc", Value: 0.35}
	run := &trainer.Trainer{
		Model: m, Optimizer: sgd(t, 0.1), Epochs: 9, Metrics: []trainer.Metric{&auc{}, trainer.Accuracy()},
		Evaluations: []trainer.Evaluation{evaluation("test_", test)}, Callbacks: []trainer.Callback{target.Callback},
	}
	res, err := run.Fit(context.Background(), src)
	require.NoError(t, err)
	assert.True(t, target.Reached)
	assert.Equal(t, 4, res.Epochs, "0.4 is the first that is high enough")
	assert.Equal(t, map[string]bool{"test_loss": false, "test_auc": true, "test_accuracy": true}, res.History[0].HigherIsBetter)
}

// TestScoresOfOneName: what would overwrite another score is refused.
func TestScoresOfOneName(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{})
	other := func() trainer.Source { return &memory{x: src.x, y: src.y, n: 5} }
	for want, run := range map[string]trainer.Trainer{
		`two evaluations have the prefix "test_"`: {Evaluations: []trainer.Evaluation{evaluation("test_", other()), evaluation("", other()), evaluation("test_", other())}},
		`two evaluations have the prefix ""`:      {Evaluations: []trainer.Evaluation{evaluation("", other()), evaluation("", other())}},
		`two scores are called "test_accuracy"`:   {Evaluations: []trainer.Evaluation{evaluation("test_", other())}, Metrics: []trainer.Metric{trainer.Accuracy(), trainer.Accuracy()}},
		`evaluation "test_" has no data`:          {Evaluations: []trainer.Evaluation{evaluation("test_", nil)}},
		`evaluation "own_" reads from the source`: {Evaluations: []trainer.Evaluation{evaluation("own_", src)}},
	} {
		run.Model, run.Optimizer, run.Epochs = m, sgd(t, 0.1), 1
		res, err := run.Fit(context.Background(), src)
		assert.ErrorContains(t, err, want)
		assert.Zero(t, res.Steps)
	}
	_, err := m.Evaluate(context.Background(), other(), trainer.Accuracy(), trainer.Accuracy())
	assert.ErrorContains(t, err, `two scores are called "accuracy"`)
}

// binary is a model of one or more yes and no, and data for it.
func binary(t *testing.T, units int) (*trainer.Model, *datasets.Dataset) {
	t.Helper()
	m, err := trainer.NewModel(&layers.Dense{Units: units}, losses.SigmoidCrossEntropy{}, trainer.ModelConfig{Input: []int{3}, Seed: 2})
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(5, 5))
	const n = 23
	s := datasets.Split{X: make([]float32, 3*n), Targets: make([]float32, units*n), Outputs: units}
	for i := range s.X {
		s.X[i] = float32(r.NormFloat64())
	}
	for i := range s.Targets {
		s.Targets[i] = float32(r.IntN(2))
	}
	return m, &datasets.Dataset{Name: "binary", Shape: []int{3}, Train: s, Test: s}
}

func loader(t *testing.T, d *datasets.Dataset, opt datasets.LoaderOptions) *datasets.Loader {
	t.Helper()
	l, err := datasets.NewLoader(d, d.Train, opt)
	require.NoError(t, err)
	return l
}

// TestBinaryAccuracy counts the units that are on the right side of ½.
func TestBinaryAccuracy(t *testing.T) {
	for _, units := range []int{1, 3} {
		m, d := binary(t, units)
		scores, err := m.Evaluate(context.Background(), loader(t, d, datasets.LoaderOptions{BatchSize: 5, KeepLast: true}), trainer.BinaryAccuracy())
		require.NoError(t, err)
		x := tensor.New(tensor.WithShape(23, 3), tensor.WithBacking(d.Train.X))
		p, err := m.Predict(x)
		require.NoError(t, err)
		right := 0
		for i, v := range p.Float32s() {
			if (v > 0.5) == (d.Train.Targets[i] == 1) {
				right++
			}
		}
		assert.InDelta(t, float64(right)/float64(23*units), scores["binary_accuracy"], 1e-15)
		assert.True(t, trainer.BinaryAccuracy().HigherIsBetter())
	}
	two, one := graph.NewDense(graph.Float64, 2, 3), graph.NewDense(graph.Float64, 2, 3)
	one.Float64s()[4] = 1.5
	assert.ErrorContains(t, trainer.BinaryAccuracy().Add(two, one), "metric binary_accuracy: target 1.5: want a number from 0 to 1")
	assert.ErrorContains(t, trainer.BinaryAccuracy().Add(two, graph.NewDense(graph.Float64, 2)), "no score for targets of shape (2)")
	assert.ErrorContains(t, trainer.ReconstructionError().Add(two, graph.NewDense(graph.Float64, 2, 2)), "no score for targets of shape (2, 2)")
	assert.ErrorContains(t, trainer.Accuracy().Add(two, graph.NewDense(graph.Float64, 3)), "no score for targets of shape (3)")
}

// TestOneSoftmaxUnit: it would be certain of every example, and learn nothing.
func TestOneSoftmaxUnit(t *testing.T) {
	_, err := trainer.NewModel(&layers.Dense{Units: 1}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}})
	assert.ErrorContains(t, err, "1 output unit: its probability is always 1")
	assert.ErrorContains(t, err, "or take SigmoidCrossEntropy")
}

// TestEvaluateWholeEpochs: a loader is scored as a whole wherever it was, and
// training goes on as it would have without.
func TestEvaluateWholeEpochs(t *testing.T) {
	for _, opt := range []datasets.LoaderOptions{{BatchSize: 5, KeepLast: true}, {BatchSize: 5, KeepLast: true, Shuffle: true, Seed: 3}} {
		m, d := binary(t, 1)
		want, err := m.Evaluate(context.Background(), loader(t, d, opt), trainer.BinaryAccuracy())
		require.NoError(t, err)
		src, plain := loader(t, d, opt), loader(t, d, opt)
		fit := func(src *datasets.Loader, steps int) {
			run := &trainer.Trainer{Model: m, Optimizer: sgd(t, 1e-30), MaxSteps: steps} // in float32 nothing moves
			_, err := run.Fit(context.Background(), src)
			require.NoError(t, err)
		}
		same := func(what string) {
			t.Helper()
			x, y, ok := src.Next()
			wantX, wantY, wantOK := plain.Next()
			require.Equal(t, wantOK, ok, what)
			if ok {
				assert.Equal(t, wantX.Float32s(), x.Float32s(), what)
				assert.Equal(t, wantY.Float32s(), y.Float32s(), what)
			}
			got, err := src.MarshalBinary()
			require.NoError(t, err)
			want, err := plain.MarshalBinary()
			require.NoError(t, err)
			assert.Equal(t, want, got, what)
		}
		fit(src, 10) // two epochs
		fit(plain, 10)
		for k := range 15 { // at the end, at the beginning and in the middle of epochs
			for range 2 {
				got, err := m.Evaluate(context.Background(), src, trainer.BinaryAccuracy())
				require.NoError(t, err)
				assert.InDelta(t, want["loss"], got["loss"], 1e-7)
				assert.Equal(t, want["binary_accuracy"], got["binary_accuracy"])
			}
			same(fmt.Sprintf("after %d mini-batches", k))
		}

		ctx, cancel := context.WithCancel(context.Background())
		stops := &stopper{cancel: cancel}
		_, err = m.Evaluate(ctx, src, stops)
		require.ErrorIs(t, err, context.Canceled)
		same("cancelled")
		got, err := m.Evaluate(context.Background(), src, trainer.BinaryAccuracy())
		require.NoError(t, err)
		assert.InDelta(t, want["loss"], got["loss"], 1e-7, "not of what was left")
	}
	// A source that cannot go back begins its next epoch.
	m, src := toy(t, trainer.ModelConfig{})
	want, err := m.Evaluate(context.Background(), &memory{x: src.x, y: src.y, n: 5})
	require.NoError(t, err)
	for range src.Steps() {
		src.Next()
	}
	got, err := m.Evaluate(context.Background(), src)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

// stopper cancels an evaluation after its second mini-batch.
type stopper struct {
	auc
	calls  int
	cancel func()
}

func (s *stopper) Add(_, _ *tensor.Dense) error {
	if s.calls++; s.calls == 2 {
		s.cancel()
	}
	return nil
}

// TestFitScoresItsOwnData: a loader may be trained on and scored, in the middle
// of epochs too, and the run is that without.
func TestFitScoresItsOwnData(t *testing.T) {
	run := func(every int) []float64 {
		m, d := binary(t, 1)
		src := loader(t, d, datasets.LoaderOptions{BatchSize: 5, Shuffle: true, Seed: 8})
		fit := &trainer.Trainer{Model: m, Optimizer: sgd(t, 0.1), Epochs: 3, EvalEvery: every}
		if every > 0 {
			fit.Evaluations = []trainer.Evaluation{evaluation("train_", src)}
		}
		_, err := fit.Fit(context.Background(), src)
		require.NoError(t, err)
		return snapshot(m.Params(), false)
	}
	assert.Equal(t, run(0), run(3))
}
