package losses_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

var all = map[string]losses.Loss{
	"softmax": losses.SoftmaxCrossEntropy{}, "squared": losses.SquaredError{}, "sigmoid": losses.SigmoidCrossEntropy{},
	"gaussian": losses.DiagonalGaussian{},
}

// outputsOf is the number of outputs for c units: a DiagonalGaussian has two for each.
func outputsOf(name string, c int) int {
	if name == "gaussian" {
		return 2 * c
	}
	return c
}

// newBuilder returns a float64 builder whose samples start at seed.
func newBuilder(t testing.TB, n int, seed uint64) *graph.Builder {
	t.Helper()
	return typedBuilder(t, graph.Float64, n, seed)
}

func typedBuilder(t testing.TB, dtype tensor.Dtype, n int, seed uint64) *graph.Builder {
	t.Helper()
	b, err := graph.NewBuilder(graph.Config{DType: dtype, Batch: n, Streams: graph.Streams{Sample: rand.New(rand.NewPCG(seed, 3))}})
	require.NoError(t, err)
	return b
}

// input adds an input of the given elements, and returns its memory.
func input(t testing.TB, b *graph.Builder, x []float64, shape ...int) (*graph.Node, *tensor.Dense) {
	t.Helper()
	n, mem := b.Input("x", shape...)
	require.NoError(t, graph.CopyInto(mem, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))))
	return n, mem
}

// must returns n and ends the test on an error.
func must(t testing.TB) func(n *graph.Node, err error) *graph.Node {
	return func(n *graph.Node, err error) *graph.Node {
		t.Helper()
		require.NoError(t, err)
		return n
	}
}

// compute compiles and runs a program of outs.
func compute(t testing.TB, b *graph.Builder, outs ...*graph.Node) *graph.Program {
	t.Helper()
	p, err := b.Compile(outs...)
	require.NoError(t, err)
	require.NoError(t, p.Run())
	return p
}

// values are n's elements, copied, in float64.
func values(n *graph.Node) []float64 {
	v := graph.Value(n)
	x := graph.NewDense(graph.Float64, v.Shape()...)
	if err := graph.CopyInto(x, v); err != nil {
		panic(err)
	}
	return x.Float64s()
}

// costAndGrad are the cost of outputs z, n×c, and its gradient times seed.
func costAndGrad(t testing.TB, b *graph.Builder, l losses.Loss, z, y []float64, n, c int, seed float64) (cost float64, grad []float64) {
	t.Helper()
	zn, _ := input(t, b, z, n, c)
	shape, err := l.TargetShape(zn.Shape())
	require.NoError(t, err)
	yn, _ := input(t, b, y, shape...)
	s, _ := input(t, b, []float64{seed}, 1)
	loss := must(t)(l.Build(b, zn, yn))
	g, err := b.Backward(loss, s, zn)
	require.NoError(t, err)
	compute(t, b, loss, g[0])
	return values(loss)[0], values(g[0])
}
