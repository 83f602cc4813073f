package layers_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// newBuilder returns a builder for batches of n whose streams start at seed.
func newBuilder(t testing.TB, dtype tensor.Dtype, n int, train bool, seed uint64) *graph.Builder {
	t.Helper()
	b, err := graph.NewBuilder(graph.Config{DType: dtype, Batch: n, Train: train, Streams: graph.Streams{
		Init:    rand.New(rand.NewPCG(seed, 1)),
		Dropout: rand.New(rand.NewPCG(seed, 2)),
	}})
	require.NoError(t, err)
	return b
}

// input adds an input of the given elements.
func input(t testing.TB, b *graph.Builder, x []float64, shape ...int) *graph.Node {
	t.Helper()
	n, mem := b.Input("x", shape...)
	require.NoError(t, graph.CopyInto(mem, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))))
	return n
}

// normals are n draws from N(0, 1).
func normals(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// doubles are the elements of t in float64.
func doubles(t *tensor.Dense) []float64 {
	x := make([]float64, t.DataSize())
	if t.Dtype() == graph.Float64 {
		copy(x, t.Float64s())
		return x
	}
	for i, v := range t.Float32s() {
		x[i] = float64(v)
	}
	return x
}

// run is the layer's output for x, and its node.
func run(t testing.TB, b *graph.Builder, l layers.Layer, x *graph.Node) []float64 {
	t.Helper()
	y, err := l.Build(b, x)
	require.NoError(t, err)
	if !graph.IsInput(y) {
		p, err := b.Compile(y)
		require.NoError(t, err)
		require.NoError(t, p.Run())
	}
	return doubles(graph.Value(y))
}
