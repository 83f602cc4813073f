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

// TestRivalsAllocateNothing: a step of Muon, Shampoo or SOAP, new roots and bases
// included, allocates nothing beyond the run of its program.
func TestRivalsAllocateNothing(t *testing.T) {
	for name, dtype := range map[string]tensor.Dtype{"float32": graph.Float32, "float64": graph.Float64} {
		t.Run(name, func(t *testing.T) {
			m, err := NewModel(layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &layers.Dense{Units: 3}},
				losses.SoftmaxCrossEntropy{}, ModelConfig{Input: []int{4}, DType: dtype})
			require.NoError(t, err)
			obj, err := m.Batch(graph.NewDense(graph.Float32, 5, 4), tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(5)))
			require.NoError(t, err)
			muon, err := NewMuon(MuonConfig{WeightDecay: 0.1, LastLayer: true})
			require.NoError(t, err)
			shampoo, err := NewShampoo(ShampooConfig{Momentum: 0.5, UpdateSteps: 2})
			require.NoError(t, err)
			soap, err := NewSOAP(SOAPConfig{WeightDecay: 0.1, UpdateSteps: 2})
			require.NoError(t, err)
			for name, opt := range map[string]Optimizer{"Muon": muon, "Shampoo": shampoo, "SOAP": soap} {
				for range 5 { // first bases, and the first new ones
					_, err := opt.Step(obj)
					require.NoError(t, err)
				}
				grad := obj.(*objective).grad // compiled by now
				assert.LessOrEqual(t, allocations(func() { opt.Step(obj) })-allocations(func() { grad.Run() }), float64(oursPerStep), name)
			}
		})
	}
}
