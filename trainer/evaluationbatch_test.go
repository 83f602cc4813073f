package trainer_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/datasets/stream"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestEvaluationBatchIsOfTheNetworkThatPredicts: loss, gradient and matrices of a batch in evaluation mode are those of
// the function that Evaluate scores, for networks of every kind of layer. Running statistics stay what they are, and
// training draws the masks that it would have drawn.
func TestEvaluationBatchIsOfTheNetworkThatPredicts(t *testing.T) {
	for name, build := range ofAllLayers() {
		t.Run(name, func(t *testing.T) {
			net, input := build()
			m := trained(t, net, input, graph.Float64)
			r := rand.New(rand.NewPCG(5, 5))
			x, y := wholeNumbers(r, 6, input), graph.NewDense(graph.Float64, 6)
			for i := range y.Float64s() {
				y.Float64s()[i] = float64(r.IntN(2))
			}
			state, err := m.MarshalBinary()
			require.NoError(t, err)

			obj, err := m.EvaluationBatch(x, y)
			require.NoError(t, err)
			checkGradients(t, obj)
			u, v := randomDirection(r, m.Params()), randomDirection(r, m.Params())
			want := gradientDifferences(t, obj, v, 1e-6)
			hv := multiply(t, obj, graph.Hessian, v)
			closeTo(t, want, hv, 1e-7)
			assert.InEpsilon(t, inner(flat(u), hv), inner(flat(v), multiply(t, obj, graph.Hessian, u)), 1e-10)

			// Examples do not depend on each other: the matrix is the mean of theirs, and the products over the first
			// of them are those of a batch of the first.
			fv := multiply(t, obj, graph.Fisher, v)
			sum := make([]float64, len(fv))
			for e := range 6 {
				one, err := m.EvaluationBatch(rows(x, e, e+1), rows(y, e, e+1))
				require.NoError(t, err)
				for i, f := range multiply(t, one, graph.Fisher, v) {
					sum[i] += f / 6
				}
			}
			closeTo(t, sum, fv, 1e-11)
			part, err := obj.Products(4, v)
			require.NoError(t, err)
			product := part.At(0, 0)
			first, err := m.EvaluationBatch(rows(x, 0, 4), rows(y, 0, 4))
			require.NoError(t, err)
			assert.InEpsilon(t, inner(flat(v), multiply(t, first, graph.Fisher, v)), product, 1e-11)

			loss, err := obj.Loss()
			require.NoError(t, err)
			scores, err := m.Evaluate(t.Context(), &memory{x: x, y: y, n: 6})
			require.NoError(t, err)
			assert.Equal(t, scores["loss"], loss)
			after, err := m.MarshalBinary()
			require.NoError(t, err)
			assert.Equal(t, state, after, "the model's state, its streams and running statistics among it")
			training, err := m.Batch(x, y)
			require.NoError(t, err)
			other, err := training.Loss()
			require.NoError(t, err)
			assert.NotEqual(t, loss, other, "training mode has masks and statistics of its own")
		})
	}
}

func TestEvaluationBatchErrors(t *testing.T) {
	m := newModel(t, &layers.Dense{Units: 3}, losses.SquaredError{}, 4, 0)
	x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SquaredError{}, 3, 4, 3)
	_, err := m.EvaluationBatch(x, nil)
	assert.EqualError(t, err, "trainer: batch without targets")
	_, err = m.EvaluationBatch(y, y)
	assert.ErrorContains(t, err, "trainer: batch of shape (3, 3)")
	_, err = m.EvaluationBatch(x, x)
	assert.ErrorContains(t, err, "targets of shape (3, 4)")
}

// TestEvaluationBatches: an epoch for each reading, a loader left where it was, errors, and a posterior from a stream that
// is the one from a loader.
func TestEvaluationBatches(t *testing.T) {
	data := noise(22)
	m := classifier(t)
	loader, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 5, KeepLast: true})
	require.NoError(t, err)
	loader.Next()
	at, err := loader.MarshalBinary()
	require.NoError(t, err)
	batches := m.EvaluationBatches(loader)
	for range 2 {
		examples := 0
		for obj, err := range batches {
			require.NoError(t, err)
			examples += obj.Examples()
		}
		assert.Equal(t, 22, examples)
	}
	now, err := loader.MarshalBinary()
	require.NoError(t, err)
	assert.Equal(t, at, now)

	source, err := stream.New(t.Context(), rowsOf(data.Train, 4), stream.Options{Shape: data.Shape, BatchSize: 5, KeepLast: true})
	require.NoError(t, err)
	var evidence []float64
	for _, src := range []trainer.Source{loader, source} {
		l, err := kfac.FitLaplace(kfac.LaplaceConfig{Structure: kfac.EKFAC}, m.EvaluationBatches(src)) // goes through them twice
		require.NoError(t, err)
		assert.Equal(t, 22, l.Examples())
		evidence = append(evidence, l.LogDet(), l.EffectiveParameters())
	}
	assert.Equal(t, evidence[:2], evidence[2:])

	broken := errors.New("connection reset")
	_, err = kfac.FitLaplace(kfac.LaplaceConfig{}, m.EvaluationBatches(&torn{memory: &memory{}, steps: 5, at: 1, err: broken}))
	assert.ErrorIs(t, err, broken)
}
