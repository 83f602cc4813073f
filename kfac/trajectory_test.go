package kfac_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

// variations are settings that both modes take, and those that only one has.
func variations() map[string]func(mode kfac.Mode, n *net, cfg *kfac.Config) {
	type change = func(mode kfac.Mode, n *net, cfg *kfac.Config)
	return map[string]change{
		"plain": func(kfac.Mode, *net, *kfac.Config) {},
		"periods": func(_ kfac.Mode, _ *net, cfg *kfac.Config) {
			cfg.FactorUpdateSteps, cfg.InverseUpdateSteps, cfg.DampingUpdateSteps, cfg.GammaUpdateSteps = 2, 3, 4, 2
		},
		"rare inversions": func(_ kfac.Mode, _ *net, cfg *kfac.Config) {
			cfg.InverseUpdateSteps, cfg.DampingUpdateSteps, cfg.GammaUpdateSteps = 20, 7, 20
		},
		"short memory":   func(_ kfac.Mode, _ *net, cfg *kfac.Config) { cfg.FactorDecay, cfg.FactorUpdateSteps = 0.4, 3 },
		"no trials":      func(_ kfac.Mode, _ *net, cfg *kfac.Config) { cfg.GammaUpdateSteps = -1 },
		"no noise scale": func(_ kfac.Mode, _ *net, cfg *kfac.Config) { cfg.NoiseScale = kfac.None },
		"less noise":     func(_ kfac.Mode, _ *net, cfg *kfac.Config) { cfg.NoiseScale = 5 },
		"L2":             func(_ kfac.Mode, n *net, _ *kfac.Config) { n.l2 = 0.2 },
		"fractions": func(_ kfac.Mode, _ *net, cfg *kfac.Config) {
			cfg.FactorFraction, cfg.ProductFraction = 0.5, 0.7
		},
		"step control": func(mode kfac.Mode, _ *net, cfg *kfac.Config) {
			cfg.WeightDecay, cfg.Polyak, cfg.LearningRate = 0.03, 0.7, 0.8
			if mode == kfac.Fixed {
				cfg.Momentum, cfg.KLClip = 0.6, 0.02
			}
		},
	}
}

// TestAgainstReference follows a second implementation for ten steps on
// mini-batches of different sizes, in every structure and mode: parameters and
// everything the stats say. In some steps the bound of μ binds, and α and μ are measured
// in each way.
func TestAgainstReference(t *testing.T) {
	bound, lines, keeps := 0, 0, 0
	n := tinyNets()["bernoulli 2-3-2-3"]
	batches := []batch{n.data(2, 5), n.data(3, 3), n.data(4, 4), n.data(5, 1)}
	for _, structure := range kfac.Structures() {
		for _, mode := range kfac.Modes() {
			for name, change := range variations() {
				t.Run(fmt.Sprintf("%s %s %s", structure, mode, name), func(t *testing.T) {
					cfg := kfac.Config{
						Mode: mode, Structure: structure, Estimator: graph.Exact, Damping: 0.3, MinDamping: 0.25, MaxDamping: 0.4,
						FactorUpdateSteps: 1, InverseUpdateSteps: 1, DampingUpdateSteps: 1, GammaUpdateSteps: 1,
					}
					own := n
					change(mode, &own, &cfg)
					s := follow(t, own, cfg, 24, batches...)
					bound, lines, keeps = bound+s.bound, lines+s.lines, keeps+s.keeps
				})
			}
		}
	}
	assert.Greater(t, bound, 10)
	assert.Greater(t, lines, 10)
	assert.Greater(t, keeps, 10)
}

// follow takes so many steps on the batches in turn, beside a shadow, which it
// returns.
func follow(t *testing.T, n net, cfg kfac.Config, steps int, batches ...batch) *shadow {
	t.Helper()
	theta := n.theta(1)
	m := n.model(t, theta)
	o := newOptimizer(t, cfg)
	s := newShadow(n, o.Config(), theta)
	for k := range steps {
		b := batches[k%len(batches)]
		_, err := o.Step(n.batch(t, m, b))
		require.NoError(t, err)
		s.step(b)
		sameStats(t, s.expected, o.Stats(), k)
		near(t, s.theta, flat(m.Params(), values), 1e-9, "step ", k)
		if cfg.Polyak > 0 {
			iterate := flat(m.Params(), values)
			require.NoError(t, o.Averaged(func() error {
				near(t, s.average, flat(m.Params(), values), 1e-9, "average ", k)
				return nil
			}))
			assert.Equal(t, iterate, flat(m.Params(), values))
		}
	}
	return s
}

func sameStats(t *testing.T, want, got kfac.Stats, k int) {
	t.Helper()
	require.Equal(t, want.Undone, got.Undone, "step %d", k)
	for name, pair := range map[string][2]float64{
		"loss": {want.Loss, got.Loss}, "λ": {want.Damping, got.Damping}, "γ": {want.Gamma, got.Gamma},
		"‖∇h‖": {want.GradNorm, got.GradNorm}, "‖δ‖": {want.UpdateNorm, got.UpdateNorm}, "cosine": {want.Cosine, got.Cosine},
		"α": {want.Alpha, got.Alpha}, "μ": {want.Mu, got.Mu}, "ν": {want.ClipFactor, got.ClipFactor}, "least λ": {want.LeastDamping, got.LeastDamping},
		"predicted": {want.Predicted, got.Predicted}, "actual": {want.Actual, got.Actual}, "ρ": {want.Ratio, got.Ratio},
	} {
		if pair[0] == pair[0] || pair[1] == pair[1] { // not both NaN
			if pair[0] == pair[1] {
				continue
			}
			require.InEpsilon(t, pair[0], pair[1], 1e-7, "%s at step %d", name, k)
		}
	}
}
