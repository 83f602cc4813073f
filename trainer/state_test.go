package trainer_test

import (
	"bytes"
	"encoding"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// stateful is what a run saves of each of its parts.
type stateful interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

type statefulOptimizer interface {
	trainer.Optimizer
	stateful
}

var statefulOptimizers = map[string]func(alpha float64) (statefulOptimizer, error){
	"SGD": func(alpha float64) (statefulOptimizer, error) {
		return trainer.NewSGD(trainer.SGDConfig{LearningRate: alpha, Momentum: 0.9, WeightDecay: 0.01})
	},
	"Nesterov": func(alpha float64) (statefulOptimizer, error) {
		return trainer.NewSGD(trainer.SGDConfig{LearningRate: alpha, Momentum: 0.9, Nesterov: true})
	},
	"Adam": func(alpha float64) (statefulOptimizer, error) {
		return trainer.NewAdam(trainer.AdamConfig{LearningRate: alpha, WeightDecay: 0.01})
	},
	"Muon": func(alpha float64) (statefulOptimizer, error) {
		return trainer.NewMuon(trainer.MuonConfig{LearningRate: alpha, WeightDecay: 0.01, LastLayer: true})
	},
	"Shampoo": func(alpha float64) (statefulOptimizer, error) {
		return trainer.NewShampoo(trainer.ShampooConfig{LearningRate: alpha, WeightDecay: 0.01, UpdateSteps: 3})
	},
	"Shampoo, one-sided with momentum": func(alpha float64) (statefulOptimizer, error) {
		return trainer.NewShampoo(trainer.ShampooConfig{LearningRate: alpha, Momentum: 0.5, UpdateSteps: 2, MaxDimension: 4})
	},
	"SOAP": func(alpha float64) (statefulOptimizer, error) {
		return trainer.NewSOAP(trainer.SOAPConfig{LearningRate: alpha, WeightDecay: 0.01, UpdateSteps: 2})
	},
	"SOAP, one-sided": func(alpha float64) (statefulOptimizer, error) {
		return trainer.NewSOAP(trainer.SOAPConfig{LearningRate: alpha, UpdateSteps: 3, MaxDimension: 4})
	},
}

// rig is a training run by hand: dropout at two places, mini-batches of 5 and
// of 2, and, at each step, targets drawn from the model.
type rig struct {
	model     *trainer.Model
	optimizer statefulOptimizer
	loader    *datasets.Loader
	seen      []float64 // losses, and gradients for the drawn targets
}

func newRig(t testing.TB, optimizer string, dtype tensor.Dtype, seed uint64) *rig {
	t.Helper()
	model, err := trainer.NewModel(
		layers.Sequential{&layers.Dropout{Rate: 0.1}, &layers.Dense{Units: 8}, layers.Tanh(), &layers.Dropout{Rate: 0.4}, &layers.Dense{Units: 3}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: dtype, Seed: seed, L2: 1e-3})
	require.NoError(t, err)
	opt, err := statefulOptimizers[optimizer](0.01 * float64(1+seed))
	require.NoError(t, err)

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
	return &rig{model: model, optimizer: opt, loader: loader}
}

// ignore is a visit function of Objective.Curvature.
func ignore[T any](T) error { return nil }

func (r *rig) train(t testing.TB, steps int) {
	t.Helper()
	for range steps {
		x, y, ok := r.loader.Next()
		if !ok {
			x, y, _ = r.loader.Next()
		}
		obj, err := r.model.Batch(x, y)
		require.NoError(t, err)
		_, err = obj.Curvature(graph.MC, ignore)
		require.NoError(t, err)
		for _, tap := range obj.Taps() {
			r.seen = append(r.seen, rows(tap.G, 0, tap.G.Shape()[0]).Float64s()...)
		}
		loss, err := r.optimizer.Step(obj)
		require.NoError(t, err)
		r.seen = append(r.seen, loss)
	}
}

func save(t testing.TB, s stateful) []byte {
	t.Helper()
	data, err := s.MarshalBinary()
	require.NoError(t, err)
	return data
}

func (r *rig) parts() []stateful { return []stateful{r.model, r.optimizer, r.loader} }

func (r *rig) save(t testing.TB) (states [][]byte) {
	t.Helper()
	for _, part := range r.parts() {
		states = append(states, save(t, part))
	}
	return states
}

// same compares states: their bytes are no reading for a failure's message.
func same(t testing.TB, want, got [][]byte) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.True(t, bytes.Equal(want[i], got[i]), "state %d differs", i)
	}
}

func (r *rig) restore(t testing.TB, states [][]byte) {
	t.Helper()
	for i, part := range r.parts() {
		require.NoError(t, part.UnmarshalBinary(states[i]))
	}
	r.seen = nil
}

