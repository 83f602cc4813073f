package trainer_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Programs with stock ops in them write no weight, in any pass, and give the
// same taps run after run.
func TestStockOpsLeaveWeightsAlone(t *testing.T) {
	net := layers.Sequential{&layers.Dense{Units: 5}, gatedTanh{}, &layers.Dense{Units: 3}}
	m := newModel(t, net, losses.SoftmaxCrossEntropy{}, 4, 0)
	obj, x, y := batch(t, m, losses.SoftmaxCrossEntropy{}, 6)
	weights := snapshot(m.Params(), false)
	var first []float64
	for _, est := range []graph.FisherEstimator{graph.Empirical, graph.MC, graph.Exact, graph.GGN, graph.Empirical} {
		_, err := obj.Loss()
		require.NoError(t, err)
		_, err = obj.Curvature(est, func(p *graph.CurvaturePass) error {
			all := append(rows(p.Taps[0].G, 0, 6).Float64s(), rows(p.Taps[1].A, 0, 6).Float64s()...)
			if first == nil {
				first = all
			} else if est == graph.Empirical {
				assert.Equal(t, first, all)
			}
			return nil
		})
		require.NoError(t, err)
		_, err = m.Evaluate(context.Background(), &memory{x: x, y: y, n: 6})
		require.NoError(t, err)
		assert.Equal(t, weights, snapshot(m.Params(), false), est)
	}
}

// A layer that forgets the snapshots is refused before anything is run.
type bareTanh struct{ gatedTanh }

func (bareTanh) Build(_ *graph.Builder, x *graph.Node) (*graph.Node, error) { return gorgonia.Tanh(x) }

func TestStockOpsWithoutSnapshotsAreRefused(t *testing.T) {
	net := layers.Sequential{&layers.Dense{Units: 5}, bareTanh{}, &layers.Dense{Units: 3}}
	m := newModel(t, net, losses.SoftmaxCrossEntropy{}, 4, 0)
	obj, x, y := batch(t, m, losses.SoftmaxCrossEntropy{}, 6)
	_, err := obj.Grad()
	assert.ErrorContains(t, err, "Snapshot")
	_, err = obj.Loss()
	assert.ErrorContains(t, err, "Snapshot")
	_, err = m.Evaluate(context.Background(), &memory{x: x, y: y, n: 6})
	assert.ErrorContains(t, err, "Snapshot")
	_, err = m.Predict(x)
	assert.ErrorContains(t, err, "Snapshot")
}

// One mini-batch keeps its dropout masks; binding it again draws new ones.
func TestMasksBelongToTheBatch(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{DType: graph.Float64})
	obj, err := m.Batch(src.x, src.y)
	require.NoError(t, err)
	var losses []float64
	visit := func(*graph.CurvaturePass) error { return nil }
	for _, call := range []func() (float64, error){
		obj.Loss, obj.Grad, func() (float64, error) { return obj.Curvature(graph.MC, visit) },
		func() (float64, error) { return obj.Curvature(graph.Exact, visit) }, obj.Loss,
	} {
		loss, err := call()
		require.NoError(t, err)
		losses = append(losses, loss)
	}
	for _, l := range losses {
		assert.Equal(t, losses[0], l)
	}
	again, err := m.Batch(src.x, src.y)
	require.NoError(t, err)
	loss, err := again.Loss()
	require.NoError(t, err)
	assert.NotEqual(t, losses[0], loss)
}

// What is trained for one batch size is what another evaluates: graphs of all
// sizes share the parameters.
func TestBatchSizesShareParameters(t *testing.T) {
	m := newModel(t, layers.Sequential{&layers.Dense{Units: 5}, layers.Tanh(), &layers.Dense{Units: 3}}, losses.SoftmaxCrossEntropy{}, 4, 0)
	x, y := randomBatch(rand.New(rand.NewPCG(9, 9)), losses.SoftmaxCrossEntropy{}, 6, 4, 3)
	opt := sgd(t, 0.5)
	for i := range 3 {
		size := 2 * (i + 1)
		obj, err := m.Batch(rows(x, 0, size), rows(y, 0, size))
		require.NoError(t, err)
		_, err = opt.Step(obj)
		require.NoError(t, err)
		after, err := obj.Loss()
		require.NoError(t, err)
		scores, err := m.Evaluate(context.Background(), &memory{x: rows(x, 0, size), y: rows(y, 0, size), n: 1})
		require.NoError(t, err)
		assert.InDelta(t, after, scores["loss"], 1e-14)
	}
}
