package trainer

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

func newCached(t *testing.T) *Model {
	t.Helper()
	net := layers.Sequential{&layers.Dense{Units: 3}, layers.Tanh(), &layers.Dropout{Rate: 0.3}, &layers.Dense{Units: 2}}
	m, err := NewModel(net, losses.SquaredError{}, ModelConfig{Input: []int{2}, DType: graph.Float64, Seed: 1})
	require.NoError(t, err)
	return m
}

// TestGraphsAreBounded: predictions of every batch size keep a few graphs, those
// used last.
func TestGraphsAreBounded(t *testing.T) {
	m := newCached(t)
	summary := m.Summary()
	predict := func(n int) {
		p, err := m.Predict(graph.NewDense(graph.Float64, n, 2))
		require.NoError(t, err)
		require.Equal(t, n, p.Shape()[0])
	}
	for n := 1; n <= 2000; n += 1 + n/100 {
		predict(n)
		predict(7) // often
		require.LessOrEqual(t, len(m.graphs), graphsKept)
	}
	assert.Contains(t, m.graphs, graphKey{batch: 7})
	assert.NotContains(t, m.graphs, graphKey{batch: 1})
	assert.Equal(t, summary, m.Summary())
	assert.Equal(t, graphsKept, len(m.graphs))
}

// TestTrainingGraphStays: predictions of many sizes between a mini-batch and
// its step change nothing, and do not cost the training graph.
func TestTrainingGraphStays(t *testing.T) {
	run := func(sizes int) []float64 {
		m := newCached(t)
		o, err := NewSGD(SGDConfig{Momentum: 0.5})
		require.NoError(t, err)
		var first *compiled
		for k := range 8 {
			x, y := graph.NewDense(graph.Float64, 5, 2), graph.NewDense(graph.Float64, 5, 2)
			for i := range x.Float64s() {
				x.Float64s()[i], y.Float64s()[i] = float64((i+k)%3), float64((i*k)%5)
			}
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			if first == nil {
				first = m.training
			}
			for n := 1; n <= sizes; n++ {
				_, err := m.Predict(graph.NewDense(graph.Float64, n, 2))
				require.NoError(t, err)
			}
			assert.Same(t, first, m.graphs[graphKey{batch: 5, train: true}])
			if sizes > 0 && k > 0 {
				assert.Contains(t, m.graphs, graphKey{batch: 3, train: true, part: true})
			}
			_, err = obj.Products(3, graph.Values(m.Params()))
			require.NoError(t, err)
			_, err = o.Step(obj)
			require.NoError(t, err)
		}
		var all []float64
		for _, p := range m.Params() {
			all = append(all, p.Value.Float64s()...)
		}
		return all
	}
	assert.Equal(t, run(0), run(3*graphsKept))
}

// TestManyBatchSizes: a run with graphs that are compiled again is that with
// graphs that are kept.
func TestManyBatchSizes(t *testing.T) {
	run := func(kept bool) []float64 {
		m := newCached(t)
		o, err := NewAdam(AdamConfig{})
		require.NoError(t, err)
		for k := range 3 * graphsKept {
			n := 1 + k%(graphsKept-3)
			if !kept {
				clear(m.graphs)
			}
			obj, err := m.Batch(graph.NewDense(graph.Float64, n, 2), graph.NewDense(graph.Float64, n, 2))
			require.NoError(t, err)
			_, err = o.Step(obj)
			require.NoError(t, err)
		}
		var all []float64
		for _, p := range m.Params() {
			all = append(all, p.Value.Float64s()...)
		}
		return all
	}
	assert.Equal(t, run(true), run(false))
}
