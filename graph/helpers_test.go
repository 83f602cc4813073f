package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// newBuilder returns a float64 builder.
func newBuilder(t testing.TB) *graph.Builder {
	t.Helper()
	b, err := graph.NewBuilder(graph.Config{DType: graph.Float64, Batch: 1})
	require.NoError(t, err)
	return b
}

// vector adds an input that holds v.
func vector(b *graph.Builder, name string, v ...float64) *graph.Node {
	n, mem := b.Input(name, len(v))
	copy(mem.Float64s(), v)
	return n
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

// values are n's elements, copied.
func values(n *graph.Node) []float64 {
	return append([]float64{}, graph.Value(n).Float64s()...)
}

// times is the elementwise product, with a counter of its runs that may be nil.
func times(b *graph.Builder, runs *int, x, y *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "times", Shape: x.Shape().Clone(),
		F32: product[float32](runs), F64: product[float64](runs),
		Diff: func(d *graph.Diff) (gs []*graph.Node, err error) {
			gs = make([]*graph.Node, 2)
			for i := range gs {
				if d.Need[i] {
					if gs[i], err = times(d.Builder, runs, d.Grad, d.In[1-i]); err != nil {
						return nil, err
					}
				}
			}
			return gs, nil
		},
	}, x, y)
}

func product[T graph.Float](runs *int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		if runs != nil {
			*runs++
		}
		for i, v := range in[0] {
			out[i] = v * in[1][i]
		}
	}
}

// op is an op of float64 only, for kernels that need no derivative.
func op(name string, shape tensor.Shape, f func(out []float64, in [][]float64)) graph.Op {
	return graph.Op{Name: name, Shape: shape, F64: f, F32: func([]float32, [][]float32) { panic("float64 only") }}
}
