package trainer_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Observers see every pass that fills taps, once, and nothing else.
func TestObserversSeeTrainingPasses(t *testing.T) {
	m := handModel(t, losses.SoftmaxCrossEntropy{})
	var passes []graph.Pass
	m.Observe(func(pass graph.Pass, taps []*graph.Tap) {
		passes = append(passes, pass)
		require.Len(t, taps, 3)
		for l, tap := range taps {
			assert.Equal(t, []int{tap.Examples, handSizes[l]}, []int(tap.G.Shape()))
			assert.Equal(t, tap.Examples, tap.A.Shape()[0])
		}
	})
	second := 0
	m.Observe(func(graph.Pass, []*graph.Tap) { second++ })
	obj, x, y := batch(t, m, losses.SoftmaxCrossEntropy{}, 4)
	visit := func(*graph.CurvaturePass) error { return nil }
	const grad, curvature = graph.PassGrad, graph.PassCurvature
	for _, c := range []struct {
		name string
		call func() error
		want []graph.Pass
	}{
		{"Batch", func() error { _, err := m.Batch(x, y); return err }, nil},
		{"Loss", func() error { _, err := obj.Loss(); return err }, nil},
		{"Grad", func() error { _, err := obj.Grad(); return err }, []graph.Pass{grad}},
		{"mc", func() error { _, err := obj.Curvature(graph.MC, visit); return err }, []graph.Pass{curvature}},
		{"ggn", func() error { _, err := obj.Curvature(graph.GGN, visit); return err }, []graph.Pass{curvature}},
		{"products", func() error { _, err := obj.Products(0, graph.Gradients(obj.Params())); return err }, nil},
		{"exact", func() error { _, err := obj.Curvature(graph.Exact, visit); return err }, []graph.Pass{grad, curvature, curvature, curvature}},
		{"empirical", func() error { _, err := obj.Curvature(graph.Empirical, visit); return err }, []graph.Pass{grad}},
		{"step", func() error { _, err := sgd(t, 0.1).Step(obj); return err }, []graph.Pass{grad}},
		{"Predict", func() error { _, err := m.Predict(x); return err }, nil},
		{"Evaluate", func() error {
			_, err := m.Evaluate(context.Background(), &memory{x: x, y: y, n: 4})
			return err
		}, nil},
	} {
		passes = nil
		require.NoError(t, c.call())
		assert.Equal(t, c.want, passes, c.name)
	}
	assert.Equal(t, 9, second)
}

// The taps an observer sees in the gradient's pass are those that a visit of
// the empirical Fisher sees, and it changes nothing.
func TestObserverSeesTheTaps(t *testing.T) {
	run := func(observe bool) []float64 {
		m, src := toy(t, trainer.ModelConfig{DType: graph.Float64})
		if observe {
			m.Observe(func(_ graph.Pass, taps []*graph.Tap) {
				var w []float64 // AᵀG is the weight's gradient
				tap := taps[0]
				in, out := tap.A.Shape()[1], tap.G.Shape()[1]
				for i := range in {
					for j := range out {
						var s float64
						for e := range tap.Examples {
							s += tap.A.Float64s()[e*in+i] * tap.G.Float64s()[e*out+j]
						}
						w = append(w, s)
					}
				}
				assert.InDeltaSlice(t, w, tap.Weight.Grad.Float64s(), 1e-15)
			})
		}
		_, err := (&trainer.Trainer{Model: m, Optimizer: sgd(t, 0.1), Epochs: 1}).Fit(context.Background(), src)
		require.NoError(t, err)
		return snapshot(m.Params(), false)
	}
	assert.Equal(t, run(false), run(true))
}
