package kfac_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

// gapTo is the relative distance of got from want.
func gapTo(want, got []float64) float64 {
	d := append([]float64{}, got...)
	axpy(d, -1, want)
	return math.Sqrt(dot(d, d) / dot(want, want))
}

// TestL2CountsOnce: η is once in ∇h, once in γ and once in the model of h. With
// it left out of one of them, or twice in it, a step would be another one.
func TestL2CountsOnce(t *testing.T) {
	const eta, lambda = 0.4, 0.3
	n := tinyNets()["softmax 3-4-3"]
	n.l2 = eta
	theta, b := n.theta(1), n.data(2, 5)
	terms := n.exact(theta, b)
	_, grad := n.objective(theta, b)
	for _, mode := range kfac.Modes() {
		m := n.model(t, theta)
		o := newOptimizer(t, kfac.Config{
			Mode: mode, Structure: kfac.Full, Estimator: graph.Exact, LearningRate: 1, Damping: lambda, MinDamping: lambda, DampingUpdateSteps: 1,
			NoiseScale: kfac.None,
		})
		_, err := o.Step(n.batch(t, m, b))
		require.NoError(t, err)
		s := o.Stats()
		delta := flat(m.Params(), values)
		axpy(delta, -1, theta)
		for times := range 3 {
			check := func(what string, want, got []float64) {
				if gap := gapTo(want, got); times == 1 {
					assert.Less(t, gap, 1e-9, "%s, %s", mode, what)
				} else {
					assert.Greater(t, gap, 1e-3, "%s, %s with η %d times", mode, what, times)
				}
			}
			k := float64(times)
			v := append([]float64{}, grad...)
			axpy(v, (k-1)*eta, theta)
			check("∇h", []float64{math.Sqrt(dot(v, v))}, []float64{s.GradNorm})
			check("γ", []float64{math.Sqrt(lambda + k*eta)}, []float64{s.Gamma})
			c := plus(n.fisher(terms), lambda+k*eta)
			check("M", []float64{dot(grad, delta) + product(c, delta, delta)/2}, []float64{s.Predicted})
			u := solve(plus(n.fisher(terms), lambda+eta), v)
			for i := range u {
				u[i] *= -s.Alpha
			}
			check("step", u, delta)
			u = solve(c, grad)
			alpha := s.Alpha
			if mode == kfac.Adaptive {
				alpha = dot(grad, u) / product(c, u, u)
			}
			for i := range u {
				u[i] *= -alpha
			}
			check("length", u, delta)
		}
		h, _ := n.objective(theta, b)
		assert.InEpsilon(t, h, s.Loss, 1e-12)
	}
}

// TestWeightDecayIsBesideTheStep: θ ← (1−αw)θ + δ with the δ, the model and the
// stats of a step without decay, and no part in momentum. α is what the step
// went of the whole way, so that it has the share of five examples in it.
func TestWeightDecayIsBesideTheStep(t *testing.T) {
	n := tinyNets()["bernoulli 2-3-2-3"]
	theta, b := n.theta(1), n.data(2, 5)
	for _, c := range []struct {
		mode        kfac.Mode
		noise, rate float64
	}{{kfac.Fixed, 0, 0.5}, {kfac.Adaptive, kfac.None, 0.5}, {kfac.Adaptive, 0, 0.5 * 5 / 37}, {kfac.Adaptive, 15, 0.5 * 5 / 20}} {
		mode := c.mode
		take := func(decay float64) ([]float64, kfac.Stats) {
			m := n.model(t, theta)
			o := newOptimizer(t, kfac.Config{
				Mode: mode, Estimator: graph.Exact, Damping: 0.3, LearningRate: 0.5, WeightDecay: decay, DampingUpdateSteps: 1, NoiseScale: c.noise,
			})
			var s kfac.Stats
			for range 2 {
				restore(m.Params(), theta)
				_, err := o.Step(n.batch(t, m, b))
				require.NoError(t, err)
				s = o.Stats()
			}
			return flat(m.Params(), values), s
		}
		want, bare := take(0)
		got, decayed := take(0.1)
		axpy(want, -c.rate*0.1, theta)
		near(t, want, got, 1e-14, mode)
		assert.Equal(t, [4]float64{bare.UpdateNorm, bare.Predicted, bare.Actual, bare.Ratio}, [4]float64{decayed.UpdateNorm, decayed.Predicted, decayed.Actual, decayed.Ratio})
	}
}

// TestAveraged: θ̄ ← ξ_kθ̄ + (1−ξ_k)θ with ξ_k = min(1 − 1/k, ξ), and the
// iterate comes back to the bit, also after an error.
func TestAveraged(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	for _, structure := range kfac.Structures() {
		for _, mode := range kfac.Modes() {
			t.Run(fmt.Sprintf("%s %s", structure, mode), func(t *testing.T) {
				m := n.model(t, n.theta(1))
				o := newOptimizer(t, kfac.Config{Mode: mode, Structure: structure, Damping: 0.5, Polyak: 0.75})
				plain := newOptimizer(t, kfac.Config{Mode: mode, Structure: structure, Damping: 0.5})
				other := n.model(t, n.theta(1))
				seen := func() []float64 { return flat(m.Params(), values) }
				require.NoError(t, o.Averaged(func() error { assert.Equal(t, n.theta(1), seen()); return nil }), "before the first step")
				average := make([]float64, n.size)
				for k := 1; k <= 8; k++ {
					b := n.data(uint64(k), 4)
					_, err := o.Step(n.batch(t, m, b))
					require.NoError(t, err)
					_, err = plain.Step(n.batch(t, other, b))
					require.NoError(t, err)
					iterate := seen()
					keep := min(1-1/float64(k), 0.75)
					for i, v := range iterate {
						average[i] = keep*average[i] + (1-keep)*v
					}
					failed := errors.New("failed")
					for _, want := range []error{nil, failed} {
						assert.Equal(t, want, o.Averaged(func() error { near(t, average, seen(), 1e-14); return want }))
						assert.Equal(t, iterate, seen())
					}
					assert.Equal(t, flat(other.Params(), values), iterate, "averaging changes no step")
				}
			})
		}
	}
}
