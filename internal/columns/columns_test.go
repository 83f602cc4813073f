package columns_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/columns"
)

// The values, gradients and tangents of the ops, by hand: a gradient is put back where its columns were taken.
func TestColumns(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		b, err := graph.NewBuilder(graph.Config{DType: dtype, Batch: 2})
		require.NoError(t, err)
		in := func(shape []int, x ...float64) *graph.Node {
			n, memory := b.Input("x", shape...)
			require.NoError(t, graph.CopyInto(memory, tensor.New(tensor.WithShape(shape...), tensor.WithBacking(x))))
			return n
		}
		x := in([]int{2, 3}, 1, 2, 3, 4, 5, 6)
		two, err := columns.Take(b, x, 1, 2)
		require.NoError(t, err)
		both, err := columns.Concat(b, []*graph.Node{two, x})
		require.NoError(t, err)
		middle, err := columns.Pieces(b, x, 2, 2, 6, []int{2})
		require.NoError(t, err)
		grads, err := b.Backward(both, in([]int{2, 5}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), x)
		require.NoError(t, err)
		dx := in([]int{2, 3}, 1, 0, -1, 2, 0, 0.5)
		along, err := b.Forward(both, []*graph.Node{x}, []*graph.Node{dx})
		require.NoError(t, err)
		half, err := columns.Concat(b, []*graph.Node{two, in([]int{2, 1}, 8, 9)}) // only one of them moves
		require.NoError(t, err)
		part, err := b.Forward(half, []*graph.Node{x}, []*graph.Node{dx})
		require.NoError(t, err)
		p, err := b.Compile(both, middle, grads[0], along, half, part)
		require.NoError(t, err)
		require.NoError(t, p.Run())
		for _, c := range []struct {
			of   *graph.Node
			want []float64
		}{
			{both, []float64{2, 3, 1, 2, 3, 5, 6, 4, 5, 6}},
			{middle, []float64{3, 4}},
			{grads[0], []float64{3, 1 + 4, 2 + 5, 8, 6 + 9, 7 + 10}},
			{along, []float64{0, -1, 1, 0, -1, 0, 0.5, 2, 0, 0.5}},
			{half, []float64{2, 3, 8, 5, 6, 9}},
			{part, []float64{0, -1, 0, 0, 0.5, 0}},
		} {
			got := graph.NewDense(graph.Float64, graph.Value(c.of).Shape()...)
			require.NoError(t, graph.CopyInto(got, graph.Value(c.of)))
			assert.Equal(t, c.want, got.Float64s())
		}
	}
}