// A run that is saved and goes on in other hands, built with another seed and
// learning rate, has the bits of one that was not interrupted.
func TestResume(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		for name := range statefulOptimizers {
			for _, before := range []int{0, 3, 5, 7} { // none, within, at the end of and in the second of epochs of 5
				for _, past := range []int{0, 4} { // steps of the run that is restored into
					t.Run(fmt.Sprintf("%v/%s/%d/%d", dtype, name, before, past), func(t *testing.T) {
						t.Parallel()
						original := newRig(t, name, dtype, 1)
						original.train(t, before)
						states := original.save(t)
						original.seen = nil
						original.train(t, 8)

						resumed := newRig(t, name, dtype, 2)
						resumed.train(t, past)
						resumed.restore(t, states)
						assert.Equal(t, original.optimizer.LearningRate(), resumed.optimizer.LearningRate())
						resumed.train(t, 8)
						assert.Equal(t, original.seen, resumed.seen)
						same(t, original.save(t), resumed.save(t))
						assert.Equal(t, snapshot(original.model.Params(), false), snapshot(resumed.model.Params(), false))
					})
				}
			}
		}
	}
}

// What is refused changes nothing: neither what is saved next, nor the run.
func TestStateRefused(t *testing.T) {
	foreign := func(t testing.TB, units int, dtype tensor.Dtype, name string) *rig {
		r := newRig(t, "SGD", dtype, 1)
		model, err := trainer.NewModel(layers.Sequential{&layers.Dense{Name: name, Units: units}, layers.Tanh(), &layers.Dense{Units: 3}},
			losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{4}, DType: dtype})
		require.NoError(t, err)
		r.model = model
		return r
	}
	for name := range statefulOptimizers {
		t.Run(name, func(t *testing.T) {
			r, twin := newRig(t, name, graph.Float64, 1), newRig(t, name, graph.Float64, 1)
			r.train(t, 3)
			twin.train(t, 3)
			before := r.save(t)
			refuse := func(want string, part stateful, data []byte) {
				t.Helper()
				err := part.UnmarshalBinary(data)
				require.ErrorContains(t, err, "trainer: ")
				require.ErrorContains(t, err, want)
				same(t, before, r.save(t))
			}
			for i, part := range r.parts()[:2] {
				data := save(t, newRig(t, name, graph.Float64, 2).parts()[i])
				refuse("no such state", part, nil)
				refuse("cut short", part, data[:len(data)-1])
				bad := slices.Clone(data)
				bad[len(bad)/2]++
				refuse("damaged", part, bad)
				refuse(`this is "`, part, save(t, r.parts()[1-i]))
			}
			for want, other := range map[string]*rig{
				"4×9 float64s saved, 4×8 float64s here": foreign(t, 9, graph.Float64, ""),
				"4×8 float32s saved, 4×8 float64s here": foreign(t, 8, graph.Float32, ""),
				"saved where": foreign(t, 8, graph.Float64, "another"),
			} {
				var err error
				other.optimizer, err = statefulOptimizers[name](0.5)
				require.NoError(t, err)
				other.train(t, 1)
				refuse(want, r.model, save(t, other.model))
				refuse(want, r.optimizer, save(t, other.optimizer))
			}
			r.train(t, 3)
			twin.train(t, 3)
			assert.Equal(t, twin.seen, r.seen)
			same(t, twin.save(t), r.save(t))
		})
	}
}

// An optimizer that has not stepped takes any state of its kind, keeps it
// whatever other parameters it is shown, and goes on with the right ones.
func TestStateWaitsForItsParameters(t *testing.T) {
	for name := range statefulOptimizers {
		t.Run(name, func(t *testing.T) {
			original, resumed := newRig(t, name, graph.Float64, 1), newRig(t, name, graph.Float64, 2)
			original.train(t, 3)
			states := original.save(t)
			resumed.restore(t, states)

			other, _ := toy(t, trainer.ModelConfig{})
			x, y := randomBatch(rand.New(rand.NewPCG(8, 8)), losses.SoftmaxCrossEntropy{}, 5, 4, 3)
			obj, err := other.Batch(x, y)
			require.NoError(t, err)
			untouched := save(t, other)
			for range 2 {
				_, err = resumed.optimizer.Step(obj)
				require.ErrorContains(t, err, "trainer: the state is of other parameters: ")
				require.ErrorContains(t, err, "4×8 float64s saved, 4×8 float32s here")
			}
			same(t, [][]byte{untouched}, [][]byte{save(t, other)})
			same(t, states, resumed.save(t))

			original.train(t, 3)
			resumed.train(t, 3)
			same(t, original.save(t), resumed.save(t))
		})
	}
}
