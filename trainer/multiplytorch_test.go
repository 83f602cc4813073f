package trainer

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// torchMatrices is a network's products by PyTorch; testdata/torch_hessian.py says how.
type torchMatrices struct {
	Shape, Targets  []int
	X, Y, Theta, V  []float64
	Loss            float64
	Hessian, Fisher []float64
	GaussNewton     []float64 `json:"gauss_newton"`
}

// TestMultiplyIsPyTorchs: products with the three matrices of whole networks, the Hessian written out by PyTorch's
// autograd.
func TestMultiplyIsPyTorchs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "torch_hessian.json"))
	require.NoError(t, err)
	var cases map[string]torchMatrices
	require.NoError(t, json.Unmarshal(text, &cases))
	mlp := func() layers.Layer {
		return layers.Sequential{&layers.Dense{Units: 5}, layers.Tanh(), &layers.Dense{Units: 4}, layers.SiLU(), &layers.Dense{Units: 3}}
	}
	nets := map[string]struct {
		net  layers.Layer
		loss losses.Loss
	}{
		"mlp, cross-entropy":         {mlp(), losses.SoftmaxCrossEntropy{}},
		"mlp, squares":               {mlp(), losses.SquaredError{}},
		"mlp, squares for Bernoulli": {mlp(), losses.With(losses.SquaredError{}, losses.SigmoidCrossEntropy{})},
		"convnet, smoothed": {layers.Sequential{
			&layers.Conv2D{Filters: 3, Kernel: [2]int{3, 3}, Padding: [2]int{1, 1}, NoBias: true}, &layers.BatchNorm{}, layers.GELU(),
			&layers.MaxPool2D{Window: [2]int{2, 2}}, &layers.Conv2D{Filters: 2, Kernel: [2]int{2, 2}}, layers.ELU(1), &layers.Flatten{}, &layers.Dense{Units: 3},
		}, losses.With(&losses.ClassCost{Smoothing: 0.1}, losses.SoftmaxCrossEntropy{})},
		"words, Bernoulli": {layers.Sequential{
			&layers.Embedding{Rows: 6, Units: 3}, &layers.Recurrent{Units: 4}, &layers.LayerNorm{}, &layers.Dense{Units: 3},
		}, losses.SigmoidCrossEntropy{}},
	}
	require.Len(t, cases, len(nets))
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m, err := NewModel(nets[name].net, nets[name].loss, ModelConfig{Input: c.Shape[1:], DType: graph.Float64})
			require.NoError(t, err)
			fill := func(d graph.Direction, x []float64) {
				for _, v := range d {
					copy(v.Float64s(), x)
					x = x[v.DataSize():]
				}
				require.Empty(t, x)
			}
			v := graph.NewDirection(m.params)
			fill(graph.Values(m.params), c.Theta)
			fill(v, c.V)
			obj, err := m.Batch(
				tensor.New(tensor.WithShape(c.Shape...), tensor.WithBacking(c.X)),
				tensor.New(tensor.WithShape(c.Targets...), tensor.WithBacking(c.Y)),
			)
			require.NoError(t, err)
			loss, err := obj.Loss()
			require.NoError(t, err)
			assert.InDelta(t, c.Loss, loss, 1e-12)
			o := obj.(*objective)
			near(t, c.Hessian, productWith(t, o, graph.Hessian, v), 1e-11, "Hessian")
			near(t, c.GaussNewton, productWith(t, o, graph.GaussNewton, v), 1e-11, "Gauss–Newton")
			near(t, c.Fisher, productWith(t, o, graph.Fisher, v), 1e-11, "Fisher")
		})
	}
}
