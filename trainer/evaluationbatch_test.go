package trainer_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
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
