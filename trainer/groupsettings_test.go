package trainer_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestGroupL2: h, its gradient, and K-FAC's model of it have each parameter's own η.
func TestGroupL2(t *testing.T) {
	m, next := grouped(t, 0.1, graph.Group{Params: "*.bias", L2: graph.None}, graph.Group{Params: "dense2.weight", L2: 3})
	obj := next()
	checkGradients(t, obj)
	h, err := obj.Loss()
	require.NoError(t, err)
	plain, other := grouped(t, 0)
	for i, p := range plain.Params() {
		copy(p.Value.Float64s(), m.Params()[i].Value.Float64s())
	}
	want, err := other().Loss()
	require.NoError(t, err)
	for name, v := range copies(m) {
		eta := map[string]float64{"dense1.weight": 0.1, "dense2.weight": 0.3, "dense3.weight": 0.1}[name]
		for _, x := range v {
			want += eta / 2 * x * x
		}
	}
	assert.InDelta(t, want, h, 1e-14)

	// With the exact Fisher the model's prediction for a step is what its own terms say.
	before := copies(m)
	o, err := kfac.New(kfac.Config{Damping: 0.3, GammaUpdateSteps: kfac.None, DampingUpdateSteps: 1})
	require.NoError(t, err)
	_, err = obj.Grad()
	require.NoError(t, err)
	grads := map[string][]float64{}
	for _, p := range m.Params() {
		grads[p.Name] = slices.Clone(p.Grad.Float64s())
	}
	_, err = o.Step(next())
	require.NoError(t, err)
	step := graph.NewDirection(m.Params())
	var predicted float64
	for i, p := range m.Params() {
		eta := map[string]float64{"dense1.weight": 0.1, "dense2.weight": 0.3, "dense3.weight": 0.1}[p.Name]
		for j, v := range p.Value.Float64s() {
			d := v - before[p.Name][j]
			step[i].Float64s()[j] = d
			predicted += grads[p.Name][j]*d + (0.3+eta)/2*d*d
		}
	}
	for i, p := range m.Params() {
		copy(p.Value.Float64s(), before[p.Name])
		_ = i
	}
	obj = next()
	f, err := obj.Products(0, step)
	require.NoError(t, err)
	assert.InEpsilon(t, predicted+f.At(0, 0)/2, o.Stats().Predicted, 1e-9)
}

// TestGroupRatesAndDecays: a group's part of an optimizer's first step is the factor
// times what it is without; K-FAC's adaptive mode chooses the length of the whole anew.
func TestGroupRatesAndDecays(t *testing.T) {
	const rate, decay = 0.05, 0.2
	for name := range optimizers(t, rate, decay) {
		m, next := grouped(t, 0, graph.Group{Params: "dense2.*", Rate: 0.25}, graph.Group{Params: "dense3.*", WeightDecay: graph.None}, graph.Group{Params: "dense3.bias", Rate: graph.None})
		plain, other := grouped(t, 0)
		before := copies(m)
		undecayed, third := grouped(t, 0)
		for _, one := range []struct {
			o    trainer.Optimizer
			next func() trainer.MiniBatch
		}{{optimizers(t, rate, decay)[name], next}, {optimizers(t, rate, decay)[name], other}, {optimizers(t, rate, 0)[name], third}} {
			_, err := one.o.Step(one.next())
			require.NoError(t, err)
		}
		got, with, without := copies(m), copies(plain), copies(undecayed)
		for p := range before {
			r, d := 1.0, 1.0
			switch {
			case p == "dense3.bias":
				r, d = 0, 0
			case p[:6] == "dense2":
				r = 0.25
			case p[:6] == "dense3":
				d = 0
			}
			if name == "kfac adaptive" {
				if r == 0 {
					assert.Equal(t, before[p], got[p])
				} else {
					assert.NotEqual(t, before[p], got[p])
				}
				continue
			}
			for i, v := range before[p] {
				step, shrink := without[p][i]-v, with[p][i]-without[p][i]
				assert.InDelta(t, v+r*step+r*d*shrink, got[p][i], 1e-12, "%s %s", name, p)
			}
		}
	}
}

