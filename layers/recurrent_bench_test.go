package layers_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// BenchmarkRecurrent: the states and all gradients but the input's, of 128 sequences of 28
// rows of 28 pixels.
func BenchmarkRecurrent(b *testing.B) {
	const n, times, in, units = 128, 28, 28, 128
	g := newBuilder(b, graph.Float32, n, true, 1)
	r := &layers.Recurrent{Units: units}
	y, err := r.Build(g, input(b, g, normals(rand.New(rand.NewPCG(1, 1)), n*times*in), n, times, in))
	require.NoError(b, err)
	grads, err := g.Backward(y, g.Ones(y.Shape()...), g.Param(r.Params()[0]), g.Param(r.Params()[1]))
	require.NoError(b, err)
	p, err := g.Compile(append(grads, y)...)
	require.NoError(b, err)
	require.NoError(b, p.Run())
	for b.Loop() {
		require.NoError(b, p.Run())
	}
	// Three products with the whole weight, but the input's part of the gradient at it.
	flops := 2.0 * n * times * units * (2*in + 3*units)
	b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOPS")
}
