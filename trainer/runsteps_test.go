package trainer_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/trainer"
)

// TestStepsAreFit: a run whose loop is left and entered again after every step, and one by
// epochs, have the history, parameters and state of Fit.
func TestStepsAreFit(t *testing.T) {
	for name := range statefulOptimizers {
		whole := newWhole(t, name, 1)
		want, err := whole.trainer.Fit(context.Background(), whole.loader)
		require.NoError(t, err)

		r := newWhole(t, name, 1)
		run, err := r.trainer.Begin(r.loader)
		require.NoError(t, err)
		for step := 1; step <= 13; step++ {
			for e, err := range run.Steps(context.Background()) {
				require.NoError(t, err)
				evaluated := step%3 == 0 || step%5 == 0 || step == 13
				assert.Equal(t, step, e.Step)
				assert.Equal(t, 13, e.Total)
				assert.Equal(t, evaluated, e.Kind == trainer.Evaluated)
				assert.Equal(t, evaluated, e.Record != nil)
				break
			}
		}
		for range run.Steps(context.Background()) {
			assert.Fail(t, "a step beyond the last")
		}
		got, err := run.End()
		require.NoError(t, err)
		assert.Equal(t, history(want), history(got), name)
		same(t, whole.save(t), r.save(t))
		assert.Equal(t, whole.counted, r.counted)

		r = newWhole(t, name, 1)
		run, err = r.trainer.Begin(r.loader)
		require.NoError(t, err)
		var epochs [][2]int
		for rec, err := range run.Epochs(context.Background()) {
			require.NoError(t, err)
			epochs = append(epochs, [2]int{rec.Epoch, rec.Step})
		}
		assert.Equal(t, [][2]int{{1, 5}, {2, 10}, {3, 13}}, epochs)
		assert.Equal(t, history(want), history(run.Result()), name)
		same(t, whole.save(t), r.save(t))
	}
}

// TestStepsResumeElsewhere: a run is saved where its loop was left, and another process goes on.
func TestStepsResumeElsewhere(t *testing.T) {
	whole := newWhole(t, "Adam", 1)
	want, err := whole.trainer.Fit(context.Background(), whole.loader)
	require.NoError(t, err)
	for leave := 1; leave < 13; leave++ {
		r := newWhole(t, "Adam", 1)
		run, err := r.trainer.Begin(r.loader)
		require.NoError(t, err)
		for e := range run.Steps(context.Background()) {
			if e.Step == leave {
				break
			}
		}
		state, err := r.trainer.MarshalBinary()
		require.NoError(t, err, "after step %d", leave)

		other := newWhole(t, "Adam", 7)
		require.NoError(t, other.trainer.UnmarshalBinary(state))
		run, err = other.trainer.Begin(other.loader)
		require.NoError(t, err)
		for e, err := range run.Steps(context.Background()) {
			require.NoError(t, err)
			assert.Greater(t, e.Step, leave)
		}
		assert.Equal(t, history(want), history(run.Result()))
		same(t, whole.save(t), other.save(t))
	}
}

// TestStepsEnd: End is what a callback's ErrStop is, and a loop that is only left tells nobody.
func TestStepsEnd(t *testing.T) {
	for _, leave := range []int{1, 5, 7} {
		told := 0
		m, src := toy(t, trainer.ModelConfig{})
		opt := sgd(t, 0.1)
		tr := &trainer.Trainer{Model: m, Optimizer: opt, Epochs: 3, Schedule: trainer.Linear(), Callbacks: []trainer.Callback{
			func(e *trainer.Event) error {
				if e.Kind == trainer.Ended {
					told++
				}
				return nil
			}}}
		run, err := tr.Begin(src)
		require.NoError(t, err)
		for e, err := range run.Steps(context.Background()) {
			require.NoError(t, err)
			if e.Step == leave {
				break
			}
		}
		assert.Zero(t, told)
		assert.Equal(t, 0.1, opt.LearningRate())
		for range 2 {
			res, err := run.End()
			require.NoError(t, err)
			assert.Equal(t, leave, res.Steps)
			assert.Equal(t, 1, told)
		}
		for range run.Steps(context.Background()) {
			assert.Fail(t, "a step of a run that is over")
		}
	}
}

// TestStepsErrors: an error comes once, by itself, and again from another loop; a context
// that has ended between two steps does not end the run.
func TestStepsErrors(t *testing.T) {
	broken := errors.New("disk full")
	m, src := toy(t, trainer.ModelConfig{})
	tr := &trainer.Trainer{Model: m, Optimizer: sgd(t, 0.1), Epochs: 3, Callbacks: []trainer.Callback{
		at(8, trainer.StepDone, func() error { return broken })}}
	run, err := tr.Begin(src)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var errs []error
	for e, err := range run.Steps(ctx) {
		if err != nil {
			errs = append(errs, err)
			assert.Equal(t, trainer.Event{}, e)
		}
		if e.Step == 4 {
			cancel()
		}
	}
	assert.Equal(t, []error{context.Canceled}, errs)
	assert.Equal(t, 4, run.Result().Steps)
	for range 2 {
		errs = nil
		for e, err := range run.Steps(context.Background()) {
			assert.True(t, err != nil || e.Step > 4)
			if err != nil {
				errs = append(errs, err)
			}
		}
		assert.Equal(t, []error{broken}, errs)
	}
	res, err := run.End()
	assert.ErrorIs(t, err, broken)
	assert.Equal(t, 8, res.Steps)

	_, err = (&trainer.Trainer{}).Begin(src)
	assert.EqualError(t, err, "trainer: Fit needs a model, an optimizer and data")
}

// TestStepsStopped: a callback's ErrStop ends the loop after the event of that step.
func TestStepsStopped(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{})
	tr := &trainer.Trainer{Model: m, Optimizer: sgd(t, 0.1), Epochs: 3, Callbacks: []trainer.Callback{
		at(7, trainer.StepDone, func() error { return trainer.ErrStop })}}
	run, err := tr.Begin(src)
	require.NoError(t, err)
	last := 0
	for e, err := range run.Steps(context.Background()) {
		require.NoError(t, err)
		last = e.Step
	}
	assert.Equal(t, 7, last)
	assert.Len(t, run.Result().History, 1)
}

// TestStepsAllocateNothing: the bound leaves room for what the tests' other goroutines do meanwhile.
func TestStepsAllocateNothing(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{})
	x, y, _ := src.Next()
	tr := &trainer.Trainer{Model: m, Optimizer: sgd(t, 0.01), MaxSteps: 300}
	assert.Less(t, mallocs(t, tr, &forever{x: x, y: y}), uint64(50), "in 100 steps")
}

// mallocs counts the allocations in 100 steps after the first 100.
func mallocs(t *testing.T, tr *trainer.Trainer, src trainer.Source) uint64 {
	t.Helper()
	run, err := tr.Begin(src)
	require.NoError(t, err)
	var before, after runtime.MemStats
	for e, err := range run.Steps(context.Background()) {
		require.NoError(t, err)
		switch e.Step {
		case 100:
			runtime.ReadMemStats(&before)
		case 200:
			runtime.ReadMemStats(&after)
		}
	}
	return after.Mallocs - before.Mallocs
}
