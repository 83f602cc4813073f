package trainer_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/trainer"
)

// forever is one mini-batch without an end.
type forever struct{ x, y *tensor.Dense }

func (*forever) Steps() int                            { return -1 }
func (s *forever) Next() (x, y *tensor.Dense, ok bool) { return s.x, s.y, true }

// untold is a source that does not tell how long an epoch is.
type untold struct{ *memory }

func (untold) Steps() int { return -1 }

// untoldLoader is a loader that does not tell how long an epoch is.
type untoldLoader struct{ *datasets.Loader }

func (untoldLoader) Steps() int { return -1 }

// TestEpochsOfUnknownLength: a run over data that do not tell how long an epoch is has the
// records of one over data that do.
func TestEpochsOfUnknownLength(t *testing.T) {
	for _, c := range []struct{ epochs, maxSteps, evalEvery, accumulate int }{
		{epochs: 1}, {epochs: 3}, {epochs: 3, maxSteps: 7}, {maxSteps: 12}, {maxSteps: 3}, {epochs: 2, evalEvery: 2}, {epochs: 2, evalEvery: 5},
		{epochs: 2, accumulate: 2}, {epochs: 2, accumulate: 5}, {epochs: 2, accumulate: 9}, {epochs: 3, maxSteps: 4, accumulate: 2},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			var want string
			for i := range 2 {
				m, data := toy(t, trainer.ModelConfig{})
				var src trainer.Source = data
				if i == 1 {
					src = untold{data}
				}
				events := ""
				run := &trainer.Trainer{
					Model: m, Optimizer: sgd(t, 0.1), Epochs: c.epochs, MaxSteps: c.maxSteps, EvalEvery: c.evalEvery, Accumulate: c.accumulate,
					Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: &memory{x: data.x, y: data.y, n: 8}}},
					Callbacks: []trainer.Callback{func(e *trainer.Event) error {
						events += fmt.Sprint(e.Kind, e.Step, e.Epoch, e.Loss, e.Examples, e.Record != nil, "\n")
						return nil
					}},
				}
				res, err := run.Fit(context.Background(), src)
				require.NoError(t, err)
				if got := history(res) + events; i == 0 {
					want = got
				} else {
					assert.Equal(t, want, got)
				}
			}
		})
	}
}

// TestEpochsOfUnknownLengthResume: whole states of such a run, at every event.
func TestEpochsOfUnknownLengthResume(t *testing.T) {
	begin := func(seed uint64) (*wholeRun, trainer.Source) {
		r := newWhole(t, "Adam", seed)
		r.trainer.MaxSteps, r.trainer.Epochs, r.trainer.EvalEvery, r.trainer.Schedule = 0, 3, 2, nil
		r.trainer.Accumulate = 2 // an accumulation may see an epoch's end, or not
		return r, untoldLoader{r.loader}
	}
	plain, src := begin(1)
	var saved [][]byte
	plain.trainer.Callbacks = append(plain.trainer.Callbacks, func(e *trainer.Event) error {
		state, err := plain.trainer.MarshalBinary()
		if errors.Is(err, trainer.ErrBetweenSteps) {
			return nil // an evaluation is due
		}
		require.NoError(t, err)
		saved = append(saved, state)
		return nil
	})
	want, err := plain.trainer.Fit(context.Background(), src)
	require.NoError(t, err)
	assert.Equal(t, []int{9, 3}, []int{want.Steps, want.Epochs})
	require.Len(t, saved, 11)
	for i, state := range saved {
		r, src := begin(5)
		require.NoError(t, r.trainer.UnmarshalBinary(state))
		got, err := r.trainer.Fit(context.Background(), src)
		require.NoError(t, err)
		assert.Equal(t, history(want), history(got), "state %d", i)
		same(t, plain.save(t), r.save(t))
	}

	longer, src := begin(5)
	longer.trainer.Epochs = 4
	require.NoError(t, longer.trainer.UnmarshalBinary(saved[len(saved)-1]))
	got, err := longer.trainer.Fit(context.Background(), src)
	require.NoError(t, err)
	assert.Equal(t, []int{12, 4}, []int{got.Steps, got.Epochs})

	known, _ := begin(5)
	require.NoError(t, known.trainer.UnmarshalBinary(saved[0]))
	_, err = known.trainer.Fit(context.Background(), known.loader)
	assert.ErrorContains(t, err, "a known number of steps")
}

