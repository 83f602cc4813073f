package trainer

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// least is the least time of n examples, counted in examples, over all ways to cut them into batches.
func least(n, sizes int, known map[int]int) int {
	if n <= 0 {
		return 0
	}
	if known[n] == 0 {
		best := math.MaxInt
		for i := range sizes {
			best = min(best, batchOverhead+batchSize(i)+least(n-batchSize(i), sizes, known))
		}
		known[n] = best
	}
	return known[n]
}

// Batches of any number of examples take no longer than in the best of all ways to cut them, up to a hundredth; an
// exhaustive search tells.
func TestNextBatch(t *testing.T) {
	assert.Equal(t, []int{1, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512}, func() (list []int) {
		for i := range batchSizes {
			list = append(list, batchSize(i))
		}
		return list
	}())
	for _, sizes := range []int{1, 2, 5, batchSizes} {
		p, known := &graphPool{sizes: sizes}, map[int]int{}
		for n := 1; n < 1600; n++ {
			cost := 0
			for rest := n; rest > 0; {
				i, _ := p.nextBatch(rest)
				require.Less(t, i, sizes)
				cost += batchOverhead + batchSize(i)
				rest -= batchSize(i)
			}
			require.LessOrEqual(t, float64(cost), 1.01*float64(least(n, sizes, known)), "%d examples, %d sizes", n, sizes)
		}
	}
}

// However many callers there are, the pool keeps a graph for each processor and size, and the sizes end where memory does.
func TestGraphPoolIsBounded(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	m, err := NewModel(layers.Sequential{&layers.Conv2D{Filters: 32, Kernel: [2]int{5, 5}}, &layers.Flatten{}, &layers.Dense{Units: 2}},
		losses.SoftmaxCrossEntropy{}, ModelConfig{Input: []int{32, 32, 3}})
	require.NoError(t, err)
	r, err := NewPredictor(m, Preparation{})
	require.NoError(t, err)
	// 32 filters' outputs of 4 bytes at 28×28 places, and a few. Neither the windows nor their flat form has memory.
	perExample := r.graphs.idle[0][0].run.Bytes()
	assert.InDelta(t, 4*28*28*32, perExample, 100)
	biggest := batchSize(r.graphs.sizes - 1)
	assert.LessOrEqual(t, biggest*perExample, graphBytes)
	assert.Greater(t, 2*biggest*perExample, graphBytes)

	var callers sync.WaitGroup
	raw := make([]float64, 11*r.features)
	for range 12 {
		callers.Go(func() {
			for range 3 {
				assert.NoError(t, r.Means(make([]float64, 22), raw))
				assert.NoError(t, r.Means(make([]float64, 2), raw[:r.features]))
			}
		})
	}
	callers.Wait()
	for i, idle := range r.graphs.idle {
		assert.LessOrEqual(t, len(idle), 3, "size %d", batchSize(i))
		for _, g := range idle {
			assert.Equal(t, batchSize(i), g.size)
		}
	}
	assert.Empty(t, r.graphs.slots)

	m.net = failing{} // what a layer of a user's own may do with another batch size
	r.graphs.idle = [batchSizes][]*inference{}
	for range 9 { // more often than there are slots
		_, err := r.Predict(raw[:r.features])
		assert.EqualError(t, err, "no layer")
	}
	assert.Empty(t, r.graphs.slots)
}

// failing is a layer that cannot be built.
type failing struct{ layers.Layer }

func (failing) Build(*graph.Builder, *graph.Node) (*graph.Node, error) {
	return nil, assertError("no layer")
}

type assertError string

func (e assertError) Error() string { return string(e) }

// A prediction allocates its result, and Means nothing.
func TestPredictAllocations(t *testing.T) {
	for _, dtype := range []string{"float32", "float64"} {
		for name, prep := range map[string]Preparation{"plain": {}, "named": {Features: slices.Repeat([]string{"x"}, 784)}} {
			cfg := ModelConfig{Input: []int{784}, DType: graph.Float32}
			if dtype == "float64" {
				cfg.DType = graph.Float64
			}
			m, err := NewModel(layers.Sequential{&layers.Dense{Units: 40}, layers.ReLU(), &layers.Dense{Units: 20}, layers.Tanh(), &layers.Dense{Units: 12}},
				losses.SoftmaxCrossEntropy{}, cfg)
			require.NoError(t, err)
			r, err := NewPredictor(m, prep)
			require.NoError(t, err)
			raw := make([]float64, 100*784)
			for i := range raw {
				raw[i] = float64(i % 7)
			}
			out := make([]float64, 100*12)
			require.NoError(t, r.Means(out, raw)) // warm-up
			assert.LessOrEqual(t, allocations(func() { _, _ = r.Predict(raw[:784]) }), 1.0, "%s, %s", dtype, name)
			assert.Zero(t, allocations(func() { _ = r.Means(out[:12], raw[:784]) }), "%s, %s", dtype, name)
			assert.LessOrEqual(t, allocations(func() { _ = r.Means(out, raw) }), 1.0, "%s, %s: a product now and then", dtype, name)
		}
	}
}
