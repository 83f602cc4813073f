package kfac_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/kfac"
)

// TestRepeatedBatchAgainstReference follows a second implementation on one
// mini-batch that is given again and again: the verdict, λ by decades, the search
// for γ and steps that are taken back all occur, and so does a verdict that
// turns again where at last another mini-batch comes.
func TestRepeatedBatchAgainstReference(t *testing.T) {
	var seen repeats
	for _, name := range []string{"bernoulli 2-3-2-3", "softmax 3-4-3"} {
		for _, structure := range kfac.Structures() {
			for what, change := range map[string]func(n *net, cfg *kfac.Config) (others int){
				"plain":           func(*net, *kfac.Config) int { return 0 },
				"the batch's own": func(_ *net, cfg *kfac.Config) int { cfg.MinDamping = 0; return 0 },
				"λ is given": func(_ *net, cfg *kfac.Config) int {
					cfg.MinDamping, cfg.Damping = 0, 1e-3
					return 0
				},
				"no noise scale": func(_ *net, cfg *kfac.Config) int { cfg.NoiseScale = kfac.None; return 0 },
				"L2":             func(n *net, _ *kfac.Config) int { n.l2 = 0.02; return 0 },
				"no trials of γ": func(_ *net, cfg *kfac.Config) int { cfg.GammaUpdateSteps = kfac.None; return 0 },
				"a ceiling":      func(_ *net, cfg *kfac.Config) int { cfg.MaxDamping = 1e-3; return 0 },
				"long steps":     func(_ *net, cfg *kfac.Config) int { cfg.LearningRate = 1.9; return 0 },
				"too little λ": func(_ *net, cfg *kfac.Config) int {
					cfg.MinDamping, cfg.Damping, cfg.LearningRate = 1e-4, 1e-3, 1.9
					return 0
				},
				"periods": func(_ *net, cfg *kfac.Config) int {
					cfg.FactorUpdateSteps, cfg.InverseUpdateSteps, cfg.DampingUpdateSteps, cfg.GammaUpdateSteps = 2, 4, 3, 5
					return 0
				},
				"fractions": func(_ *net, cfg *kfac.Config) int { cfg.FactorFraction, cfg.ProductFraction = 0.5, 0.7; return 0 },
				"decay":     func(_ *net, cfg *kfac.Config) int { cfg.WeightDecay = 0.01; return 0 },
				"others":    func(_ *net, cfg *kfac.Config) int { cfg.MinDamping = 0; return 5 },
			} {
				t.Run(fmt.Sprintf("%s %s %s", name, structure, what), func(t *testing.T) {
					n, cfg := tinyNets()[name], searching(structure)
					others := change(&n, &cfg)
					b := n.data(2, 60)
					batches := []batch{b, b, b, b, b, b}
					for k := range others {
						batches = append(batches, n.data(uint64(30+k), 40+k))
					}
					s := follow(t, n, cfg, len(batches), batches...)
					assert.Equal(t, others > 0, s.differ)
					assert.Equal(t, cfg.WeightDecay == 0 && others == 0, s.same)
					seen.undone += s.undone
					seen.decades += s.decades
					seen.searched += s.searched
				})
			}
		}
	}
	assert.Greater(t, seen.undone, 5)
	assert.Greater(t, seen.decades-seen.undone, 20, "down")
	assert.Greater(t, seen.searched, 100)
}
