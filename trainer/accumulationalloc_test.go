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

// TestAccumulationAllocatesNothing: once all sizes have been met, a pass over parts
// allocates what gorgonia does in the passes over each part.
func TestAccumulationAllocatesNothing(t *testing.T) {
	for name, dtype := range map[string]tensor.Dtype{"float32": graph.Float32, "float64": graph.Float64} {
		t.Run(name, func(t *testing.T) {
			m, err := NewModel(layers.Sequential{
				&layers.Dense{Units: 8}, layers.ReLU(), &layers.Dropout{Rate: 0.2}, &layers.Dense{Units: 3},
			}, losses.SoftmaxCrossEntropy{}, ModelConfig{Input: []int{4}, L2: 0.1, DType: dtype})
			require.NoError(t, err)
			x, y := graph.NewDense(graph.Float32, 5, 4), tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(5))
			u := graph.NewDirection(m.learned)
			visit := func(*graph.CurvaturePass) error { return nil }
			a := NewAccumulation(m)
			const parts = 3
			var src Source = endless{x, y}
			passes := map[string]func(obj MiniBatch){
				"Loss":             func(obj MiniBatch) { obj.Loss() },
				"Grad":             func(obj MiniBatch) { obj.Grad() },
				"MC":               func(obj MiniBatch) { obj.Curvature(graph.MC, visit) },
				"Exact":            func(obj MiniBatch) { obj.Curvature(graph.Exact, visit) },
				"Products":         func(obj MiniBatch) { obj.Products(0, u) },
				"Products of some": func(obj MiniBatch) { obj.Products(obj.Examples()/2, u) },
			}
			for name, pass := range passes {
				whole := func() {
					obj, err := m.Batch(x, y)
					require.NoError(t, err)
					pass(obj)
				}
				cut := func() {
					obj, err := a.Next(src, parts)
					require.NoError(t, err)
					pass(obj)
				}
				whole()
				cut()
				base := allocations(whole)
				assert.LessOrEqual(t, allocations(cut), parts*base, name)
			}
		})
	}
}
