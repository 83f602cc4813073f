package trainer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec/codectest"
	"github.com/gokfac/gokfac/trainer"
)

// tallied is a callback with a number of its own.
type tallied struct{ tally byte }

func (c *tallied) Callback(e *trainer.Event) error {
	if e.Kind == trainer.Evaluated {
		c.tally++
	}
	return nil
}
func (c *tallied) MarshalBinary() ([]byte, error) { return []byte{c.tally}, nil }
func (c *tallied) UnmarshalBinary(data []byte) error {
	if len(data) != 1 {
		return errors.New("counted: want a byte")
	}
	c.tally = data[0]
	return nil
}

// wholeRun is a run of 13 steps: epochs of 5 mini-batches, an evaluation also after every
// third step, a falling rate, clipping, dropout and a callback that counts.
type wholeRun struct {
	*rig
	trainer *trainer.Trainer
	counted tallied
}

func newWhole(t testing.TB, optimizer string, seed uint64) *wholeRun {
	r := &wholeRun{rig: newRig(t, optimizer, graph.Float32, seed)}
	r.trainer = &trainer.Trainer{
		Model: r.model, Optimizer: r.optimizer, MaxSteps: 13, EvalEvery: 3, Schedule: trainer.WarmUp(2, trainer.Cosine()), ClipNorm: 0.5,
		Evaluations: []trainer.Evaluation{{Prefix: "train_", Source: r.loader}}, Metrics: []trainer.Metric{trainer.Accuracy()},
		Callbacks: []trainer.Callback{r.counted.Callback}, Keep: []trainer.Kept{{Name: "counted", State: &r.counted}}, FinishSteps: true,
	}
	return r
}

// history is all that a run tells but for times.
func history(res *trainer.Result) string {
	var text bytes.Buffer
	fmt.Fprintln(&text, res.Steps, res.Epochs, res.Unmoved, len(res.Rises))
	for _, rec := range res.History {
		fmt.Fprintln(&text, rec.Step, rec.Epoch, rec.TrainLoss, rec.Scores, rec.HigherIsBetter)
	}
	return text.String()
}

// TestTrainerResumes: a run that is saved after any step and goes on elsewhere has the
// history, parameters and optimizer of one that was not interrupted.
func TestTrainerResumes(t *testing.T) {
	for name := range statefulOptimizers {
		for _, after := range []trainer.EventKind{trainer.StepDone, trainer.Evaluated} {
			plain := newWhole(t, name, 1)
			var saved [][]byte
			plain.trainer.Callbacks = append(plain.trainer.Callbacks, func(e *trainer.Event) error {
				if e.Kind == after && e.Step < e.Total {
					state, err := plain.trainer.MarshalBinary()
					if evaluated := e.Step%3 == 0 || e.Step%5 == 0; after == trainer.StepDone && evaluated {
						assert.ErrorIs(t, err, trainer.ErrBetweenSteps, "before the evaluation")
						return nil
					}
					require.NoError(t, err)
					saved = append(saved, state)
				}
				return nil
			})
			want, err := plain.trainer.Fit(context.Background(), plain.loader)
			require.NoError(t, err)
			require.Equal(t, map[trainer.EventKind]int{trainer.StepDone: 6, trainer.Evaluated: 6}[after], len(saved))
			for i, state := range saved {
				r := newWhole(t, name, 9) // another seed and rate
				require.NoError(t, r.trainer.UnmarshalBinary(state))
				got, err := r.trainer.Fit(context.Background(), r.loader)
				require.NoError(t, err)
				assert.Equal(t, history(want), history(got), "%s, state %d", name, i)
				same(t, plain.save(t), r.save(t))
				assert.Equal(t, plain.counted, r.counted)
			}
		}
	}
}

