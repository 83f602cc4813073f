package kfac_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestInvariance: an undamped K-FAC step does not depend on the coordinates
// of the inputs (MG15 §10). A net fed Mx + c, with weights to match, must be
// the same function after a step as the net fed x; under SGD it must not.
func TestInvariance(t *testing.T) {
	const n, in = 60, 4
	x := normal(1, n, in)
	// Squared error: the softmax's G is singular (p − ŷ sums to zero), and an
	// undamped step through it would be rounding errors.
	y := normal(2, n, 3)
	r := rand.New(rand.NewPCG(7, 7))
	transform, shift := mat.NewDense(in, in, nil), make([]float64, in)
	for i := range in {
		for j := range in {
			transform.Set(i, j, r.NormFloat64())
		}
		shift[i] = r.NormFloat64()
	}
	moved := graph.NewDense(graph.Float64, n, in)
	var product mat.Dense
	product.Mul(mat.NewDense(n, in, x.Float64s()), transform)
	for i := range n {
		for j := range in {
			moved.Float64s()[i*in+j] = product.At(i, j) + shift[j]
		}
	}

	gap := func(newOptimizer func() trainer.Optimizer) float64 {
		plainNet, movedNet := newModel(t, tinyNet(), losses.SquaredError{}, in), newModel(t, tinyNet(), losses.SquaredError{}, in)
		// x W + b = (xM + c) W' + b' with W' = M⁻¹W and b' = b − cW'.
		w, bias := movedNet.Params()[0].Value, movedNet.Params()[1].Value
		rows, cols := w.Shape()[0], w.Shape()[1]
		old := mat.NewDense(rows, cols, append([]float64{}, w.Float64s()...))
		fresh := mat.NewDense(rows, cols, w.Float64s())
		require.NoError(t, fresh.Solve(transform, old))
		for j := range cols {
			for i := range in {
				bias.Float64s()[j] -= shift[i] * fresh.At(i, j)
			}
		}
		a, err := plainNet.Predict(x)
		require.NoError(t, err)
		b, err := movedNet.Predict(moved)
		require.NoError(t, err)
		require.InDeltaSlice(t, a.Float64s(), b.Float64s(), 1e-12, "the same function to begin with")
		one, two := newOptimizer(), newOptimizer()
		for range 3 {
			optimize(t, plainNet, one, x, y)
			optimize(t, movedNet, two, moved, y)
		}
		a, err = plainNet.Predict(x)
		require.NoError(t, err)
		b, err = movedNet.Predict(moved)
		require.NoError(t, err)
		worst := 0.0
		for i, v := range a.Float64s() {
			worst = max(worst, v-b.Float64s()[i], b.Float64s()[i]-v)
		}
		return worst
	}
	assert.Less(t, gap(func() trainer.Optimizer {
		o, err := kfac.New(plain(1e-26, 0.1))
		require.NoError(t, err)
		return o
	}), 1e-8)
	assert.Greater(t, gap(func() trainer.Optimizer {
		o, err := trainer.NewSGD(trainer.SGDConfig{LearningRate: 0.1})
		require.NoError(t, err)
		return o
	}), 1e-3)
}

func optimize(t *testing.T, m *trainer.Model, o trainer.Optimizer, x, y *tensor.Dense) {
	t.Helper()
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	_, err = o.Step(obj)
	require.NoError(t, err)
}
