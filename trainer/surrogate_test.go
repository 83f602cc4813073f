package trainer_test

import (
	"context"
	"math"
	"math/rand/v2"
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

// surrogates are, for each loss, others with its distribution and another cost.
func surrogates() map[string]map[string]losses.Loss {
	list := map[string]map[string]losses.Loss{}
	for name, l := range allLosses {
		list[name] = map[string]losses.Loss{"weighted": losses.Weighted{Canonical: l.(losses.Canonical)}}
	}
	list["softmax"]["class weights"] = losses.With(&losses.ClassCost{Weights: []float64{0.5, 2, 1}}, losses.SoftmaxCrossEntropy{})
	list["softmax"]["smoothing"] = losses.With(&losses.ClassCost{Smoothing: 0.2}, losses.SoftmaxCrossEntropy{})
	return list
}

// further are the targets beyond the first that a loss takes for n examples.
func further(l losses.Loss, n int) []*tensor.Dense {
	if _, ok := losses.AsMoreTargets(l); !ok {
		return nil
	}
	w := make([]float64, n)
	for i := range w {
		w[i] = 1.5 - float64(i)
	}
	return []*tensor.Dense{tensor.New(tensor.WithShape(n), tensor.WithBacking(w))}
}

// curvatureOf is everything that K-FAC reads of a curvature call.
func curvatureOf(t *testing.T, obj trainer.MiniBatch, est graph.FisherEstimator) (all []float64) {
	t.Helper()
	_, err := obj.Curvature(est, func(p *graph.CurvaturePass) error {
		for _, tap := range p.Taps {
			all = append(append(all, tap.A.Float64s()...), tap.G.Float64s()...)
		}
		for _, g := range p.Loose {
			all = append(all, g.Float64s()...)
		}
		return nil
	})
	require.NoError(t, err)
	return all
}

// TestFisherIsTheDistributions: another cost changes the loss and the gradient, and
// no bit of what curvature is made of.
func TestFisherIsTheDistributions(t *testing.T) {
	const n = 5
	for name, list := range surrogates() {
		for other, l := range list {
			for kind, net := range map[string]func() layers.Layer{
				"dense": func() layers.Layer {
					return layers.Sequential{&layers.Dense{Units: 4}, layers.Tanh(), &layers.Dense{Units: 3}}
				},
				"loose": looseNet,
			} {
				t.Run(name+" "+other+" "+kind, func(t *testing.T) {
					x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), allLosses[name], n, 4, 3)
					for _, est := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN, graph.Empirical} {
						plain, changed := newModel(t, net(), allLosses[name], 4, 0), newModel(t, net(), l, 4, 0)
						a, err := plain.Batch(x, y)
						require.NoError(t, err)
						b, err := changed.Batch(x, y, further(l, n)...)
						require.NoError(t, err)
						assert.Equal(t, curvatureOf(t, a, est), curvatureOf(t, b, est), est)
						assert.NotEqual(t, snapshot(plain.Params(), true), snapshot(changed.Params(), true), est)
						u := randomDirection(rand.New(rand.NewPCG(2, 2)), plain.Params())
						want, err := a.Products(0, u)
						require.NoError(t, err)
						kept := want.At(0, 0)
						got, err := b.Products(0, u)
						require.NoError(t, err)
						assert.Equal(t, kept, got.At(0, 0), est)
					}
				})
			}
		}
	}
}

// TestSurrogateGradients: h's gradient is the cost's, by central differences, in Grad
// and in every curvature call.
func TestSurrogateGradients(t *testing.T) {
	const n, h = 5, 1e-5
	for name, list := range surrogates() {
		for other, l := range list {
			m := newModel(t, looseNet(), l, 4, 0.1)
			x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), allLosses[name], n, 4, 3)
			obj, err := m.Batch(x, y, further(l, n)...)
			require.NoError(t, err)
			checkGradients(t, obj)
			_, err = obj.Grad()
			require.NoError(t, err)
			want := snapshot(m.Params(), true)
			for _, est := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN, graph.Empirical} {
				loss, err := obj.Curvature(est, func(*graph.CurvaturePass) error { return nil })
				require.NoError(t, err)
				forward, err := obj.Loss()
				require.NoError(t, err)
				assert.InDelta(t, forward, loss, 1e-14, "%s %s %s", name, other, est)
				assert.InDeltaSlice(t, want, snapshot(m.Params(), true), 1e-15, "%s %s %s", name, other, est)
			}
		}
	}
}

