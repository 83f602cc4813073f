package trainer_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/trainer"
)

// toy's 22 examples make 5 mini-batches of 5, 5, 5, 5 and 2.
func TestFitCounts(t *testing.T) {
	for _, c := range []struct {
		epochs, maxSteps, evalEvery int
		steps, done                 int
		records                     [][2]int // step, epoch
	}{
		{epochs: 2, steps: 10, done: 2, records: [][2]int{{5, 1}, {10, 2}}},
		{epochs: 2, maxSteps: 100, steps: 10, done: 2, records: [][2]int{{5, 1}, {10, 2}}},
		{epochs: 3, maxSteps: 7, steps: 7, done: 1, records: [][2]int{{5, 1}, {7, 2}}},
		{maxSteps: 12, steps: 12, done: 2, records: [][2]int{{5, 1}, {10, 2}, {12, 3}}},
		{maxSteps: 3, steps: 3, records: [][2]int{{3, 1}}},
		{epochs: 1, evalEvery: 2, steps: 5, done: 1, records: [][2]int{{2, 1}, {4, 1}, {5, 1}}},
		{maxSteps: 10, evalEvery: 5, steps: 10, done: 2, records: [][2]int{{5, 1}, {10, 2}}},
		{maxSteps: 8, evalEvery: 3, steps: 8, done: 1, records: [][2]int{{3, 1}, {5, 1}, {6, 2}, {8, 2}}},
	} {
		t.Run(fmt.Sprintf("epochs=%d steps=%d every=%d", c.epochs, c.maxSteps, c.evalEvery), func(t *testing.T) {
			m, src := toy(t, trainer.ModelConfig{})
			var steps, total, records, ended int
			run := &trainer.Trainer{
				Model: m, Optimizer: sgd(t, 0.1), Epochs: c.epochs, MaxSteps: c.maxSteps, EvalEvery: c.evalEvery,
				Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: &memory{x: src.x, y: src.y, n: 8}}},
				Metrics:     []trainer.Metric{trainer.Accuracy()},
				Callbacks: []trainer.Callback{func(e *trainer.Event) error {
					total = e.Total
					if e.Kind == trainer.Ended {
						ended++
						return nil
					}
					if e.Kind == trainer.StepDone {
						steps++
						assert.Equal(t, steps, e.Step)
						assert.Equal(t, 1+(steps-1)/5, e.Epoch)
						assert.Nil(t, e.Record)
						return nil
					}
					assert.Equal(t, c.records[records], [2]int{e.Record.Step, e.Record.Epoch})
					assert.Equal(t, steps, e.Step)
					records++
					return nil
				}},
			}
			res, err := run.Fit(context.Background(), src)
			require.NoError(t, err)
			assert.Equal(t, c.steps, res.Steps)
			assert.Equal(t, c.steps, steps)
			assert.Equal(t, c.steps, total)
			assert.Equal(t, 1, ended)
			assert.Equal(t, c.done, res.Epochs)
			assert.Len(t, res.History, len(c.records))
			assert.Equal(t, len(c.records), records)
			for _, r := range res.History {
				assert.Len(t, r.Scores, 2)
				assert.Contains(t, r.Scores, "test_loss")
				assert.Contains(t, r.Scores, "test_accuracy")
				assert.LessOrEqual(t, r.TrainSeconds, res.TrainSeconds)
			}
		})
	}
}

