package trainer_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestRefusedMiniBatchLeavesBuffers: a step that is refused, because the loss, the gradient or
// K-FAC's factors are not finite, leaves running statistics as they were; so does one of
// several parts, of which the first is in order.
func TestRefusedMiniBatchLeavesBuffers(t *testing.T) {
	optimizers := map[string]func() (trainer.Optimizer, error){
		"sgd": func() (trainer.Optimizer, error) { return trainer.NewSGD(trainer.SGDConfig{}) },
		"adaptive": func() (trainer.Optimizer, error) {
			return kfac.New(kfac.Config{FactorUpdateSteps: 1})
		},
		"exact": func() (trainer.Optimizer, error) {
			return kfac.New(kfac.Config{Mode: kfac.Fixed, Estimator: graph.Exact, FactorUpdateSteps: 1})
		},
	}
	for name, c := range map[string]struct {
		first layers.Layer
		bad   float32
		sgd   bool // refuses it, too
	}{
		"loss":     {layers.Identity(), float32(math.NaN()), true},
		"gradient": {layers.Sigmoid(), float32(math.Inf(1)), true},
		"factors":  {layers.Identity(), 1e30, false},
	} {
		for kind, build := range optimizers {
			if kind == "sgd" && !c.sgd {
				continue
			}
			for _, parts := range []bool{false, true} {
				m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 4}, c.first, &layers.BatchNorm{}, &layers.Dense{Units: 3}},
					losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}})
				require.NoError(t, err)
				o, err := build()
				require.NoError(t, err)
				batch := func(last float32) (x, y *tensor.Dense) {
					x = tensor.New(tensor.WithShape(4, 2), tensor.WithBacking([]float32{1, 2, -1, 0.5, 0.3, -2, 0.2, last}))
					return x, tensor.New(tensor.WithShape(4), tensor.WithBacking([]int32{0, 1, 2, 1}))
				}
				obj, err := m.Batch(batch(0.7))
				require.NoError(t, err)
				_, err = o.Step(obj)
				require.NoError(t, err)
				var before [][]float32
				for _, b := range m.Buffers() {
					before = append(before, slices.Clone(b.Value.Float32s()))
				}
				if obj, err = m.Batch(batch(c.bad)); parts {
					a := trainer.NewAccumulation(m)
					require.NoError(t, a.Add(batch(0.9)))
					require.NoError(t, a.Add(batch(c.bad)))
					obj, err = a.MiniBatch()
				}
				require.NoError(t, err)
				_, err = o.Step(obj)
				var refused *graph.NonFiniteError
				require.ErrorAs(t, err, &refused, "%s %s", name, kind)
				for i, b := range m.Buffers() {
					assert.Equal(t, before[i], b.Value.Float32s(), "%s, %s, parts %v: %s", name, kind, parts, b.Name)
				}
				obj, err = m.Batch(batch(0.4)) // and the next one goes on
				require.NoError(t, err)
				_, err = o.Step(obj)
				require.NoError(t, err)
				assert.NotEqual(t, before[0], m.Buffers()[0].Value.Float32s())
			}
		}
	}
}