// TestAdaptiveStepOfRates: the step lies along the scaled direction, and its length is
// the model's best there.
func TestAdaptiveStepOfRates(t *testing.T) {
	cfg := kfac.Config{Damping: 0.3, GammaUpdateSteps: kfac.None, NoiseScale: kfac.None}
	step := func(groups ...graph.Group) (d graph.Direction, s kfac.Stats) {
		m, next := grouped(t, 0, groups...)
		before := copies(m)
		o, err := kfac.New(cfg)
		require.NoError(t, err)
		_, err = o.Step(next())
		require.NoError(t, err)
		d = graph.NewDirection(m.Params())
		for i, p := range m.Params() {
			for j, v := range p.Value.Float64s() {
				d[i].Float64s()[j] = v - before[p.Name][j]
			}
		}
		return d, o.Stats()
	}
	plain, before := step()
	scaled, after := step(graph.Group{Params: "dense2.*", Rate: 0.25})
	for i := range plain {
		r := after.Alpha / before.Alpha
		if i == 2 || i == 3 {
			r *= 0.25
		}
		for j, v := range plain[i].Float64s() {
			assert.InDelta(t, r*v, scaled[i].Float64s()[j], 1e-12)
		}
	}
	assert.NotEqual(t, before.Alpha, after.Alpha)
	// Along Δ the model is least at α = −∇hᵀΔ/Δᵀ(F+λI)Δ.
	m, next := grouped(t, 0)
	obj := next()
	_, err := obj.Grad()
	require.NoError(t, err)
	scaled.Scale(1 / after.Alpha)
	slope, length := graph.Gradients(m.Params()).Dot(scaled), scaled.Dot(scaled)
	f, err := obj.Products(0, scaled)
	require.NoError(t, err)
	assert.InEpsilon(t, -slope/(f.At(0, 0)+0.3*length), after.Alpha, 1e-9)
}

// TestGroupClip: κ bounds the KL divergence of the step that is taken, rates included,
// in fixed mode and in front of SGD: ν = √(κ/Σr²α²VᵀU).
func TestGroupClip(t *testing.T) {
	const kappa, alpha = 1e-4, 0.5
	group := graph.Group{Params: "dense2.*", Rate: 0.1}
	optimizer := func(name string, clip float64) (o trainer.Optimizer) {
		var err error
		if name == "fixed" {
			o, err = kfac.New(kfac.Config{Mode: kfac.Fixed, LearningRate: alpha, Momentum: kfac.None, KLClip: clip, Damping: 0.3, Estimator: graph.Exact, DampingUpdateSteps: kfac.None})
		} else {
			o, err = kfac.NewPreconditioned(sgd(t, alpha), kfac.PreconditionedConfig{KLClip: clip, Damping: 0.3, Preconditioner: kfac.PreconditionerConfig{Estimator: graph.Exact}})
		}
		require.NoError(t, err)
		return o
	}
	// sum is Σ r·∇hᵀ(step), which is −Σ r²α·VᵀU where the step is −αrU.
	sum := func(name string, clip float64) (kl float64) {
		m, next := grouped(t, 0, group)
		before := copies(m)
		_, err := next().Grad()
		require.NoError(t, err)
		grads := map[string][]float64{}
		for _, p := range m.Params() {
			grads[p.Name] = slices.Clone(p.Grad.Float64s())
		}
		_, err = optimizer(name, clip).Step(next())
		require.NoError(t, err)
		for _, p := range m.Params() {
			for j, v := range p.Value.Float64s() {
				kl += p.RateFactor() * alpha * grads[p.Name][j] * (before[p.Name][j] - v)
			}
		}
		return kl
	}
	for _, name := range []string{"fixed", "preconditioned"} {
		free, clipped := sum(name, kfac.None), sum(name, kappa)
		assert.Greater(t, free, kappa)
		assert.InEpsilon(t, math.Sqrt(kappa/free), clipped/free, 1e-9, name)
	}
}

// TestGroupErrors list the names there are.
func TestGroupErrors(t *testing.T) {
	for want, groups := range map[string][]graph.Group{
		`group "conv*" matches no parameter: there are dense1.weight, dense1.bias`: {{Params: "conv*", Frozen: true}},
		"is no pattern":             {{Params: "[", Frozen: true}},
		"rate -2: want a factor":    {{Params: "*", Rate: -2}},
		"l2 NaN: want a factor":     {{Params: "*", L2: math.NaN()}},
		"all parameters are frozen": {{Params: "*", Frozen: true}},
		"decay +Inf: want a factor": {{Params: "*", WeightDecay: math.Inf(1)}},
	} {
		_, err := trainer.NewModel(&layers.Dense{Units: 2}, losses.SquaredError{}, trainer.ModelConfig{Input: []int{4}, Groups: groups})
		assert.ErrorContains(t, err, want)
	}
	_, next := grouped(t, 0, graph.Group{Params: "dense1.*", WeightDecay: 100})
	for name, o := range optimizers(t, 0.1, 0.2) {
		_, err := o.Step(next())
		assert.ErrorContains(t, err, "want less than 1", name)
	}
}
