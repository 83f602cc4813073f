package trainer_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// Many callers at once, of two predictors on one model, get what one caller gets. For the race detector as well.
func TestConcurrentPredictions(t *testing.T) {
	eachNetwork(t, func(t *testing.T, m *trainer.Model) {
		predictors := []*trainer.Predictor{predictor(t, m, trainer.Preparation{}), predictor(t, m, trainer.Preparation{})}
		raw := rawExamples(90, predictors[0].Features())
		reference, err := predictor(t, m, trainer.Preparation{}).PredictAll(raw)
		require.NoError(t, err)
		var callers sync.WaitGroup
		for c := range 8 {
			callers.Go(func() {
				rng := rand.New(rand.NewPCG(7, uint64(c)))
				p := predictors[c%2]
				for range 12 {
					i := rng.IntN(len(raw))
					one, err := p.Predict(raw[i])
					assert.NoError(t, err)
					assert.Equal(t, reference[i], one)
					n := 1 + rng.IntN(len(raw)-i)
					all, err := p.PredictAll(raw[i : i+n])
					assert.NoError(t, err)
					assert.Equal(t, reference[i:i+n], all)
					_, err = p.Predict(raw[0][1:])
					assert.Error(t, err)
				}
			})
		}
		callers.Wait()
	})
}

// A snapshot predicts, and builds its graphs, while the model is trained and evaluated.
func TestConcurrentTrainingAndSnapshot(t *testing.T) {
	eachNetwork(t, func(t *testing.T, m *trainer.Model) {
		p := predictor(t, m, trainer.Preparation{})
		raw := rawExamples(70, p.Features())
		before, err := p.PredictAll(raw)
		require.NoError(t, err)
		snapshot, err := p.Snapshot()
		require.NoError(t, err)

		var training sync.WaitGroup
		training.Go(func() {
			opt := sgd(t, 0.1)
			for n := 1; n <= 25; n++ {
				x := graph.NewDense(graph.Float64, append([]int{n}, m.Config().Input...)...)
				for i := range x.Float64s() {
					x.Float64s()[i] = raw[i/p.Features()][i%p.Features()]
				}
				y := graph.NewDense(graph.Float64, n)
				if p.Classes() == nil {
					y = graph.NewDense(graph.Float64, n, p.Outputs())
				}
				obj, err := m.Batch(x, y)
				if !assert.NoError(t, err) {
					return
				}
				_, err = opt.Step(obj)
				assert.NoError(t, err)
				_, err = m.Predict(x)
				assert.NoError(t, err)
			}
		})
		for c := range 3 {
			training.Go(func() {
				for i := range 20 {
					n := 1 + (7*i+3*c)%len(raw)
					got, err := snapshot.PredictAll(raw[:n])
					assert.NoError(t, err)
					assert.Equal(t, before[:n], got)
				}
			})
		}
		training.Wait()

		of, err := snapshot.Snapshot()
		require.NoError(t, err)
		got, err := of.PredictAll(raw)
		require.NoError(t, err)
		assert.Equal(t, before, got, "a snapshot of a snapshot")
		after, err := p.PredictAll(raw)
		require.NoError(t, err)
		assert.NotEqual(t, before, after, "the model's own weights have changed")
	})
}

// A snapshot within Averaged is of the average.
func TestSnapshotOfAverage(t *testing.T) {
	m, _ := toy(t, trainer.ModelConfig{})
	p := predictor(t, m, trainer.Preparation{})
	opt := &halved{Optimizer: sgd(t, 0.5), params: graph.Values(m.Params())}
	x := rawExamples(1, 4)[0]
	iterate, err := p.Predict(x)
	require.NoError(t, err)
	var want trainer.Prediction
	var average *trainer.Predictor
	require.NoError(t, opt.Averaged(func() (err error) {
		if want, err = p.Predict(x); err != nil {
			return err
		}
		average, err = p.Snapshot()
		return err
	}))
	got, err := average.Predict(x)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	assert.NotEqual(t, iterate, got)
}
