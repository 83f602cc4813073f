package trainer_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// empty is a source without data.
type empty struct{ steps int }

func (e *empty) Steps() int                          { return e.steps }
func (e *empty) Next() (x, y *tensor.Dense, ok bool) { return nil, nil, false }

// at runs f after the given step.
func at(step int, kind trainer.EventKind, f func() error) trainer.Callback {
	return func(e *trainer.Event) error {
		if e.Step == step && e.Kind == kind {
			return f()
		}
		return nil
	}
}

// A run that ends early says how, what it did until then counts, and the
// learning rate is what it was.
func TestFitEndsEarly(t *testing.T) {
	broken := errors.New("disk full")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := func() error { return trainer.ErrStop }
	for _, c := range []struct {
		name     string
		callback trainer.Callback
		err      error
		steps    int
		records  int
	}{
		{"stop after a step", at(3, trainer.StepDone, stop), nil, 3, 0},
		{"stop after an evaluation", at(5, trainer.Evaluated, stop), nil, 5, 1},
		{"wrapped stop", at(3, trainer.StepDone, func() error { return errors.Join(broken, trainer.ErrStop) }), nil, 3, 0},
		{"error after a step", at(4, trainer.StepDone, func() error { return broken }), broken, 4, 0},
		{"error after an evaluation", at(10, trainer.Evaluated, func() error { return broken }), broken, 10, 2},
		{"cancelled before a step", at(7, trainer.StepDone, func() error { cancel(); return nil }), context.Canceled, 7, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, src := toy(t, trainer.ModelConfig{})
			opt := sgd(t, 0.1)
			later := 0
			run := &trainer.Trainer{
				Model: m, Optimizer: opt, Epochs: 3, Schedule: trainer.Linear(),
				Callbacks: []trainer.Callback{c.callback, func(e *trainer.Event) error { later = e.Step; return nil }},
			}
			res, err := run.Fit(ctx, src)
			assert.ErrorIs(t, err, c.err)
			assert.Equal(t, c.steps, res.Steps)
			assert.Equal(t, c.steps/5, res.Epochs)
			assert.Len(t, res.History, c.records)
			assert.Equal(t, 0.1, opt.LearningRate())
			assert.LessOrEqual(t, later, c.steps)
		})
	}
}

// Cancelled while it evaluates: ctx's error, and no record of half a set.
func TestFitCancelledInEvaluation(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	test := &hooked{memory: memory{x: src.x, y: src.y, n: 4}, hook: func(call int) {
		if call == 2 {
			cancel()
		}
	}}
	run := &trainer.Trainer{Model: m, Optimizer: sgd(t, 0.1), Epochs: 2, Evaluations: []trainer.Evaluation{{Source: test}}}
	res, err := run.Fit(ctx, src)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 5, res.Steps)
	assert.Empty(t, res.History)
	assert.Equal(t, 2, test.calls)
}

// hooked is a source that counts calls of Next.
type hooked struct {
	memory
	calls int
	hook  func(call int)
}

func (h *hooked) Next() (x, y *tensor.Dense, ok bool) {
	h.calls++
	h.hook(h.calls)
	return h.memory.Next()
}

// A loss or gradient that is not finite ends the run with the step's number;
// parameters are those of the step before. An infinite input saturates tanh:
// the loss is finite, its gradient is ∞·0.
func TestFitDiverges(t *testing.T) {
	for bad, want := range map[float64]string{
		math.Inf(1):  "its gradient is not finite",
		math.Inf(-1): "its gradient is not finite",
		math.NaN():   "the loss is NaN",
	} {
		m, src := toy(t, trainer.ModelConfig{DType: graph.Float64})
		src.x.Float64s()[17*4] = bad // in the fourth mini-batch
		var before []float64
		run := &trainer.Trainer{Model: m, Optimizer: sgd(t, 0.1), Epochs: 2, ClipNorm: 1, Callbacks: []trainer.Callback{
			func(*trainer.Event) error { before = snapshot(m.Params(), false); return nil },
		}}
		res, err := run.Fit(context.Background(), src)
		var diverged *trainer.DivergedError
		require.ErrorAs(t, err, &diverged)
		assert.Equal(t, 4, diverged.Step)
		assert.ErrorContains(t, err, "diverged at step 4: ")
		assert.ErrorContains(t, err, want)
		assert.Equal(t, 3, res.Steps)
		var nonFinite *graph.NonFiniteError
		assert.ErrorAs(t, err, &nonFinite)
		assert.Equal(t, before, snapshot(m.Params(), false))
		assert.False(t, slices.ContainsFunc(before, math.IsNaN))
	}
}

// An evaluation whose loss is not a number is a divergence too.
func TestFitDivergesInEvaluation(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{DType: graph.Float64})
	bad := &memory{x: rows(src.x, 0, 22), y: src.y, n: 22}
	bad.x.Float64s()[0] = math.NaN()
	run := &trainer.Trainer{Model: m, Optimizer: sgd(t, 0.1), Epochs: 2, Evaluations: []trainer.Evaluation{{Source: bad}}}
	res, err := run.Fit(context.Background(), src)
	var diverged *trainer.DivergedError
	require.ErrorAs(t, err, &diverged)
	assert.Equal(t, 5, diverged.Step)
	assert.Empty(t, res.History)
}
