package trainer_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// η enters h once and the gradient once, in every call, biases included.
func TestL2CountsOnce(t *testing.T) {
	const eta = 0.3
	build := func(l2 float64) trainer.MiniBatch {
		net := layers.Sequential{&layers.Dense{Units: 5, BiasInit: 0.4}, layers.Tanh(), &layers.Dense{Units: handOut}}
		obj, _, _ := batch(t, newModel(t, net, losses.SoftmaxCrossEntropy{}, handIn, l2), losses.SoftmaxCrossEntropy{}, 6)
		return obj
	}
	plain, regular := build(0), build(eta)
	assert.Zero(t, plain.L2())
	assert.Equal(t, eta, regular.L2())
	theta := snapshot(plain.Params(), false)
	require.Equal(t, theta, snapshot(regular.Params(), false))
	data, err := plain.Grad()
	require.NoError(t, err)
	want, h := snapshot(plain.Params(), true), data
	for i, v := range theta {
		want[i] += eta * v
		h += eta / 2 * v * v
	}
	visit := func(*graph.CurvaturePass) error { return nil }
	for name, call := range map[string]func() (float64, error){
		"loss": regular.Loss, "grad": regular.Grad,
		"mc":        func() (float64, error) { return regular.Curvature(graph.MC, visit) },
		"ggn":       func() (float64, error) { return regular.Curvature(graph.GGN, visit) },
		"exact":     func() (float64, error) { return regular.Curvature(graph.Exact, visit) },
		"empirical": func() (float64, error) { return regular.Curvature(graph.Empirical, visit) },
	} {
		for range 2 { // a second call adds it no second time
			got, err := call()
			require.NoError(t, err)
			assert.InDelta(t, h, got, 1e-14, name)
			if name != "loss" {
				assert.InDeltaSlice(t, want, snapshot(regular.Params(), true), 1e-15, name)
			}
		}
	}
}

// A parameter the loss does not depend on has η·θ for its gradient, or none.
func TestParameterWithoutInfluence(t *testing.T) {
	for _, eta := range []float64{0, 0.5} {
		net := layers.Sequential{&idle{&layers.Dense{Units: 2, BiasInit: 0.4}}, &layers.Dense{Units: handOut}}
		obj, _, _ := batch(t, newModel(t, net, losses.SoftmaxCrossEntropy{}, handIn, eta), losses.SoftmaxCrossEntropy{}, 6)
		for range 2 {
			_, err := obj.Curvature(graph.MC, func(p *graph.CurvaturePass) error {
				assert.Equal(t, make([]float64, 6*2), p.Taps[0].G.Float64s())
				return nil
			})
			require.NoError(t, err)
			bias := obj.Params()[1]
			assert.InDeltaSlice(t, []float64{eta * 0.4, eta * 0.4}, bias.Grad.Float64s(), 1e-16)
		}
	}
}

// idle builds a layer and passes its own input on.
type idle struct{ inner layers.Layer }

func (i *idle) Params() []*graph.Param { return i.inner.Params() }

func (i *idle) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	_, err := i.inner.Build(b, x)
	return x, err
}

// Clipping keeps the direction, bounds the norm over all parameters together,
// and leaves the loss, the taps and a small gradient alone.
func TestClipNorm(t *testing.T) {
	obj, _, _ := batch(t, handModel(t, losses.SoftmaxCrossEntropy{}), losses.SoftmaxCrossEntropy{}, 6)
	loss, err := obj.Grad()
	require.NoError(t, err)
	grads := snapshot(obj.Params(), true)
	var norm float64
	for _, g := range grads {
		norm += g * g
	}
	norm = math.Sqrt(norm)
	assert.InDelta(t, norm, trainer.GradNorm(obj.Params()), 1e-15)
	var factor []float64
	visit := func(p *graph.CurvaturePass) error { factor = rows(p.Taps[2].G, 0, 6).Float64s(); return nil }
	_, err = obj.Curvature(graph.Exact, visit)
	require.NoError(t, err)
	unclipped := factor
	for _, c := range []struct{ max, scale float64 }{{norm / 4, 0.25}, {norm * 2, 1}, {math.Inf(1), 1}, {0, 0}} {
		clip := trainer.ClipNorm(obj, c.max).(graph.CurvatureObjective)
		for name, call := range map[string]func() (float64, error){
			"Grad": clip.Grad, "Curvature": func() (float64, error) { return clip.Curvature(graph.Exact, visit) },
		} {
			got, err := call()
			require.NoError(t, err)
			assert.Equal(t, loss, got)
			for i, g := range snapshot(obj.Params(), true) {
				assert.InDelta(t, c.scale*grads[i], g, 1e-15, "%s to %v", name, c.max)
			}
			assert.Equal(t, unclipped, factor)
		}
	}
}