// TestTrainerResumesAfterCancel: a context that ends in the middle of a step or of an
// evaluation leaves a run that can be saved.
func TestTrainerResumesAfterCancel(t *testing.T) {
	plain := newWhole(t, "Adam", 1)
	want, err := plain.trainer.Fit(context.Background(), plain.loader)
	require.NoError(t, err)
	for step := 1; step < 13; step++ {
		ctx, cancel := context.WithCancel(context.Background())
		r := newWhole(t, "Adam", 1)
		r.trainer.Callbacks = append(r.trainer.Callbacks, func(e *trainer.Event) error {
			if e.Kind == trainer.StepDone && e.Step == step { // the evaluation of the step is made still
				cancel()
			}
			return nil
		})
		_, err := r.trainer.Fit(ctx, r.loader)
		require.ErrorIs(t, err, context.Canceled)
		other := newWhole(t, "Adam", 1)
		require.NoError(t, other.trainer.UnmarshalBinary(save(t, r.trainer)))
		got, err := other.trainer.Fit(context.Background(), other.loader)
		require.NoError(t, err)
		assert.Equal(t, history(want), history(got), "step %d", step)
	}
}

// TestTrainerGoesOnLonger: a run that has ended can be given more steps.
func TestTrainerGoesOnLonger(t *testing.T) {
	longer := newWhole(t, "SGD", 1)
	longer.trainer.Schedule, longer.trainer.MaxSteps, longer.trainer.EvalEvery = nil, 20, 0
	want, err := longer.trainer.Fit(context.Background(), longer.loader)
	require.NoError(t, err)

	r := newWhole(t, "SGD", 1)
	r.trainer.Schedule, r.trainer.MaxSteps, r.trainer.EvalEvery = nil, 10, 0
	_, err = r.trainer.Fit(context.Background(), r.loader)
	require.NoError(t, err)
	state := save(t, r.trainer)
	r.trainer.MaxSteps = 20
	require.NoError(t, r.trainer.UnmarshalBinary(state))
	got, err := r.trainer.Fit(context.Background(), r.loader)
	require.NoError(t, err)
	assert.Equal(t, history(want), history(got))
	same(t, longer.save(t), r.save(t))
}

// TestTrainerEndsAgain: a run that was saved at its end, and killed before it could tell,
// ends there again: at its last step, or where a callback had stopped it.
func TestTrainerEndsAgain(t *testing.T) {
	for _, stopAt := range []int{13, 9} {
		stop := func(e *trainer.Event) error {
			if e.Kind == trainer.Evaluated && e.Step == stopAt {
				return trainer.ErrStop
			}
			return nil
		}
		plain := newWhole(t, "SGD", 1)
		plain.trainer.Callbacks = append(plain.trainer.Callbacks, stop)
		plain.trainer.Optimizer.SetLearningRate(3) // with rises
		want, err := plain.trainer.Fit(context.Background(), plain.loader)
		require.NoError(t, err)
		require.Equal(t, stopAt, want.Steps)
		require.NotEmpty(t, want.Rises)
		state := save(t, plain.trainer)

		r := newWhole(t, "SGD", 5)
		ended := 0
		r.trainer.Callbacks = append(r.trainer.Callbacks, func(e *trainer.Event) error {
			assert.Equal(t, trainer.Ended, e.Kind)
			assert.Len(t, e.History, len(want.History))
			ended++
			return nil
		})
		require.NoError(t, r.trainer.UnmarshalBinary(state))
		got, err := r.trainer.Fit(context.Background(), r.loader)
		require.NoError(t, err)
		assert.Equal(t, history(want), history(got))
		assert.Equal(t, want.Rises, got.Rises)
		assert.Equal(t, 1, ended)
		same(t, [][]byte{state}, [][]byte{save(t, r.trainer)})

		r = newWhole(t, "SGD", 5)
		r.trainer.GoOn = true
		require.NoError(t, r.trainer.UnmarshalBinary(state))
		got, err = r.trainer.Fit(context.Background(), r.loader)
		require.NoError(t, err)
		assert.Equal(t, 13, got.Steps)

		r = newWhole(t, "SGD", 5)
		r.trainer.MaxSteps = stopAt // all taken, and nothing to judge them by
		require.NoError(t, r.trainer.UnmarshalBinary(state))
		got, err = r.trainer.Fit(context.Background(), r.loader)
		require.NoError(t, err)
		assert.Equal(t, stopAt, got.Steps)
	}
}

