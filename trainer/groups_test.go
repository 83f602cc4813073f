package trainer_test

import (
	"math"
	"math/rand/v2"
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

// grouped is a model of three layers with groups, and a mini-batch for it.
func grouped(t *testing.T, l2 float64, groups ...graph.Group) (*trainer.Model, func() trainer.MiniBatch) {
	t.Helper()
	net := layers.Sequential{&layers.Dense{Units: 5}, layers.Tanh(), &layers.Dense{Units: 4}, layers.Tanh(), &layers.Dense{Units: 3}}
	m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: graph.Float64, Seed: 2, L2: l2, Groups: groups})
	require.NoError(t, err)
	scatter(m, 5)
	x, y := randomBatch(rand.New(rand.NewPCG(3, 3)), losses.SoftmaxCrossEntropy{}, 8, 4, 3)
	return m, func() trainer.MiniBatch {
		obj, err := m.Batch(x, y)
		require.NoError(t, err)
		return obj
	}
}

func optimizers(t *testing.T, rate, decay float64) map[string]trainer.Optimizer {
	t.Helper()
	list := map[string]trainer.Optimizer{}
	var err error
	list["sgd"], err = trainer.NewSGD(trainer.SGDConfig{LearningRate: rate, Momentum: 0.5, WeightDecay: decay})
	require.NoError(t, err)
	list["adam"], err = trainer.NewAdam(trainer.AdamConfig{LearningRate: rate, WeightDecay: decay})
	require.NoError(t, err)
	list["muon"], err = trainer.NewMuon(trainer.MuonConfig{LearningRate: rate, WeightDecay: decay})
	require.NoError(t, err)
	// A small epsilon enlarges what rounding leaves where the gradients have no part.
	list["shampoo"], err = trainer.NewShampoo(trainer.ShampooConfig{LearningRate: rate, WeightDecay: decay, UpdateSteps: 2, Epsilon: 0.1})
	require.NoError(t, err)
	// The averages of few gradients have a null space, whose basis rounding decides upon:
	// sides of more than three have more than one vector in it here.
	list["soap"], err = trainer.NewSOAP(trainer.SOAPConfig{LearningRate: rate, WeightDecay: decay, UpdateSteps: 2, MaxDimension: 3, Epsilon: 1e-3})
	require.NoError(t, err)
	for _, mode := range kfac.Modes() {
		list["kfac "+string(mode)], err = kfac.New(kfac.Config{Mode: mode, LearningRate: rate, WeightDecay: decay, Estimator: graph.Exact})
		require.NoError(t, err)
	}
	return list
}

func copies(m *trainer.Model) map[string][]float64 {
	list := map[string][]float64{}
	for _, p := range m.Params() {
		list[p.Name] = slices.Clone(p.Value.Float64s())
	}
	return list
}

// TestFrozen: frozen parameters keep their bits under every optimizer, and the others
// take the step of a network whose frozen part is a constant function of its input.
func TestFrozen(t *testing.T) {
	groups := []graph.Group{{Params: "dense1.*", Frozen: true}}
	for name := range optimizers(t, 0.1, 0) {
		m, next := grouped(t, 0, groups...)
		before := copies(m)
		rest, err := trainer.NewModel(layers.Sequential{layers.Tanh(), &layers.Dense{Units: 4}, layers.Tanh(), &layers.Dense{Units: 3}},
			losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{5}, DType: graph.Float64})
		require.NoError(t, err)
		for i, p := range rest.Params() {
			copy(p.Value.Float64s(), m.Params()[2+i].Value.Float64s())
		}
		x, y := randomBatch(rand.New(rand.NewPCG(3, 3)), losses.SoftmaxCrossEntropy{}, 8, 4, 3)
		hidden := graph.NewDense(graph.Float64, 8, 5)
		for e := range 8 { // what the frozen layer makes of it
			for j := range 5 {
				s := before["dense1.bias"][j]
				for i := range 4 {
					s += x.Float64s()[e*4+i] * before["dense1.weight"][i*5+j]
				}
				hidden.Float64s()[e*5+j] = s
			}
		}
		a, b := optimizers(t, 0.1, 0)[name], optimizers(t, 0.1, 0)[name]
		for range 6 {
			obj := next()
			require.Len(t, obj.Params(), 4)
			require.Len(t, obj.Taps(), 2)
			_, err := a.Step(obj)
			require.NoError(t, err)
			other, err := rest.Batch(hidden, y)
			require.NoError(t, err)
			_, err = b.Step(other)
			require.NoError(t, err)
		}
		after := copies(m)
		assert.Equal(t, before["dense1.weight"], after["dense1.weight"], name)
		assert.Equal(t, before["dense1.bias"], after["dense1.bias"], name)
		for i, p := range rest.Params() {
			assert.InDeltaSlice(t, p.Value.Float64s(), m.Params()[2+i].Value.Float64s(), 1e-10, "%s %s", name, p.Name)
			assert.NotEqual(t, before[m.Params()[2+i].Name], after[m.Params()[2+i].Name])
		}
		assert.Contains(t, m.Summary(), "frozen: dense1.weight, dense1.bias (25 parameters)")
	}
}

