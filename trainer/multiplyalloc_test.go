package trainer

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// TestMultiplyAllocatesNothing: a product after the first allocates nothing, whatever the
// memory of its vectors, and a training step between products allocates as little as
// without.
func TestMultiplyAllocatesNothing(t *testing.T) {
	convnet := func() layers.Layer {
		return layers.Sequential{
			&layers.Reshape{Shape: []int{4, 4, 1}}, &layers.Conv2D{Filters: 4, Kernel: [2]int{2, 2}}, &layers.BatchNorm{}, layers.GELU(), &layers.MaxPool2D{Window: [2]int{2, 2}},
			&layers.GroupNorm{Groups: 2}, &layers.Reshape{Shape: []int{-1, 2}}, &layers.Recurrent{Units: 4}, &layers.LayerNorm{}, &layers.Dense{Units: 3},
		}
	}
	mlp := func() layers.Layer {
		return layers.Sequential{&layers.Dense{Units: 8}, layers.ReLU(), &layers.Dropout{Rate: 0.2}, &layers.Dense{Units: 8}, layers.Tanh(), &layers.Dense{Units: 3}}
	}
	for name, c := range map[string]struct {
		dtype tensor.Dtype
		net   layers.Layer
	}{"float32": {graph.Float32, mlp()}, "float64": {graph.Float64, mlp()}, "convnet": {graph.Float32, convnet()}} {
		m, err := NewModel(c.net, losses.SoftmaxCrossEntropy{}, ModelConfig{Input: []int{16}, L2: 0.1, DType: c.dtype})
		require.NoError(t, err)
		x, y := graph.NewDense(graph.Float32, 5, 16), tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(5))
		u, v, w := graph.NewDirection(m.params), graph.NewDirection(m.params), graph.NewDirection(m.params)
		whole, err := m.Batch(x, y)
		require.NoError(t, err)
		objective := whole.(graph.MatrixObjective)
		a := NewAccumulation(m)
		for _, matrix := range []graph.Matrix{graph.Fisher, graph.GaussNewton, graph.Hessian} {
			_, err = objective.Grad()
			require.NoError(t, err)
			require.NoError(t, objective.Multiply(matrix, u, v)) // warm-up
			for what, call := range map[string]func(){
				"a product": func() { objective.Multiply(matrix, u, v) },
				"products of exchanged vectors": func() {
					u, v, w = v, w, u
					objective.Multiply(matrix, u, v)
				},
				"a gradient and a product": func() { objective.Grad(); objective.Multiply(matrix, u, v) },
				"a loss and a product":     func() { objective.Loss(); objective.Multiply(matrix, u, v) },
			} {
				call()
				assert.Zero(t, allocations(call), "%s, %s, %s", name, matrix, what)
			}
			parts := func() {
				a.Reset()
				for range 3 {
					require.NoError(t, a.Add(x, y))
				}
				obj, err := a.MiniBatch()
				require.NoError(t, err)
				require.NoError(t, obj.(graph.MatrixObjective).Multiply(matrix, u, v))
			}
			parts()
			assert.Zero(t, allocations(parts), "%s, %s, parts", name, matrix)
		}
	}
}
