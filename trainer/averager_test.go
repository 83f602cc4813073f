package trainer_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// halved is gradient descent whose average is half the iterate.
type halved struct {
	trainer.Optimizer
	params graph.Direction
	calls  int
}

func (h *halved) Averaged(f func() error) error {
	h.calls++
	h.params.Scale(0.5)
	defer h.params.Scale(2)
	return f()
}

var _ trainer.Averager = (*halved)(nil)

// Fit scores the average, and tells callbacks when the iterate is back.
func TestFitEvaluatesTheAverage(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{DType: graph.Float64})
	test := &memory{x: src.x, y: src.y, n: 22}
	opt := &halved{Optimizer: sgd(t, 0.5), params: graph.Values(m.Params())}
	records := 0
	var before []float64
	run := &trainer.Trainer{
		Model: m, Optimizer: opt, Epochs: 2, Evaluations: []trainer.Evaluation{{Prefix: "a_", Source: test}, {Prefix: "b_", Source: test}},
		Callbacks: []trainer.Callback{func(e *trainer.Event) error {
			if e.Kind == trainer.StepDone {
				before = snapshot(m.Params(), false)
				return nil
			}
			if e.Kind == trainer.Ended {
				return nil
			}
			records++
			assert.Equal(t, records, opt.calls, "once for all evaluations")
			assert.Equal(t, before, snapshot(m.Params(), false))
			iterate, err := m.Evaluate(context.Background(), test)
			require.NoError(t, err)
			assert.NotEqual(t, iterate["loss"], e.Record.Scores["a_loss"])
			return opt.Averaged(func() error {
				opt.calls--
				average, err := m.Evaluate(context.Background(), test)
				require.NoError(t, err)
				assert.Equal(t, average["loss"], e.Record.Scores["a_loss"])
				assert.Equal(t, average["loss"], e.Record.Scores["b_loss"])
				return nil
			})
		}},
	}
	_, err := run.Fit(context.Background(), src)
	require.NoError(t, err)
	assert.Equal(t, 2, records)
}

// An evaluation that fails ends the run with its error, and on the iterate.
func TestFitPutsTheIterateBack(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{DType: graph.Float64})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	opt := &halved{Optimizer: sgd(t, 0.5), params: graph.Values(m.Params())}
	var before []float64
	test := &hooked{memory: memory{x: src.x, y: src.y, n: 4}, hook: func(int) { cancel() }}
	run := &trainer.Trainer{
		Model: m, Optimizer: opt, Epochs: 1, Evaluations: []trainer.Evaluation{{Source: test}},
		Callbacks: []trainer.Callback{func(*trainer.Event) error { before = snapshot(m.Params(), false); return nil }},
	}
	_, err := run.Fit(ctx, src)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, opt.calls)
	assert.Equal(t, before, snapshot(m.Params(), false))
}

// Where nothing is evaluated nothing is averaged.
func TestFitAveragesForEvaluationsOnly(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{})
	opt := &halved{Optimizer: sgd(t, 0.5), params: graph.Values(m.Params())}
	_, err := (&trainer.Trainer{Model: m, Optimizer: opt, Epochs: 1}).Fit(context.Background(), src)
	require.NoError(t, err)
	assert.Zero(t, opt.calls)
}
