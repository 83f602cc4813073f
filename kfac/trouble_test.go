package kfac_test

import (
	"fmt"
	"math"
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

// poorBatch is 8 examples of 6 features with all that makes factors singular:
// constant pixels, of which some are always 0, one feature given twice, and
// every example given twice.
func poorBatch() (x, y *tensor.Dense) {
	x = normal(1, 8, 6)
	for i := range 8 {
		r := row(x.Float64s(), i, 6)
		copy(r, row(x.Float64s(), i/2*2, 6))
		r[0], r[1], r[3] = 0, 1, r[2]
	}
	return x, labels(0, 0, 1, 1, 2, 2, 1, 1)
}

// TestSingularFactors: dead units and all that is wrong with poorBatch, in both
// float types, with damping that is large, and too small to help float32: the
// steps stay finite, the loss does not rise far, and the stats tell.
func TestSingularFactors(t *testing.T) {
	x, y := poorBatch()
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		for _, structure := range kfac.Structures() {
			for _, mode := range kfac.Modes() {
				for _, damping := range []float64{0.1, 1e-9} {
					t.Run(fmt.Sprintf("%v %s %s %g", dtype, structure, mode, damping), func(t *testing.T) {
						dead := &layers.Dense{Units: 4, BiasInit: -100} // ReLU units that never are positive
						net := layers.Sequential{&layers.Dense{Units: 5}, layers.Tanh(), dead, layers.ReLU(), &layers.Dense{Units: 3}}
						m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{6}, DType: dtype, Seed: 1})
						require.NoError(t, err)
						o := newOptimizer(t, kfac.Config{
							Mode: mode, Structure: structure, Damping: damping, MinDamping: damping, LearningRate: 0.1, DampingUpdateSteps: 1,
						})
						for range 12 {
							obj, err := m.Batch(x, y)
							require.NoError(t, err)
							_, err = o.Step(obj)
							require.NoError(t, err)
							s := o.Stats()
							for _, v := range append(flat(m.Params(), values), s.Condition, s.UpdateNorm, s.GradNorm, s.Cosine) {
								require.True(t, v-v == 0, "%+v", s)
							}
							assert.GreaterOrEqual(t, s.Condition, 1.0)
						}
						assert.Less(t, o.Stats().Loss, 1.2)
					})
				}
			}
		}
	}
}

// TestBadBatch: a batch with a NaN or an infinity is refused with a
// *graph.NonFiniteError. Optimizer and parameters are as they were: the next
// good batch gives the bits that it would have given.
func TestBadBatch(t *testing.T) {
	x, y := normal(1, 4, 6), labels(0, 2, 1, 2)
	for _, structure := range kfac.Structures() {
		for _, mode := range kfac.Modes() {
			for _, est := range []graph.FisherEstimator{graph.Exact, graph.MC} {
				for _, value := range []float64{math.NaN(), math.Inf(1)} {
					t.Run(fmt.Sprintf("%s %s %s %g", structure, mode, est, value), func(t *testing.T) {
						cfg := kfac.Config{Mode: mode, Structure: structure, Estimator: est, Damping: 0.1, DampingUpdateSteps: 2, Polyak: 0.9}
						bad := normal(1, 4, 6)
						bad.Float64s()[7] = value
						m, o := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6), newOptimizer(t, cfg)
						good, undisturbed := newModel(t, tinyNet(), losses.SoftmaxCrossEntropy{}, 6), newOptimizer(t, cfg)
						for k := range 9 {
							model, err := m.MarshalBinary()
							require.NoError(t, err)
							state, err := o.MarshalBinary()
							require.NoError(t, err)
							obj, err := m.Batch(bad, y)
							require.NoError(t, err)
							_, err = o.Step(obj)
							var nonFinite *graph.NonFiniteError
							require.ErrorAs(t, err, &nonFinite, "step %d", k)
							after, err := o.MarshalBinary()
							require.NoError(t, err)
							if k > 0 { // before the first step there is nothing to save
								assert.True(t, string(state) == string(after), "step %d changed the optimizer", k)
							}
							assert.Equal(t, flat(good.Params(), values), flat(m.Params(), values))
							require.NoError(t, m.UnmarshalBinary(model)) // the generator: the refused pass has drawn targets
							step(t, m, o, x, y)
							step(t, good, undisturbed, x, y)
							require.Equal(t, flat(good.Params(), values), flat(m.Params(), values), "step %d", k)
						}
					})
				}
			}
		}
	}
}

// TestNoGradient: where ∇h is zero there is nothing to do, and no error in
// doing it.
func TestNoGradient(t *testing.T) {
	n := newNet("gaussian", 2, dense(3), function("tanh"), dense(2))
	theta, b := n.theta(1), n.data(2, 4)
	for _, structure := range kfac.Structures() {
		for _, mode := range kfac.Modes() {
			m := n.model(t, theta)
			x, y := b.tensors(n.loss)
			p, err := m.Predict(x)
			require.NoError(t, err)
			copy(y.Float64s(), p.Float64s())
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			loss, err := newOptimizer(t, kfac.Config{Mode: mode, Structure: structure, Damping: 0.1}).Step(obj)
			assert.NoError(t, err, "%s, %s", structure, mode)
			assert.Zero(t, loss)
			assert.Equal(t, theta, flat(m.Params(), values))
		}
	}
}

// TestNotPositive: where float32's rounding is more than the damping, inverses
// are found with more damping, which the stats count; or, if there is none at
// all at the first step, the step is refused and nothing has changed.
func TestNotPositive(t *testing.T) {
	x, y := poorBatch()
	for _, mode := range kfac.Modes() {
		for _, structure := range []kfac.Structure{kfac.BlockDiagonal, kfac.BlockTridiagonal, kfac.Full} {
			m, err := trainer.NewModel(tinyNet(), losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{6}, DType: graph.Float32, Seed: 1})
			require.NoError(t, err)
			o := newOptimizer(t, kfac.Config{Mode: mode, Structure: structure, Damping: 1e-18, LearningRate: 0.1})
			for range 12 {
				before := flat(m.Params(), values)
				obj, err := m.Batch(x, y)
				require.NoError(t, err)
				_, err = o.Step(obj)
				if structure == kfac.Full {
					assert.ErrorIs(t, err, kfac.ErrNotPositive)
					assert.Equal(t, before, flat(m.Params(), values))
				} else {
					require.NoError(t, err)
				}
			}
			assert.Positive(t, o.Stats().FailedInverses, "%s, %s", mode, structure)
			for _, v := range flat(m.Params(), values) {
				assert.True(t, v-v == 0)
			}
		}
	}
}
