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

// searching are settings whose λ₀ is to be found, within wide bounds.
func searching(s kfac.Structure) kfac.Config {
	return kfac.Config{
		Mode: kfac.Adaptive, Structure: s, Estimator: graph.Exact, MinDamping: 1e-7,
		FactorUpdateSteps: 1, InverseUpdateSteps: 1, DampingUpdateSteps: 1, GammaUpdateSteps: 2,
	}
}

// TestSearchAgainstReference: λ₀ and γ after it, and the steps that follow, are
// those of the second implementation, within λ's bounds and on them.
func TestSearchAgainstReference(t *testing.T) {
	decades := map[int]bool{}
	for name, n := range tinyNets() {
		for _, structure := range kfac.Structures() {
			for what, change := range map[string]func(n *net, cfg *kfac.Config){
				"plain":           func(*net, *kfac.Config) {},
				"L2":              func(n *net, _ *kfac.Config) { n.l2 = 0.2 },
				"no trials of γ":  func(_ *net, cfg *kfac.Config) { cfg.GammaUpdateSteps = -1 },
				"fractions":       func(_ *net, cfg *kfac.Config) { cfg.FactorFraction, cfg.ProductFraction = 0.5, 0.7 },
				"a ceiling":       func(_ *net, cfg *kfac.Config) { cfg.MaxDamping = 1e-3 },
				"a floor":         func(_ *net, cfg *kfac.Config) { cfg.MinDamping = 0.05 },
				"the batch's own": func(_ *net, cfg *kfac.Config) { cfg.MinDamping = 0 },
			} {
				t.Run(fmt.Sprintf("%s %s %s", name, structure, what), func(t *testing.T) {
					own, cfg := n, searching(structure)
					change(&own, &cfg)
					b := own.data(2, 60)
					m, o := own.model(t, own.theta(1)), newOptimizer(t, cfg)
					s := newShadow(own, o.Config(), own.theta(1))
					for k := range 3 {
						_, err := o.Step(own.batch(t, m, b))
						require.NoError(t, err)
						s.step(b)
						sameStats(t, s.expected, o.Stats(), k)
						near(t, s.theta, flat(m.Params(), values), 1e-7, "step ", k)
						if k == 0 {
							assert.InEpsilon(t, math.Sqrt(o.Stats().Damping+own.l2), o.Stats().Gamma, 1e-14)
							decades[int(math.Floor(math.Log10(o.Stats().Damping)))] = true
						}
					}
				})
			}
		}
	}
	assert.Greater(t, len(decades), 3, "not the same λ wherever it is looked for: %v", decades)
}

// TestSearchLeavesNoTrace: to find λ₀ is to be given it, to the bit.
func TestSearchLeavesNoTrace(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	for _, structure := range kfac.Structures() {
		cfg := searching(structure)
		m, o := n.model(t, n.theta(1)), newOptimizer(t, cfg)
		other, given := n.model(t, n.theta(1)), (*kfac.Optimizer)(nil)
		for k := range 6 {
			b := n.data(uint64(k+2), 20)
			_, err := o.Step(n.batch(t, m, b))
			require.NoError(t, err)
			if k == 0 {
				cfg.Damping = o.Stats().Damping
				given = newOptimizer(t, cfg)
			}
			_, err = given.Step(n.batch(t, other, b))
			require.NoError(t, err)
			assert.Equal(t, flat(other.Params(), values), flat(m.Params(), values), "%s, step %d", structure, k)
			a, b2 := o.Stats(), given.Stats()
			assert.Equal(t, [4]float64{b2.Damping, b2.Gamma, b2.Mu, b2.Predicted}, [4]float64{a.Damping, a.Gamma, a.Mu, a.Predicted})
		}
	}
}

// counted counts what a search needs and a step does not: λ is measured every
// five steps only.
type counted struct {
	trainer.MiniBatch
	losses int
}

func (c *counted) Loss() (float64, error) {
	c.losses++
	return c.MiniBatch.Loss()
}

// TestSearchOnlyOnce: at the first step of a run whose λ is not given.
func TestSearchOnlyOnce(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	b := n.data(2, 20)
	for _, structure := range kfac.Structures() {
		found := kfac.Config{Structure: structure, MinDamping: 1e-4}
		m := n.model(t, n.theta(1))
		take := func(o *kfac.Optimizer) int {
			obj := &counted{MiniBatch: n.batch(t, m, b)}
			_, err := o.Step(obj)
			require.NoError(t, err)
			return obj.losses
		}
		first := newOptimizer(t, found)
		assert.Greater(t, take(first), 2, structure)
		assert.Zero(t, take(first))
		state, err := first.MarshalBinary()
		require.NoError(t, err)

		restored := newOptimizer(t, found)
		require.NoError(t, restored.UnmarshalBinary(state))
		assert.Zero(t, take(restored), "%s, restored", structure)
		assert.Equal(t, first.Stats().Damping, restored.Stats().Damping)
		assert.Zero(t, take(newOptimizer(t, kfac.Config{Structure: structure, Damping: 0.1})))
		assert.Zero(t, take(newOptimizer(t, kfac.Config{Structure: structure, Mode: kfac.Fixed})))
	}
}
