package trainer_test

import (
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