// TestEpochsByStep: what the loops over steps and epochs give where an epoch's end is seen late.
func TestEpochsByStep(t *testing.T) {
	m, data := toy(t, trainer.ModelConfig{})
	tr := &trainer.Trainer{Model: m, Optimizer: sgd(t, 0.1), Epochs: 2, EvalEvery: 3}
	run, err := tr.Begin(untold{data})
	require.NoError(t, err)
	var seen []string
	for e, err := range run.Steps(context.Background()) {
		require.NoError(t, err)
		seen = append(seen, fmt.Sprint(e.Step, e.Epoch, e.Kind == trainer.Evaluated))
		if e.Step == 6 {
			break
		}
	}
	assert.Equal(t, []string{"1 1 false", "2 1 false", "3 1 true", "4 1 false", "5 1 false", "5 1 true", "6 2 true"}, seen)
	for rec, err := range run.Epochs(context.Background()) {
		require.NoError(t, err)
		assert.Equal(t, []int{10, 2}, []int{rec.Step, rec.Epoch})
	}
	assert.Equal(t, 2, run.Result().Epochs)
}

// TestScheduleNeedsSteps: a schedule over a run of unknown length is refused, and one over MaxSteps is not.
func TestScheduleNeedsSteps(t *testing.T) {
	m, data := toy(t, trainer.ModelConfig{})
	tr := &trainer.Trainer{Model: m, Optimizer: sgd(t, 0.1), Epochs: 1, Schedule: trainer.Cosine()}
	_, err := tr.Fit(context.Background(), untold{data})
	assert.ErrorContains(t, err, "the schedule needs the number of steps, which data of unknown length do not tell: set MaxSteps")
	tr.MaxSteps = 4
	res, err := tr.Fit(context.Background(), untold{data})
	require.NoError(t, err)
	assert.Equal(t, 4, res.Steps)
	_, err = tr.Fit(context.Background(), &empty{steps: -1})
	assert.EqualError(t, err, "trainer: the data give no mini-batch")
}

// torn is a source that fails at a call of Next.
type torn struct {
	*memory
	steps, calls, at int
	err              error
}

func (s *torn) Steps() int { return s.steps }

func (s *torn) Next() (x, y *tensor.Dense, ok bool) {
	if s.calls++; s.calls >= s.at {
		return nil, nil, false
	}
	return s.memory.Next()
}

func (s *torn) Err() error {
	if s.calls >= s.at {
		return s.err
	}
	return nil
}

// TestDataThatFail: the error of a source reaches whoever reads it, and no step is taken on part of a mini-batch.
func TestDataThatFail(t *testing.T) {
	broken := errors.New("connection reset")
	for _, steps := range []int{5, -1} {
		for _, c := range []struct{ at, accumulate, steps int }{{1, 0, 0}, {4, 0, 3}, {4, 2, 1}, {6, 0, 5}, {6, 2, 2}, {7, 0, 5}, {8, 2, 3}} {
			m, data := toy(t, trainer.ModelConfig{})
			tr := &trainer.Trainer{Model: m, Optimizer: sgd(t, 0.1), Epochs: 2, Accumulate: c.accumulate}
			res, err := tr.Fit(context.Background(), &torn{memory: data, steps: steps, at: c.at, err: broken})
			assert.ErrorIs(t, err, broken, "%+v", c)
			assert.EqualError(t, err, "trainer: the data: connection reset")
			assert.Equal(t, c.steps, res.Steps, "%+v of %d", c, steps)
		}
	}
	m, data := toy(t, trainer.ModelConfig{})
	for at := 1; at < 7; at++ {
		_, err := m.Evaluate(context.Background(), &torn{memory: data, at: at, err: broken})
		assert.ErrorIs(t, err, broken)
		data.next = 0
		n := 0
		for b, err := range trainer.Batches(&torn{memory: data, at: at, err: broken}) {
			if n++; n == at {
				assert.ErrorIs(t, err, broken)
				assert.Nil(t, b.X)
				continue
			}
			assert.NoError(t, err)
		}
		assert.Equal(t, at, n)
		data.next = 0
	}
}

// TestBatches: an epoch for each loop, and a loop that was left goes on.
func TestBatches(t *testing.T) {
	_, data := toy(t, trainer.ModelConfig{})
	count := func(limit int) (n int) {
		for b, err := range trainer.Batches(data) {
			require.NoError(t, err)
			require.NotNil(t, b.Y)
			if n++; n == limit {
				break
			}
		}
		return n
	}
	assert.Equal(t, 5, count(99))
	assert.Equal(t, 5, count(99))
	assert.Equal(t, 2, count(2))
	assert.Equal(t, 3, count(99))
	assert.Equal(t, 5, count(5))
	assert.Equal(t, 5, count(99), "left behind the last one, it begins the next epoch")
}
