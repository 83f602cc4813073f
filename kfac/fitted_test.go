package kfac

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// fitting is a bias-free map of two inputs under a loss, with mini-batches of
// ordinary examples, and of examples that it fits with given margins.
type fitting struct {
	t     *testing.T
	loss  losses.Loss
	model *trainer.Model
}

func newFitting(t *testing.T, loss losses.Loss, dtype tensor.Dtype) *fitting {
	t.Helper()
	m, err := trainer.NewModel(&layers.Dense{Units: 2, NoBias: true}, loss, trainer.ModelConfig{Input: []int{2}, DType: dtype, Seed: 1})
	require.NoError(t, err)
	copy2(m.Params()[0].Value, []float64{0.7, -0.4, 0.3, 0.9})
	return &fitting{t, loss, m}
}

func copy2(dst *tensor.Dense, x []float64) {
	for i, v := range x {
		if dst.Dtype() == graph.Float32 {
			dst.Float32s()[i] = float32(v)
		} else {
			dst.Float64s()[i] = v
		}
	}
}

func (f *fitting) weights() []float64 {
	w := make([]float64, 4)
	if v := f.model.Params()[0].Value; v.Dtype() == graph.Float32 {
		for i, x := range v.Float32s() {
			w[i] = float64(x)
		}
	} else {
		copy(w, v.Float64s())
	}
	return w
}

// batch has the targets that loss takes: classes, or two values.
func (f *fitting) batch(x []float64, y []int32) miniBatch {
	f.t.Helper()
	n := len(y)
	targets := tensor.New(tensor.WithShape(n), tensor.WithBacking(y))
	if _, classes := f.loss.(losses.SoftmaxCrossEntropy); !classes {
		values := make([]float64, 2*n)
		for i, c := range y {
			values[2*i+int(c)] = 1
		}
		if _, gaussian := f.loss.(losses.SquaredError); gaussian && n == len(margins) { // what the map says, but for rounding
			w := f.weights()
			for i := range n {
				for j := range 2 {
					values[2*i+j] = x[2*i]*w[j] + x[2*i+1]*w[2+j]
				}
			}
		}
		targets = tensor.New(tensor.WithShape(n, 2), tensor.WithBacking(values))
	}
	obj, err := f.model.Batch(tensor.New(tensor.WithShape(n, 2), tensor.WithBacking(x)), targets)
	require.NoError(f.t, err)
	return obj
}

func (f *fitting) ordinary(k int) miniBatch {
	return f.batch(randomSlice(random(uint64(k)), 8), []int32{0, 1, 1, 0})
}

// fitted has logits (m, −m) for class 0 and (−m, m) for class 1, and margins of
// 2m under softmax, of m under a sigmoid.
func (f *fitting) fitted(margins ...float64) miniBatch {
	w := f.weights()
	det := w[0]*w[3] - w[1]*w[2]
	var x []float64
	var y []int32
	for i, m := range margins {
		if _, sigmoid := f.loss.(losses.SigmoidCrossEntropy); !sigmoid {
			m /= 2
		}
		if i%2 == 1 {
			m = -m
		}
		x = append(x, m*(w[3]+w[2])/det, -m*(w[1]+w[0])/det) // (m, −m) W⁻¹
		y = append(y, int32(i%2))
	}
	return f.batch(x, y)
}

var margins = []float64{380, 450, 500, 600, 700}

