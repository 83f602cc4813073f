package kfac_test

import (
	"encoding"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// rig is a training run by hand, with all that has a state: dropout, sampled
// targets, a loader that shuffles and deals a short last batch, averages of
// all kinds, and loose parameters.
type rig struct {
	model     *trainer.Model
	optimizer *kfac.Optimizer
	loader    *datasets.Loader
}

type stateful interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

func (r *rig) parts() []stateful { return []stateful{r.model, r.optimizer, r.loader} }

func newRig(t *testing.T, cfg kfac.Config, dtype tensor.Dtype, seed uint64) *rig {
	t.Helper()
	net := layers.Sequential{
		&layers.Dense{Units: 5}, layers.Tanh(), &layers.Dropout{Rate: 0.2}, &layers.Dense{Units: 4}, &gain{}, layers.Sigmoid(), &layers.Dense{Units: 3},
	}
	m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: dtype, Seed: seed, L2: 1e-3})
	require.NoError(t, err)
	for _, p := range m.Params() {
		if p.Size() == 4 && p.Name[:4] == "gain" {
			require.NoError(t, graph.CopyInto(p.Value, tensor.New(tensor.WithShape(4), tensor.WithBacking([]float64{1, 0.9, 1.1, 1}))))
		}
	}
	r := rand.New(rand.NewPCG(8, 8))
	data := &datasets.Dataset{Name: "noise", Shape: []int{4}, Classes: 3}
	for range 22 {
		data.Train.Labels = append(data.Train.Labels, int32(r.IntN(3)))
		for range 4 {
			data.Train.X = append(data.Train.X, float32(r.NormFloat64()))
		}
	}
	loader, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 5, Shuffle: true, KeepLast: true, Seed: seed})
	require.NoError(t, err)
	return &rig{m, newOptimizer(t, cfg), loader}
}

// train returns parameters, their averages and what the stats say after each
// of so many steps, as text: every bit counts, and NaN is itself.
func (r *rig) train(t *testing.T, steps int) []string {
	t.Helper()
	var seen []string
	for range steps {
		x, y, ok := r.loader.Next()
		if !ok {
			x, y, _ = r.loader.Next()
		}
		obj, err := r.model.Batch(x, y)
		require.NoError(t, err)
		_, err = r.optimizer.Step(obj)
		require.NoError(t, err)
		s := r.optimizer.Stats()
		s.GradientTime, s.InverseTime, s.ProductTime, s.UpdateTime, s.DampingTime = 0, 0, 0, 0, 0
		require.NoError(t, r.optimizer.Averaged(func() error {
			seen = append(seen, fmt.Sprintf("%+v %x", s, flat(r.model.Params(), values)))
			return nil
		}))
		seen = append(seen, fmt.Sprintf("%x", flat(r.model.Params(), values)))
	}
	return seen
}

func (r *rig) save(t *testing.T) (states [][]byte) {
	t.Helper()
	for _, part := range r.parts() {
		data, err := part.MarshalBinary()
		require.NoError(t, err)
		states = append(states, data)
	}
	return states
}

func (r *rig) resume(t *testing.T, states [][]byte) {
	t.Helper()
	for i, part := range r.parts() {
		require.NoError(t, part.UnmarshalBinary(states[i]))
	}
}

// everyConfig runs f for every structure, mode and float type.
func everyConfig(t *testing.T, f func(t *testing.T, cfg kfac.Config, dtype tensor.Dtype)) {
	t.Helper()
	for _, structure := range kfac.Structures() {
		for _, mode := range kfac.Modes() {
			for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
				t.Run(fmt.Sprintf("%s %s %v", structure, mode, dtype), func(t *testing.T) {
					f(t, kfac.Config{
						Mode: mode, Structure: structure, Damping: 0.4, MinDamping: 0.1, Polyak: 0.9, WeightDecay: 0.01, ProductFraction: 0.7,
						FactorUpdateSteps: 2, InverseUpdateSteps: 3, DampingUpdateSteps: 2, GammaUpdateSteps: 4,
					}, dtype)
				})
			}
		}
	}
}

// TestResume: a run that is saved and resumed, in new objects that have seen
// other things or none, goes on to the bit: before its first step, between two
// inversions, and in the middle of an epoch.
func TestResume(t *testing.T) {
	everyConfig(t, func(t *testing.T, cfg kfac.Config, dtype tensor.Dtype) {
		for _, saved := range []int{0, 1, 5, 7} {
			a := newRig(t, cfg, dtype, 1)
			a.train(t, saved)
			states := a.save(t)
			want := a.train(t, 7)
			b := newRig(t, cfg, dtype, 2)
			b.resume(t, states)
			same(t, states, b.save(t))
			got := b.train(t, 7)
			for k := range want {
				require.True(t, want[k] == got[k], "resumed after %d steps: %d differs:\n%s\n%s", saved, k/2, want[k], got[k])
			}
			same(t, a.save(t), b.save(t))
			if saved == 0 { // an optimizer that is under way cannot be brought back to before its first step
				continue
			}
			b.resume(t, states)
			assert.True(t, want[len(want)-1] == b.train(t, 7)[len(want)-1], "resumed where it was")
		}
	})
}

// same compares states: their bytes are no reading for a failure's message.
func same(t *testing.T, want, got [][]byte) {
	t.Helper()
	for i := range want {
		require.True(t, string(want[i]) == string(got[i]), "state %d differs", i)
	}
}

// TestForeignState: the state of another structure, mode, float type or model
// is refused, damaged ones as well, and leaves the optimizer as it is.
func TestForeignState(t *testing.T) {
	base := kfac.Config{Mode: kfac.Fixed, Damping: 0.4, Polyak: 0.9}
	a := newRig(t, base, graph.Float64, 1)
	a.train(t, 4)
	before := a.save(t)[1]
	states := map[string][]byte{"cut": before[:len(before)-9], "garbage": []byte("garbage")}
	flipped := append([]byte{}, before...)
	flipped[len(flipped)/2] ^= 1
	states["damaged"] = flipped
	for name, change := range map[string]func(c *kfac.Config) tensor.Dtype{
		"structure":  func(c *kfac.Config) tensor.Dtype { c.Structure = kfac.EKFAC; return graph.Float64 },
		"mode":       func(c *kfac.Config) tensor.Dtype { c.Mode = kfac.Adaptive; return graph.Float64 },
		"averaging":  func(c *kfac.Config) tensor.Dtype { c.Polyak = 0; return graph.Float64 },
		"float type": func(*kfac.Config) tensor.Dtype { return graph.Float32 },
	} {
		cfg := base
		dtype := change(&cfg)
		other := newRig(t, cfg, dtype, 1)
		other.train(t, 4)
		states[name] = other.save(t)[1]
	}
	small := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6)
	o := newOptimizer(t, base)
	step(t, small, o, normal(1, 4, 6), labels(0, 2, 1, 2))
	data, err := o.MarshalBinary()
	require.NoError(t, err)
	states["model"] = data
	for name, state := range states {
		assert.Error(t, a.optimizer.UnmarshalBinary(state), name)
		same(t, [][]byte{before}, a.save(t)[1:2])
		fresh := newRig(t, base, graph.Float64, 1) // it learns what it is for at its first step
		if fresh.optimizer.UnmarshalBinary(state) == nil {
			x, y, _ := fresh.loader.Next()
			obj, err := fresh.model.Batch(x, y)
			require.NoError(t, err)
			for range 2 {
				_, err = fresh.optimizer.Step(obj)
				assert.Error(t, err, name)
			}
		}
	}
}
