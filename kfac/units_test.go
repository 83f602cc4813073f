package kfac_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
)

// TestUnitsOfTargets: on least squares, from zero weights, the unit of the
// targets is that of the weights and nothing else, though squares of gradients
// come near the least and the greatest number, and products of two of them are
// far beyond; also where one mini-batch is given again and again.
func TestUnitsOfTargets(t *testing.T) {
	repeated := false
	run := func(mode kfac.Mode, unit float64) (theta []float64, all []kfac.Stats) {
		m := newModel(t, &layers.Dense{Units: 2}, losses.SquaredError{}, 4)
		for _, p := range m.Params() {
			clear(p.Value.Float64s())
		}
		cfg := kfac.Config{Mode: mode, Estimator: graph.Exact, Damping: 0.3, MinDamping: 0.01, DampingUpdateSteps: 1, GammaUpdateSteps: 3}
		if repeated {
			cfg.LearningRate = 0.3 // so that there is something left to do
		}
		o := newOptimizer(t, cfg)
		for k := range 9 {
			if repeated {
				k = 0
			}
			x, y := normal(uint64(k), 12, 4), normal(uint64(100+k), 12, 2)
			graph.Direction{y}.Scale(unit)
			step(t, m, o, x, y)
			all = append(all, o.Stats())
		}
		theta = flat(m.Params(), values)
		for i := range theta {
			theta[i] /= unit
		}
		return theta, all
	}
	for _, repeated = range []bool{false, true} {
		for _, mode := range kfac.Modes() {
			want, stats := run(mode, 1)
			for _, unit := range []float64{1e-150, 1e-120, 1e-80, 1e80, 1e120, 1e150} {
				theta, all := run(mode, unit)
				assert.InDeltaSlice(t, want, theta, 1e-9, "%s %g", mode, unit)
				for i, s := range all {
					what := fmt.Sprint(mode, " ", unit, " step ", i)
					assert.InDelta(t, stats[i].Cosine, s.Cosine, 1e-9, what)
					assert.InDelta(t, stats[i].Mu, s.Mu, 1e-9, what)
					assert.InEpsilon(t, stats[i].Damping, s.Damping, 1e-9, what)
					assert.InEpsilon(t, stats[i].GradNorm, s.GradNorm/unit, 1e-9, what)
					assert.InEpsilon(t, stats[i].UpdateNorm, s.UpdateNorm/unit, 1e-9, what)
				}
			}
		}
	}
}

// TestClipOfGreatRate: a clipped step has the length that κ says, whatever the
// rate.
func TestClipOfGreatRate(t *testing.T) {
	var want []float64
	for _, rate := range []float64{1e3, 1e150, 1e200} {
		m := newModel(t, &layers.Dense{Units: 2}, losses.SquaredError{}, 4)
		o := newOptimizer(t, kfac.Config{Mode: kfac.Fixed, Estimator: graph.Exact, LearningRate: rate, Momentum: kfac.None, KLClip: 0.01})
		step(t, m, o, normal(1, 12, 4), normal(2, 12, 2))
		got := flat(m.Params(), values)
		if want == nil {
			want = got
			require.False(t, math.IsNaN(want[0]))
		}
		assert.InDeltaSlice(t, want, got, 1e-12, "%g", rate)
		assert.Less(t, o.Stats().ClipFactor, 1.0)
	}
}