// TestTargetsAreCounted: too few or too many, or of another shape, is said.
func TestTargetsAreCounted(t *testing.T) {
	x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SquaredError{}, 5, 4, 3)
	net := func() layers.Layer { return &layers.Dense{Units: 3} }
	plain, weighted := newModel(t, net(), losses.SquaredError{}, 4, 0), newModel(t, net(), losses.Weighted{Canonical: losses.SquaredError{}}, 4, 0)
	_, err := plain.Batch(x, y, y)
	assert.ErrorContains(t, err, "2 targets: the loss takes 1")
	_, err = weighted.Batch(x, y)
	assert.ErrorContains(t, err, "1 targets: the loss takes 2")
	_, err = weighted.Batch(x, y, y)
	assert.ErrorContains(t, err, "target 2 of shape (5, 3): the loss takes (5)")
	bad := tensor.New(tensor.WithShape(5), tensor.WithBacking([]float64{1, 2, math.NaN(), 1, 1}))
	_, err = weighted.Batch(x, y, bad)
	assert.ErrorContains(t, err, "weight NaN of example 2")
}

// weighted is a source whose examples have weights: the last class counts nothing.
type weighted struct {
	*memory
	more []*tensor.Dense
}

func (w *weighted) Next() (x, y *tensor.Dense, ok bool) {
	x, y, ok = w.memory.Next()
	if ok {
		weights := make([]float64, y.DataSize())
		for i := range weights {
			if label := rows(y, 0, y.Shape()[0]).Float64s()[i]; label < 2 {
				weights[i] = 1
			}
		}
		w.more = []*tensor.Dense{tensor.New(tensor.WithShape(len(weights)), tensor.WithBacking(weights))}
	}
	return x, y, ok
}

func (w *weighted) More() []*tensor.Dense { return w.more }

// TestFitWithMoreTargets: every optimizer trains on the weights that a source gives, and
// an evaluation uses them. What weighs nothing is not learned.
func TestFitWithMoreTargets(t *testing.T) {
	x, y := randomBatch(rand.New(rand.NewPCG(8, 8)), losses.SoftmaxCrossEntropy{}, 40, 4, 3)
	optimizers := map[string]func() trainer.Optimizer{"sgd": func() trainer.Optimizer { return sgd(t, 0.3) }}
	for _, mode := range kfac.Modes() {
		optimizers["kfac "+string(mode)] = func() trainer.Optimizer {
			o, err := kfac.New(kfac.Config{Mode: mode})
			require.NoError(t, err)
			return o
		}
	}
	for name, optimizer := range optimizers {
		net := layers.Sequential{&layers.Dense{Units: 16}, layers.Tanh(), &layers.Dense{Units: 3}}
		m := newModel(t, net, losses.Weighted{Canonical: losses.SoftmaxCrossEntropy{}}, 4, 0)
		source := &weighted{memory: &memory{x: x, y: y, n: 20}}
		run := trainer.Trainer{Model: m, Optimizer: optimizer(), MaxSteps: 60}
		_, err := run.Fit(context.Background(), source)
		require.NoError(t, err, name)
		mean, err := m.Predict(x)
		require.NoError(t, err)
		var third []float64
		for i := 2; i < mean.DataSize(); i += 3 {
			third = append(third, mean.Float64s()[i])
		}
		assert.Less(t, slices.Max(third), 0.35, "%s: no example with a weight has the third class", name)
		scores, err := m.Evaluate(context.Background(), source)
		require.NoError(t, err)
		assert.Less(t, scores["loss"], 0.7, name)
		_, err = m.Evaluate(context.Background(), &memory{x: x, y: y, n: 20})
		assert.ErrorContains(t, err, "1 targets: the loss takes 2")
	}
}