// TestFrozenBias: the tap of its layer has none, and the others learn.
func TestFrozenBias(t *testing.T) {
	for name := range optimizers(t, 0.1, 0) {
		m, next := grouped(t, 0, graph.Group{Params: "*.bias", Frozen: true})
		before := copies(m)
		o := optimizers(t, 0.1, 0)[name]
		for range 4 {
			obj := next()
			for _, tap := range obj.Taps() {
				require.Nil(t, tap.Bias)
			}
			require.Empty(t, obj.Loose())
			_, err := o.Step(obj)
			require.NoError(t, err)
		}
		for p, v := range copies(m) {
			if p[len(p)-4:] == "bias" {
				assert.Equal(t, before[p], v, name)
			} else {
				assert.NotEqual(t, before[p], v, name)
			}
		}
	}
	_, next := grouped(t, 0, graph.Group{Params: "*.weight", Frozen: true})
	obj := next()
	assert.Empty(t, obj.Taps())
	assert.Len(t, obj.Loose(), 3, "a bias without its weight is loose")
}

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

// tiedBias is two affine maps that share a bias, as a layer of a user's own can have it.
type tiedBias struct{ first, second layers.Dense }

func (l *tiedBias) Params() []*graph.Param {
	ps := l.first.Params()
	if len(ps) == 0 {
		return nil
	}
	return append(ps, l.second.Params()[0])
}

func (l *tiedBias) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	l.first.Units, l.second.Units = 3, 3
	l.first.Name, l.second.Name, l.second.NoBias = "first", "second", true
	if _, err := l.first.Build(b, x); err != nil {
		return nil, err
	}
	y, err := l.second.Build(b, x)
	if err != nil {
		return nil, err
	}
	b.Taps[len(b.Taps)-1].Bias = l.first.Params()[1] // as if it had been added there, too
	return y, nil
}

// TestSharedBiasOfAFrozenMap is loose: it is under two maps.
func TestSharedBiasOfAFrozenMap(t *testing.T) {
	m, err := trainer.NewModel(layers.Sequential{&tiedBias{}}, losses.SquaredError{}, trainer.ModelConfig{
		Input: []int{4}, DType: graph.Float64, Groups: []graph.Group{{Params: "first.weight", Frozen: true}},
	})
	require.NoError(t, err)
	x, y := randomBatch(rand.New(rand.NewPCG(3, 3)), losses.SquaredError{}, 5, 4, 3)
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	assert.Equal(t, []string{"first.bias"}, names(obj.Loose()))
	assert.Len(t, obj.Taps(), 1)
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

// TestGroupedState: optimizers' states are of what is learned, and go on to the bit.
func TestGroupedState(t *testing.T) {
	groups := []graph.Group{{Params: "dense1.*", Frozen: true}, {Params: "*.bias", Rate: 2}}
	type stateful interface {
		trainer.Optimizer
		MarshalBinary() ([]byte, error)
		UnmarshalBinary([]byte) error
	}
	for name := range optimizers(t, 0.05, 0.1) {
		m, next := grouped(t, 0.01, groups...)
		o := optimizers(t, 0.05, 0.1)[name].(stateful)
		take := func(o trainer.Optimizer, next func() trainer.MiniBatch, n int) {
			for range n {
				_, err := o.Step(next())
				require.NoError(t, err)
			}
		}
		take(o, next, 3)
		state, err := o.MarshalBinary()
		require.NoError(t, err)
		saved, err := m.MarshalBinary()
		require.NoError(t, err)
		take(o, next, 4)
		again, rest := grouped(t, 0.01, groups...)
		require.NoError(t, again.UnmarshalBinary(saved))
		resumed := optimizers(t, 0.05, 0.1)[name].(stateful)
		require.NoError(t, resumed.UnmarshalBinary(state))
		take(resumed, rest, 4)
		assert.Equal(t, copies(m), copies(again), name)
	}
}
