package job

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

// KFACGroup is the section of K-FAC's own settings.
const KFACGroup Group = "kfac"

func kfacSettings() []Setting {
	at := func(f func(c *kfac.Config) Value) func(*Spec) Value { return func(s *Spec) Value { return f(&s.KFAC) } }
	of := func(f func(c *kfac.Config) any) func(*Spec) any { return func(s *Spec) any { return f(&s.KFAC) } }
	rows := []Setting{
		{Name: "kfac-mode", Argument: oneOf(Modes()), Text: "how a step's length is chosen (default " + string(kfacMode) + "; convnet, resnet, rnn: fixed)",
			Value: at(func(c *kfac.Config) Value { return choice[kfac.Mode]{&c.Mode, Entries(Modes())} }), Force: of(func(c *kfac.Config) any { return string(c.Mode) })},
		{Name: "kfac-structure", Argument: "NAME", Text: "of the Fisher matrix: " + Alternatives(Names(Structures())),
			Value: at(func(c *kfac.Config) Value { return choice[kfac.Structure]{&c.Structure, Entries(Structures())} }), Force: of(func(c *kfac.Config) any { return string(c.Structure) })},
		{Name: "kfac-fisher", Argument: oneOf(Estimators()), Text: "targets that curvature is measured with",
			Value: at(func(c *kfac.Config) Value {
				return choice[graph.FisherEstimator]{&c.Estimator, Entries(Estimators())}
			}), Force: of(func(c *kfac.Config) any { return string(c.Estimator) })},
		{Name: "kfac-sharing", Argument: oneOf(Sharings()), Text: "factors of layers that are used at several places of an example, such as convolutions",
			Value: at(func(c *kfac.Config) Value { return choice[kfac.Sharing]{&c.Sharing, Entries(Sharings())} }), Force: of(func(c *kfac.Config) any { return string(c.Sharing) })},
		{Name: "kfac-damping", Argument: "LAMBDA", Text: "Levenberg-Marquardt damping at the start; mode adaptive: or found",
			Value: at(func(c *kfac.Config) Value {
				return number{p: &c.Damping, least: leastNumber, most: mostDamping, word: "found"}
			}), Force: of(func(c *kfac.Config) any { return orFound(c.Damping) })},
		{Name: "kfac-min-damping", Argument: "LAMBDA", Text: "its least value (mode fixed, with ⟨kfac-damping⟩: half of that); or none",
			Value: at(func(c *kfac.Config) Value {
				return number{p: &c.MinDamping, least: leastNumber, most: mostDamping, word: "none"}
			}), Force: of(func(c *kfac.Config) any { return orFound(c.MinDamping) })},
		{Name: "kfac-damping-update-steps", Argument: "N", Text: "adapt it every N steps; -1 = never",
			Value: at(func(c *kfac.Config) Value { return count{&c.DampingUpdateSteps, -1, manySteps} }), Force: of(func(c *kfac.Config) any { return c.DampingUpdateSteps })},
		{Name: "kfac-gamma-update-steps", Argument: "N", Text: "mode adaptive: try more and less damping of the inverses every N steps; -1 = never",
			Value: at(func(c *kfac.Config) Value { return count{&c.GammaUpdateSteps, -1, manySteps} }), Force: of(func(c *kfac.Config) any { return c.GammaUpdateSteps })},
		{Name: "kfac-product-update-steps", Argument: "N", Text: "mode adaptive: take exact Fisher products every N steps, and keep the step's length in between (default: as often as it moves)",
			Value: at(func(c *kfac.Config) Value { return count{&c.ProductUpdateSteps, 0, manySteps} }), Force: of(func(c *kfac.Config) any { return orFound(c.ProductUpdateSteps) })},
		{Name: "kfac-noise-scale", Argument: "EXAMPLES", Text: "mode adaptive: B of the part N/(N+B) that a step on N examples goes; or none = all the way",
			Value: at(func(c *kfac.Config) Value { return number{p: &c.NoiseScale, most: mostNumber, word: "none"} }), Force: of(func(c *kfac.Config) any { return orNone(unlessNone(c.NoiseScale, 0)) })},
		{Name: "kfac-kl-clip", Argument: "KAPPA", Text: "mode fixed: bound on a step's size in the Fisher norm; or none",
			Value: at(func(c *kfac.Config) Value {
				return number{p: &c.KLClip, least: leastNumber, most: mostNumber, word: "none"}
			}), Force: of(func(c *kfac.Config) any { return c.KLClip })},
		{Name: "kfac-factor-decay", Argument: "RATE", Text: "most weight that the old average of the factors keeps, per step; or none",
			Value: at(func(c *kfac.Config) Value { return number{p: &c.FactorDecay, below: 1, word: "none"} }), Force: of(func(c *kfac.Config) any { return orNone(unlessNone(c.FactorDecay, 0)) })},
		{Name: "kfac-factor-update-steps", Argument: "N", Text: "update the factors every N steps",
			Value: at(func(c *kfac.Config) Value { return count{&c.FactorUpdateSteps, 0, manySteps} }), Force: of(func(c *kfac.Config) any { return c.FactorUpdateSteps })},
		{Name: "kfac-inv-update-steps", Argument: "N", Text: "invert them every N steps",
			Value: at(func(c *kfac.Config) Value { return count{&c.InverseUpdateSteps, 0, manySteps} }), Force: of(func(c *kfac.Config) any { return c.InverseUpdateSteps })},
		{Name: "kfac-factor-fraction", Argument: "PART", Text: "of each batch that factors are measured on, up to 1 (default: up to 2048 examples, 8192 windows of a convolution)",
			Value: at(func(c *kfac.Config) Value { return number{p: &c.FactorFraction, most: 1} }), Force: of(func(c *kfac.Config) any { return orFound(c.FactorFraction) })},
		{Name: "kfac-product-fraction", Argument: "PART", Text: "of each batch that exact Fisher products are taken on, up to 1 (default: up to 1024 examples)",
			Value: at(func(c *kfac.Config) Value { return number{p: &c.ProductFraction, most: 1} }), Force: of(func(c *kfac.Config) any { return orFound(c.ProductFraction) })},
		{Name: "kfac-inverse-holders", Argument: "PART", Text: "of several processes that hold the inverses of a layer, up to 1 = all, which takes more memory; or none = one process each",
			Value: at(func(c *kfac.Config) Value { return number{p: &c.InverseHolders, most: 1, word: "none"} }), Force: of(func(c *kfac.Config) any { return orNone(unlessNone(c.InverseHolders, 0)) })},
		{Name: "kfac-polyak", Argument: "RATE", Text: "evaluate a running average of the parameters, the old one weighing up to RATE; or none",
			Value: at(func(c *kfac.Config) Value { return number{p: &c.Polyak, below: 1, word: "none"} }), Force: of(func(c *kfac.Config) any { return c.Polyak })},
	}
	for i := range rows {
		rows[i].Owner = "kfac"
	}
	return inGroup(KFACGroup, false, rows)
}
