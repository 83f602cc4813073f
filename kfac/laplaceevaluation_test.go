package kfac_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// TestLaplaceOfTheNetworkThatPredicts: on evaluation batches there are no masks, examples are
// not coupled, so that the sizes of mini-batches do not matter, and running statistics do not
// take the pass in.
func TestLaplaceOfTheNetworkThatPredicts(t *testing.T) {
	m := newModel(t, layers.Sequential{
		&layers.Dense{Units: 4}, &layers.BatchNorm{}, layers.Tanh(), &layers.Dropout{Rate: 0.5}, &layers.Dense{Units: 3},
	}, losses.SoftmaxCrossEntropy{}, 2)
	x, y := normal(1, 6, 2), labels(0, 1, 2, 2, 1, 0)
	optimizer, err := kfac.New(kfac.Config{Mode: kfac.Fixed})
	require.NoError(t, err)
	obj, err := m.Batch(x, y) // running statistics other than the first ones
	require.NoError(t, err)
	_, err = optimizer.Step(obj)
	require.NoError(t, err)
	predictions := func() []float64 {
		p, err := m.Predict(x)
		require.NoError(t, err)
		return append([]float64{}, p.Float64s()...)
	}
	posterior := func(sizes ...int) *kfac.Laplace {
		return fitLaplace(t, kfac.LaplaceConfig{PriorPrecision: 0.5}, func(yield func(graph.CurvatureObjective, error) bool) {
			from := 0
			for _, n := range sizes {
				obj, err := m.EvaluationBatch(someRows(x, from, n), someRows(y, from, n))
				if !yield(obj, err) {
					return
				}
				from += n
			}
		})
	}
	before := predictions()
	whole := posterior(6).LogDet()
	assert.InDelta(t, whole, posterior(4, 2).LogDet(), 1e-12)
	assert.InDelta(t, whole, posterior(1, 1, 1, 1, 1, 1).LogDet(), 1e-12)
	assert.Equal(t, before, predictions())

	training := fitLaplace(t, kfac.LaplaceConfig{PriorPrecision: 0.5}, inBatches(m, x, y, 6)).LogDet()
	assert.Greater(t, max(whole, training)-min(whole, training), 1e-3, "in training there are masks")
}