// TestExactlyFitted: a mini-batch whose gradient is there, but has no square
// that is a number, is no failure: the step has no part along Δ, and a small
// one or none along the last.
func TestExactlyFitted(t *testing.T) {
	for _, loss := range []losses.Loss{losses.SoftmaxCrossEntropy{}, losses.SigmoidCrossEntropy{}, losses.SquaredError{}} {
		for _, dtype := range []tensor.Dtype{graph.Float64, graph.Float32} {
			for _, mode := range Modes() {
				for _, structure := range Structures() {
					t.Run(fmt.Sprint(loss, " ", dtype, " ", mode, " ", structure), func(t *testing.T) {
						f := newFitting(t, loss, dtype)
						o := newOptimizer(t, Config{Mode: mode, Structure: structure, DampingUpdateSteps: 1, GammaUpdateSteps: 2})
						step := func(obj miniBatch) Stats {
							_, err := o.Step(obj)
							require.NoError(t, err)
							s := o.Stats()
							assert.True(t, math.Abs(s.Cosine) < 1+1e-6, "cosine %g", s.Cosine)
							for _, v := range append(f.weights(), s.Alpha, s.Mu, s.Predicted, s.GradNorm, s.UpdateNorm, s.Damping, s.Condition) {
								assert.NoError(t, graph.CheckFinite(v))
							}
							return s
						}
						step(f.ordinary(1))
						for k := range 8 { // one of them tries γ, each measures ρ
							before, lambda := f.weights(), o.lambda
							s := step(f.fitted(margins...))
							assert.Less(t, s.Loss, 1e-7) // squared error in float32: logits of 350, rounded
							if mode == Adaptive {
								assert.InDeltaSlice(t, before, f.weights(), 1e-6, "step %d", k)
								if s.Loss == 0 {
									assert.Equal(t, lambda, o.lambda, "ρ = 0/0 says nothing")
								}
							}
						}
						for k := range 5 {
							step(f.ordinary(2 + k))
						}
					})
				}
			}
		}
	}
}

// TestFittedFirst: λ₀ and its floor wait for a mini-batch that says something.
func TestFittedFirst(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float64, graph.Float32} {
		for _, cfg := range []Config{{}, {Damping: 3}, {Polyak: 0.9}} {
			late, once := newFitting(t, losses.SoftmaxCrossEntropy{}, dtype), newFitting(t, losses.SoftmaxCrossEntropy{}, dtype)
			o, want := newOptimizer(t, cfg), newOptimizer(t, cfg)
			before := late.weights()
			for range 3 {
				loss, err := o.Step(late.fitted(margins...))
				require.NoError(t, err)
				assert.Zero(t, loss)
				assert.Equal(t, before, late.weights())
				require.NoError(t, o.Averaged(func() error { return nil }))
			}
			state, err := o.MarshalBinary()
			require.NoError(t, err)
			o = newOptimizer(t, cfg)
			require.NoError(t, o.UnmarshalBinary(state), "as passed over as before")
			_, err = o.Step(late.ordinary(1))
			require.NoError(t, err)
			_, err = want.Step(once.ordinary(1))
			require.NoError(t, err)
			assert.InEpsilon(t, adaptiveOf(want).steepness, adaptiveOf(o).steepness, 1e-6)
			assert.InEpsilon(t, want.Stats().LeastDamping, o.Stats().LeastDamping, 1e-6)
			assert.GreaterOrEqual(t, o.Stats().Damping, o.Stats().LeastDamping)
			assert.NotEqual(t, before, late.weights())
		}
	}
}

// TestNothingToGain: where h is 0 before and after a step, ρ = 0/predicted says
// nothing of λ, however little was predicted.
func TestNothingToGain(t *testing.T) {
	for _, mode := range Modes() {
		f := newFitting(t, losses.SoftmaxCrossEntropy{}, graph.Float64)
		o := newOptimizer(t, Config{Mode: mode, DampingUpdateSteps: 1})
		_, err := o.Step(f.ordinary(1))
		require.NoError(t, err)
		lambda := o.lambda
		for range 4 {
			_, err = o.Step(f.fitted(100, 110, 120, 130, 140))
			require.NoError(t, err)
			s := o.Stats()
			assert.Zero(t, s.Loss)
			assert.NotZero(t, s.Predicted)
			assert.Zero(t, s.Actual)
			assert.True(t, math.IsNaN(s.Ratio))
			assert.Equal(t, lambda, o.lambda)
		}
	}
}