// The training loss of a record is the mean over the examples since the last
// one, the schedule scales each step's rate, and the rate is restored.
func TestFitLossesAndRates(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{L2: 0.01})
	opt := sgd(t, 0.5)
	var losses, rates, examples []float64
	run := &trainer.Trainer{
		Model: m, Optimizer: opt, MaxSteps: 8, Schedule: trainer.Linear(),
		Callbacks: []trainer.Callback{func(e *trainer.Event) error {
			if e.Kind == trainer.StepDone {
				losses, rates, examples = append(losses, e.Loss), append(rates, e.LearningRate), append(examples, float64(e.Examples))
			}
			return nil
		}},
	}
	res, err := run.Fit(context.Background(), src)
	require.NoError(t, err)
	require.Len(t, res.History, 2)
	require.Equal(t, []float64{5, 5, 5, 5, 2, 5, 5, 5}, examples)
	mean := func(from, to int) float64 {
		var s, n float64
		for i := from; i < to; i++ {
			s += examples[i] * losses[i]
			n += examples[i]
		}
		return s / n
	}
	assert.InDelta(t, mean(0, 5), res.History[0].TrainLoss, 1e-15)
	assert.Equal(t, (losses[5]+losses[6]+losses[7])/3, res.History[1].TrainLoss, "mini-batches of one size: to the bit")
	for i, r := range rates {
		assert.InDelta(t, 0.5*(1-float64(i)/8), r, 1e-16)
	}
	assert.Equal(t, 0.5, opt.LearningRate())
	assert.Less(t, res.History[1].TrainLoss, res.History[0].TrainLoss, "it learns")
}

// A second Fit goes on where the first stopped, in the middle of an epoch.
func TestFitGoesOn(t *testing.T) {
	fit := func(steps ...int) []float64 {
		m, src := toy(t, trainer.ModelConfig{Seed: 4})
		opt := sgd(t, 0.1)
		for _, n := range steps {
			_, err := (&trainer.Trainer{Model: m, Optimizer: opt, MaxSteps: n}).Fit(context.Background(), src)
			require.NoError(t, err)
		}
		return snapshot(m.Params(), false)
	}
	assert.Equal(t, fit(12), fit(3, 9))
}

func TestFitRefusesBadSettings(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{})
	fine := trainer.Trainer{Model: m, Optimizer: sgd(t, 0.1), Epochs: 1}
	for name, change := range map[string]func(*trainer.Trainer){
		"needs a model":             func(r *trainer.Trainer) { r.Model = nil },
		"an optimizer":              func(r *trainer.Trainer) { r.Optimizer = nil },
		"set Epochs or MaxSteps":    func(r *trainer.Trainer) { r.Epochs = 0 },
		"Epochs, ":                  func(r *trainer.Trainer) { r.Epochs = -1 },
		"MaxSteps, ":                func(r *trainer.Trainer) { r.MaxSteps = -1 },
		"EvalEvery, Accumulate and": func(r *trainer.Trainer) { r.EvalEvery = -1 },
		"ClipNorm must not be neg":  func(r *trainer.Trainer) { r.ClipNorm = -1 },
	} {
		run := fine
		change(&run)
		res, err := run.Fit(context.Background(), src)
		assert.ErrorContains(t, err, name)
		assert.Zero(t, res.Steps)
	}
	_, err := fine.Fit(context.Background(), nil)
	assert.ErrorContains(t, err, "data")
	_, err = fine.Fit(context.Background(), &empty{})
	assert.ErrorContains(t, err, "no mini-batch")
	_, err = fine.Fit(context.Background(), &empty{steps: 3})
	assert.ErrorContains(t, err, "no mini-batch", "a source that promises more than it has")
}

// In a callback the optimizer's rate is without the schedule's factor, so that
// a state saved there goes on at the right one; and it is the callback's to
// change.
func TestFitRateInCallbacks(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{})
	opt := sgd(t, 0.5)
	var rates []float64
	run := &trainer.Trainer{
		Model: m, Optimizer: opt, MaxSteps: 4, Schedule: trainer.Linear(),
		Callbacks: []trainer.Callback{func(e *trainer.Event) error {
			if e.Kind != trainer.StepDone {
				return nil
			}
			rates = append(rates, e.LearningRate)
			saved, err := opt.MarshalBinary()
			require.NoError(t, err)
			restored := sgd(t, 1)
			require.NoError(t, restored.UnmarshalBinary(saved))
			assert.Equal(t, opt.LearningRate(), restored.LearningRate())
			if e.Step == 2 {
				assert.Equal(t, 0.5, opt.LearningRate())
				opt.SetLearningRate(0.25)
			}
			return nil
		}},
	}
	_, err := run.Fit(context.Background(), src)
	require.NoError(t, err)
	assert.Equal(t, []float64{0.5, 0.375, 0.125, 0.0625}, rates)
	assert.Equal(t, 0.25, opt.LearningRate())
}
