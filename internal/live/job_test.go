package live_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/live"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// TestFollowsRun: a page that asks all the time while a run trains is sent its record, and the run
// is that of one that nobody watches; -race looks.
func TestFollowsRun(t *testing.T) {
	train := func(page *live.Server) *results.Run {
		s, err := job.Parse(job.Choices{{Name: "model", Value: "mlp"}, {Name: "opt", Value: "kfac"}, {Name: "dataset", Value: "digits"},
			{Name: "hidden", Value: "8"}, {Name: "batch-size", Value: "64"}, {Name: "max-steps", Value: "40"}, {Name: "eval-every", Value: "10"}, {Name: "workers", Value: "1"}})
		require.NoError(t, err)
		d, _, err := s.Open(context.Background(), nil)
		require.NoError(t, err)
		require.NoError(t, s.Resolve(d.Train.Len()))
		r, err := job.New(s, d)
		require.NoError(t, err)
		record := func() *results.Run { return r.Left().Record() }
		require.NoError(t, r.Fit(context.Background(), func(e *trainer.Event) error {
			if page != nil {
				page.Update(live.Snapshot{Step: e.Step, Total: e.Total, Loss: e.Loss, Examples: e.Examples, Record: record})
			}
			return nil
		}))
		return r.Record()
	}
	page := listen(t)
	asked, enough := make(chan int), make(chan struct{})
	go func() {
		n := 0
		for {
			select {
			case <-enough:
				asked <- n
				return
			default:
				get(t, "GET", page.URL()+"data.json", "")
				n++
			}
		}
	}()
	run := train(page)
	page.End(run, nil)
	close(enough)
	assert.Positive(t, <-asked)
	d := stateOf(t, page)
	assert.True(t, d.Ended)
	assert.Equal(t, []int{10, 20, 30, 40}, d.Curves.Step)
	var losses, damping []float64
	for _, rec := range run.History {
		losses, damping = append(losses, float64(rec.TrainLoss)), append(damping, float64(rec.KFAC.Damping))
	}
	assert.Equal(t, losses, d.columnOf(t, "train_loss"))
	assert.Equal(t, damping, d.columnOf(t, "damping"))
	alone := train(nil)
	assert.Equal(t, run.TrainLoss, alone.TrainLoss)
	assert.Equal(t, run.Scores, alone.Scores)
}
