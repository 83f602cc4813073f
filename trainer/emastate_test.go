package trainer_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A restored average is there before the first step for who adopts the parameters.
func TestEMAAdopt(t *testing.T) {
	step := func(o *trainer.EMA, m *trainer.Model) {
		x, y := graph.NewDense(graph.Float64, 2, 4), tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(2))
		x.Float64s()[0] = 1
		obj, err := m.Batch(x, y)
		require.NoError(t, err)
		_, err = o.Step(obj)
		require.NoError(t, err)
	}
	build := func() (*trainer.Model, *trainer.EMA) {
		m, _ := toy(t, trainer.ModelConfig{Seed: 1})
		ema, err := trainer.NewEMA(sgd(t, 0.5), trainer.EMAConfig{Decay: 0.9})
		require.NoError(t, err)
		return m, ema
	}
	m, o := build()
	for range 3 {
		step(o, m)
	}
	want := averaged(t, o, m.Params())
	require.NotEqual(t, want, snapshot(m.Params(), false))
	other, restored := build()
	require.NoError(t, restored.UnmarshalBinary(save(t, o)))
	require.NoError(t, other.UnmarshalBinary(save(t, m)))
	assert.Equal(t, snapshot(m.Params(), false), averaged(t, restored, other.Params()), "no parameters are known")
	small := points{graph.NewParam("w", graph.Float32, 1)}
	assert.ErrorContains(t, restored.Adopt(small), "of other parameters")
	obj, err := other.Batch(graph.NewDense(graph.Float64, 1, 4), tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(1)))
	require.NoError(t, err)
	require.NoError(t, restored.Adopt(obj))
	require.NoError(t, other.UnmarshalBinary(save(t, m)))
	assert.Equal(t, want, averaged(t, restored, other.Params()))
	same(t, [][]byte{save(t, o)}, [][]byte{save(t, restored)})
}

// emaRig is a rig whose Adam has an average.
func emaRig(t testing.TB, dtype tensor.Dtype, seed uint64) *rig {
	t.Helper()
	r := newRig(t, "Adam", dtype, seed)
	ema, err := trainer.NewEMA(r.optimizer, trainer.EMAConfig{Decay: 0.9})
	require.NoError(t, err)
	r.optimizer = ema
	return r
}

// A run that is saved and goes on in other hands has the bits of one that was not interrupted, in the average as well.
func TestEMAResumes(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		for _, before := range []int{0, 3, 7} {
			for _, past := range []int{0, 4} { // steps of the run that is restored into
				original := emaRig(t, dtype, 1)
				original.train(t, before)
				states := original.save(t)
				original.seen = nil
				original.train(t, 8)
				want := averaged(t, original.optimizer.(*trainer.EMA), original.model.Params())

				resumed := emaRig(t, dtype, 2)
				resumed.train(t, past)
				resumed.restore(t, states)
				if past == 0 {
					same(t, states, resumed.save(t))
				}
				resumed.train(t, 8)
				assert.Equal(t, original.seen, resumed.seen)
				same(t, original.save(t), resumed.save(t))
				assert.Equal(t, want, averaged(t, resumed.optimizer.(*trainer.EMA), resumed.model.Params()))
			}
		}
	}
}

// What is refused changes nothing, in the inner optimizer neither.
func TestEMAStateRefused(t *testing.T) {
	r, twin := emaRig(t, graph.Float64, 1), emaRig(t, graph.Float64, 1)
	r.train(t, 3)
	twin.train(t, 3)
	before := r.save(t)
	ema, err := trainer.NewEMA(sgd(t, 1), trainer.EMAConfig{})
	require.NoError(t, err)
	single := emaRig(t, graph.Float32, 1)
	single.train(t, 2)
	damaged := append([]byte{}, before[1]...)
	damaged[len(damaged)/2]++
	for want, data := range map[string][]byte{
		"no such state":   nil,
		"cut short":       before[1][:len(before[1])-1],
		"damaged":         damaged,
		`this is "Adam"`:  save(t, newRig(t, "Adam", graph.Float64, 1).optimizer),
		`this is "SGD"`:   save(t, ema),
		"float32s saved,": save(t, single.optimizer),
	} {
		require.ErrorContains(t, r.optimizer.UnmarshalBinary(data), want)
		same(t, before, r.save(t))
	}
	r.train(t, 3)
	twin.train(t, 3)
	assert.Equal(t, twin.seen, r.seen)
	same(t, twin.save(t), r.save(t))
}

// FuzzEMAState is FuzzOptimizerState for an average.
func FuzzEMAState(f *testing.F) {
	var parts []*fuzzedPart
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 2}}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{1}, DType: dtype})
		require.NoError(f, err)
		ema, err := trainer.NewEMA(sgd(f, 0.1), trainer.EMAConfig{})
		require.NoError(f, err)
		x, y := graph.NewDense(graph.Float32, 2, 1), tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(2))
		step := func() error {
			obj, err := m.Batch(x, y)
			if err == nil {
				_, err = ema.Step(obj)
			}
			return errors.Join(err, ema.Averaged(func() error { return nil }))
		}
		require.NoError(f, step())
		weights := save(f, m)
		parts = append(parts, &fuzzedPart{stateful: ema, use: func() error { return errors.Join(step(), m.UnmarshalBinary(weights)) }})
	}
	fuzzStates(f, parts)
}

// adopting is an optimizer that is told its parameters, too.
type adopting struct {
	scripted
	seen graph.Objective
	err  error
}

func (a *adopting) Adopt(obj graph.Objective) error { a.seen = obj; return a.err }

func TestEMAAdoptsWithItsInner(t *testing.T) {
	inner := &adopting{scripted: scripted{values: []float64{8}}, err: errors.New("of another model")}
	ema, err := trainer.NewEMA(inner, trainer.EMAConfig{})
	require.NoError(t, err)
	params := points{graph.NewParam("w", graph.Float64, 1)}
	assert.ErrorIs(t, ema.Adopt(params), inner.err)
	inner.err = nil
	others := points{graph.NewParam("w", graph.Float64, 1)}
	require.NoError(t, ema.Adopt(others), "an error has adopted nothing")
	assert.Equal(t, others, inner.seen)
	assert.ErrorContains(t, ema.Adopt(params), "serves one model")
}
