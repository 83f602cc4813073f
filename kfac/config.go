package kfac

import (
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
)

// Config are the settings of K-FAC. Zero fields mean their defaults.
type Config struct {
	Mode      Mode                  // default Adaptive
	Structure Structure             // default BlockDiagonal
	Estimator graph.FisherEstimator // targets that curvature is measured with; default MC

	LearningRate float64 // fixed: α; default 0.4. Adaptive: a factor on the step that the model proposes; default 1
	Momentum     float64 // fixed: μ in [0, 1); default 0.8, negative = none. Adaptive finds it
	KLClip       float64 // fixed: κ, bound on α²·ΣVᵀU, twice the step's KL divergence to second order; default 0 = none
	WeightDecay  float64 // w, decoupled: W̄ ← W̄ − αwW̄ beside the step; 0 = none
	Polyak       float64 // ξ in [0, 1): most weight that the old average of parameters keeps (see Averaged); 0 = none

	Damping            float64 // λ at the start; default 0.5; adaptive: found at the first step
	MinDamping         float64 // least λ; default half of Damping; adaptive: LeastDamping of the first mini-batch, or Damping if that is less
	MaxDamping         float64 // greatest λ; default 1000, or Damping if that is more
	DampingUpdateSteps int     // T1: adapt λ every so many steps; default 10; adaptive: 5; negative = keep λ
	GammaUpdateSteps   int     // T2: adaptive: try three γ every so many steps; default 20, negative = √(λ+η)

	FactorDecay        float64 // most weight that the old average of factors keeps, per step, whatever the period; default 0.987
	FactorUpdateSteps  int     // update the factors every so many steps, and in each of the first three; default 4
	InverseUpdateSteps int     // T3: invert every so many steps, and in each of the first three; default 10; adaptive: 20
	FactorFraction     float64 // τ1 in (0, 1]: part of a mini-batch that factors are measured on; default 1
	ProductFraction    float64 // τ2 in (0, 1]: part of a mini-batch that curvature products are formed on; default 1
	ProductUpdateSteps int     // adaptive: steps between measurements of α and μ, which take products with the Fisher matrix; default 1
}

// withDefaults fills the zero fields in.
func (c Config) withDefaults() Config {
	if c.Mode == "" {
		c.Mode = Adaptive
	}
	if c.Structure == "" {
		c.Structure = BlockDiagonal
	}
	if c.Estimator == "" {
		c.Estimator = graph.MC
	}
	if c.Mode == Adaptive {
		fill(&c.LearningRate, 1)
		fill(&c.DampingUpdateSteps, 5)
		fill(&c.InverseUpdateSteps, 20)
	}
	if c.Mode == Fixed {
		fill(&c.LearningRate, 0.4)
		fill(&c.Momentum, 0.8)
		fill(&c.Damping, 0.5)
		fill(&c.MinDamping, c.Damping/2)
	}
	fill(&c.MaxDamping, max(1000, c.Damping))
	fill(&c.DampingUpdateSteps, 10)
	fill(&c.GammaUpdateSteps, 20)
	fill(&c.FactorDecay, 0.987)
	fill(&c.FactorUpdateSteps, 4)
	fill(&c.InverseUpdateSteps, 10)
	fill(&c.FactorFraction, 1)
	fill(&c.ProductFraction, 1)
	fill(&c.ProductUpdateSteps, 1)
	c.Momentum = max(c.Momentum, 0)
	return c
}

// LeastDamping is adaptive mode's default of MinDamping for mini-batches of
// so many examples. Factors, model and ρ are all measured on the mini-batch,
// which flatters a small λ, the more so the smaller the batch: what holds at
// 64, 128, 512 and 1000 examples of MNIST falls with the square of their number.
func LeastDamping(examples int) float64 {
	root := 35 / float64(examples)
	return root * root
}

// mostRate is the bound of the learning rate. The model of adaptive mode rises
// again from twice its own step.
func mostRate(m Mode) float64 {
	if m == Adaptive {
		return 2
	}
	return math.Inf(1)
}

// fill sets a zero to its default.
func fill[N int | float64](v *N, def N) {
	if *v == 0 {
		*v = def
	}
}

// Validate returns an error that names the first setting out of its range,
// zero fields standing for their defaults.
func (c Config) Validate() error {
	if (c.Mode == Adaptive || c.Mode == "") && (c.Momentum > 0 || c.KLClip > 0) {
		return fmt.Errorf("kfac: momentum and KL clip are settings of the fixed mode: the adaptive one finds the length of a step itself")
	}
	c = c.withDefaults()
	if err := known("mode", c.Mode, Modes()); err != nil {
		return err
	}
	if err := known("structure", c.Structure, Structures()); err != nil {
		return err
	}
	if err := c.Estimator.Validate(); err != nil {
		return fmt.Errorf("kfac: %w", err)
	}
	tiny, inf := math.SmallestNonzeroFloat64, math.Inf(1)
	for _, s := range []struct {
		name  string
		v     float64
		lo    float64
		below float64
	}{
		{"learning rate", c.LearningRate, 0, mostRate(c.Mode)},
		{"momentum", c.Momentum, 0, 1},
		{"weight decay", c.WeightDecay, 0, inf},
		{"Polyak decay", c.Polyak, 0, 1},
		{"damping", c.Damping, 0, inf},            // 0 is adaptive: to be found
		{"minimal damping", c.MinDamping, 0, inf}, // 0 is adaptive: of the mini-batch
		{"maximal damping", c.MaxDamping, tiny, inf},
		{"factor decay", c.FactorDecay, 0, 1},
		{"KL clip", c.KLClip, 0, inf},
		{"factor fraction", c.FactorFraction, tiny, math.Nextafter(1, 2)},
		{"product fraction", c.ProductFraction, tiny, math.Nextafter(1, 2)},
	} {
		if !(s.v >= s.lo && s.v < s.below) {
			return fmt.Errorf("kfac: %s %g: want at least %g and below %g", s.name, s.v, s.lo, s.below)
		}
	}
	if c.Damping > 0 && c.MinDamping > c.Damping {
		return fmt.Errorf("kfac: minimal damping %g is more than the damping at the start, %g", c.MinDamping, c.Damping)
	}
	if c.MaxDamping < max(c.Damping, c.MinDamping) {
		return fmt.Errorf("kfac: maximal damping %g is less than the damping at the start, %g, or its minimum, %g", c.MaxDamping, c.Damping, c.MinDamping)
	}
	if c.FactorUpdateSteps < 0 || c.InverseUpdateSteps < 0 || c.ProductUpdateSteps < 0 {
		return fmt.Errorf("kfac: factors every %d steps, inverses every %d, products every %d: want positive numbers",
			c.FactorUpdateSteps, c.InverseUpdateSteps, c.ProductUpdateSteps)
	}
	return nil
}