func TestTrainerStateRefused(t *testing.T) {
	r := newWhole(t, "SGD", 1)
	_, err := r.trainer.MarshalBinary()
	require.ErrorIs(t, err, trainer.ErrBetweenSteps, "before a run")
	r.trainer.MaxSteps = 4
	_, err = r.trainer.Fit(context.Background(), r.loader)
	require.NoError(t, err)
	state := save(t, r.trainer)

	assert.ErrorContains(t, newWhole(t, "SGD", 1).trainer.UnmarshalBinary(state[:len(state)-1]), "cut short")
	flipped := bytes.Clone(state)
	flipped[len(state)/2] ^= 1
	assert.ErrorContains(t, newWhole(t, "SGD", 1).trainer.UnmarshalBinary(flipped), "damaged")
	assert.ErrorContains(t, newWhole(t, "SGD", 1).trainer.UnmarshalBinary([]byte("foreign")), "no such state")

	for name, c := range map[string]struct {
		change func(*wholeRun)
		want   string
	}{
		"another optimizer":   {func(w *wholeRun) { w.trainer.Optimizer = newRig(t, "Adam", graph.Float32, 1).optimizer }, "optimizer"},
		"another model":       {func(w *wholeRun) { w.trainer.Model = lineModel() }, "4×8 float32s saved, 1×1 float64s here"},
		"fewer steps":         {func(w *wholeRun) { w.trainer.MaxSteps = 3 }, "it has taken 4 steps, and this run has 3"},
		"nothing kept":        {func(w *wholeRun) { w.trainer.Keep = nil }, `"kept counted" is in it, but not known here`},
		"a name twice":        {func(w *wholeRun) { w.trainer.Keep = append(w.trainer.Keep, w.trainer.Keep[0]) }, "a name of its own"},
		"another data source": {func(w *wholeRun) { w.loader = shorter(t) }, "5 steps in an epoch, and this one has 3"},
	} {
		w := newWhole(t, "SGD", 5)
		c.change(w)
		model, loader := save(t, w.model), save(t, w.loader)
		require.NoError(t, w.trainer.UnmarshalBinary(state))
		_, err := w.trainer.Fit(context.Background(), w.loader)
		require.ErrorContains(t, err, c.want, name)
		same(t, [][]byte{model, loader, {0}}, [][]byte{save(t, w.model), save(t, w.loader), {w.counted.tally}})
	}

	plain, src := toy(t, trainer.ModelConfig{})
	run := &trainer.Trainer{Model: plain, Optimizer: sgd(t, 0.1), MaxSteps: 1}
	_, err = run.Fit(context.Background(), src)
	require.NoError(t, err)
	_, err = run.MarshalBinary()
	assert.ErrorContains(t, err, "the data, a *trainer_test.memory, cannot be saved")
}

// shorter is a loader with fewer mini-batches in an epoch.
func shorter(t testing.TB) *datasets.Loader {
	data := &datasets.Dataset{Name: "noise", Shape: []int{4}, Classes: 3}
	data.Train = datasets.Split{X: make([]float32, 60), Labels: make([]int32, 15)}
	l, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 5})
	require.NoError(t, err)
	return l
}

// FuzzTrainerState: no bytes panic, take more memory than they have, or change a run
// that they do not fit.
func FuzzTrainerState(f *testing.F) {
	r := newWhole(f, "SGD", 1)
	r.trainer.MaxSteps = 4
	_, err := r.trainer.Fit(context.Background(), r.loader)
	require.NoError(f, err)
	state := save(f, r.trainer)
	f.Add(state)
	f.Add(state[:len(state)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		w := newWhole(t, "SGD", 2)
		w.trainer.MaxSteps = 5
		before := w.save(t)
		for _, bytes := range [][]byte{data, codectest.Seal(data)} {
			if w.trainer.UnmarshalBinary(bytes) != nil {
				continue
			}
			if res, err := w.trainer.Fit(context.Background(), w.loader); err != nil && len(res.History) == 0 {
				same(t, before, w.save(t))
			}
		}
	})
}
