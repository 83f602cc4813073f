package kfac_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// poisoned is an objective with a good gradient, and one element of one pass's
// curvature that is not finite, at the taps or at the loose parameters.
type poisoned struct {
	trainer.MiniBatch
	value float64
	loose bool
}

func (p *poisoned) Curvature(est graph.FisherEstimator, visit func(*graph.CurvaturePass) error) (float64, error) {
	return p.MiniBatch.Curvature(est, func(pass *graph.CurvaturePass) error {
		x := []float64{0}
		switch {
		case p.loose && pass.Loose != nil:
			x = pass.Loose[0].Float64s()
		case !p.loose && pass.Taps != nil:
			x = pass.Taps[0].G.Float64s()
		}
		kept := x[0]
		x[0] = p.value
		err := visit(pass)
		x[0] = kept
		return err
	})
}

// TestBadCurvature: curvature that is not finite is refused as a gradient is,
// whatever it is measured for, and leaves no trace.
func TestBadCurvature(t *testing.T) {
	n := looseNets()["gains"]
	theta, b := n.theta(1), n.data(2, 5)
	for _, structure := range kfac.Structures() {
		for _, mode := range kfac.Modes() {
			for _, loose := range []bool{false, true} {
				for _, value := range []float64{math.NaN(), math.Inf(-1)} {
					t.Run(fmt.Sprintf("%s %s loose=%t %g", structure, mode, loose, value), func(t *testing.T) {
						cfg := kfac.Config{Mode: mode, Structure: structure, Estimator: graph.Exact, Damping: 0.1}
						m, o := n.model(t, theta), newOptimizer(t, cfg)
						good, undisturbed := n.model(t, theta), newOptimizer(t, cfg)
						for k := range 5 {
							before := flat(m.Params(), values)
							_, err := o.Step(&poisoned{MiniBatch: n.batch(t, m, b), value: value, loose: loose})
							if k == 3 { // no curvature is measured
								require.NoError(t, err)
							} else {
								var nonFinite *graph.NonFiniteError
								require.ErrorAs(t, err, &nonFinite)
								assert.Equal(t, before, flat(m.Params(), values))
								_, err = o.Step(n.batch(t, m, b))
								require.NoError(t, err)
							}
							_, err = undisturbed.Step(n.batch(t, good, b))
							require.NoError(t, err)
							require.Equal(t, flat(good.Params(), values), flat(m.Params(), values), "step %d", k)
						}
					})
				}
			}
		}
	}
}

// spoiled is an objective whose loss after the step is as given.
type spoiled struct {
	trainer.MiniBatch
	after float64
}

func (s spoiled) Loss() (float64, error) { return s.after, nil }

// TestStepIntoTheVoid: where h is no number after a step, ρ is of no use, λ
// rises, and the adaptive mode takes the step back and forgets it.
func TestStepIntoTheVoid(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	b := n.data(2, 5)
	for _, mode := range kfac.Modes() {
		for _, after := range []float64{math.NaN(), math.Inf(1)} {
			m := n.model(t, n.theta(1))
			o := newOptimizer(t, kfac.Config{Mode: mode, Damping: 0.1, MinDamping: 0.01, DampingUpdateSteps: 1, WeightDecay: 0.1})
			for range 3 {
				_, err := o.Step(n.batch(t, m, b))
				require.NoError(t, err)
				assert.False(t, o.Stats().Undone)
			}
			before, lambda := flat(m.Params(), values), o.Stats().Damping
			_, err := o.Step(spoiled{n.batch(t, m, b), after})
			require.NoError(t, err)
			s := o.Stats()
			assert.False(t, s.Ratio > -math.MaxFloat64, "ρ %g", s.Ratio)
			assert.Equal(t, mode == kfac.Adaptive, s.Undone)
			if mode == kfac.Adaptive {
				assert.Equal(t, before, flat(m.Params(), values))
				assert.Zero(t, s.UpdateNorm)
			} else {
				assert.NotEqual(t, before, flat(m.Params(), values))
			}
			_, err = o.Step(n.batch(t, m, b))
			require.NoError(t, err)
			s = o.Stats()
			assert.Greater(t, s.Damping, lambda*0.95*0.99, "λ rises from where the step left it")
			if mode == kfac.Adaptive {
				assert.Zero(t, s.Mu, "the last update is forgotten")
			}
		}
	}
}
