package kfac

import (
	"cmp"
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
)

// None turns a setting off whose default is something else; see [graph.None].
const None = graph.None

// Config are the settings of K-FAC. A field that is zero means its default, and
// None that there is none, where its comment says so. The settings in force,
// which [Optimizer.Config] returns, are of the same form.
type Config struct {
	Mode      Mode                  // default Adaptive
	Structure Structure             // default BlockDiagonal
	Estimator graph.FisherEstimator // targets that curvature is measured with; default MC

	LearningRate float64 // fixed: α; default 0.4. Adaptive: a factor below 2 on the step that the model proposes; default 1
	Momentum     float64 // fixed: μ in [0, 1); default 0.8; None: 0. Adaptive finds it, and takes no value
	KLClip       float64 // fixed: κ, bound on α²·ΣVᵀU, twice the step's KL divergence to second order; default None
	WeightDecay  float64 // w, decoupled: W̄ ← W̄ − αwW̄ beside the step; adaptive: α is what the step went of the whole way; default None
	Polyak       float64 // ξ in [0, 1): most weight that the old average of parameters keeps (see Averaged); default None

	Damping            float64 // λ at the start; default 0.5; adaptive: found at the first step
	MinDamping         float64 // least λ; default half of Damping; adaptive: LeastDamping of the first mini-batch, or Damping or a hundredth of the curvature along the first gradient if that is less, and next to nothing as long as mini-batches are all the same; None: no bound
	MaxDamping         float64 // greatest λ; default 1000, or Damping if that is more
	DampingUpdateSteps int     // T1: adapt λ every so many steps; default 10; adaptive: 5, and in each step as long as mini-batches are all the same; None: keep λ, and take any mini-batches for different ones
	GammaUpdateSteps   int     // T2: adaptive: try three γ every so many steps, or more if mini-batches are all the same; default 20; None: γ = √(λ+η)

	FactorDecay        float64 // in [0, 1): most weight that the old average of factors keeps, per step, whatever the period; default 0.987; None: 0
	FactorUpdateSteps  int     // update the factors every so many steps, and in each of the first three; default 4
	InverseUpdateSteps int     // T3: invert every so many steps, and in each of the first three; default 10; adaptive: 20
	FactorFraction     float64 // τ1 in (0, 1]: part of a mini-batch that factors are measured on; default 1
	ProductFraction    float64 // τ2 in (0, 1]: part of a mini-batch that curvature products are formed on; default 1
	ProductUpdateSteps int     // adaptive: steps between measurements of α and μ, which take products with the Fisher matrix; default 1

	// NoiseScale is B, in examples. In adaptive mode a step on a mini-batch of N
	// examples goes N/(N+B) of the way to the minimum of its model, |μ| is at most 0.9,
	// or 0.9·N/(8B) if that is more, and γ at most √(λ+η). None of it holds as long as
	// mini-batches are all the same. Fixed mode has no use for it. Default 32; None:
	// the whole way, any μ, any γ.
	NoiseScale float64
}

// numbers lists the numeric settings with their defaults in c's mode. Another
// setting is another row.
func (c *Config) numbers() setting.Numbers {
	// What a mode has for its default; adaptive mode finds the zeros.
	rate, momentum, damping, floor, adapt, invert, noise := 1.0, 0.0, 0.0, 0.0, 5, 20, 32.0
	if c.Mode == Fixed {
		damping = cmp.Or(c.Damping, 0.5)
		rate, momentum, floor, adapt, invert, noise = 0.4, 0.8, max(damping/2, leastFloor), 10, 10, 0
	}
	most := max(1000, c.Damping)
	return setting.Numbers{
		setting.Of("learning rate", &c.LearningRate, rate, setting.Range{Low: setting.Positive.Low, Below: mostRate(c.Mode)}),
		setting.Of("momentum", &c.Momentum, momentum, setting.Decay),
		setting.Of("KL clip", &c.KLClip, 0, setting.NotNegative),
		setting.Of("weight decay", &c.WeightDecay, 0, setting.NotNegative),
		setting.Of("Polyak decay", &c.Polyak, 0, setting.Decay),
		setting.Of("damping", &c.Damping, damping, setting.Range{Low: leastFloor, Below: math.Inf(1)}),
		setting.Of("minimal damping", &c.MinDamping, floor, setting.Range{Low: leastFloor, Below: math.Inf(1), None: true, Off: leastFloor}),
		setting.Of("maximal damping", &c.MaxDamping, most, setting.Positive),
		setting.Of("damping update steps", &c.DampingUpdateSteps, adapt, setting.PeriodOrOff),
		setting.Of("gamma update steps", &c.GammaUpdateSteps, 20, setting.PeriodOrOff),
		setting.Of("factor decay", &c.FactorDecay, 0.987, setting.Decay),
		setting.Of("factor update steps", &c.FactorUpdateSteps, 4, setting.Period),
		setting.Of("inverse update steps", &c.InverseUpdateSteps, invert, setting.Period),
		setting.Of("factor fraction", &c.FactorFraction, 1, setting.Fraction),
		setting.Of("product fraction", &c.ProductFraction, 1, setting.Fraction),
		setting.Of("product update steps", &c.ProductUpdateSteps, 1, setting.Period),
		setting.Of("noise scale", &c.NoiseScale, noise, setting.NotNegative),
	}
}

// leastFloor is the least λ of all: the rule for λ multiplies it, and could not
// get away from 0.
const leastFloor = 1e-300

// resolved is c with what its zeros and Nones stand for. The optimizer works on
// such a copy.
func (c Config) resolved() Config {
	c.Mode = cmp.Or(c.Mode, Adaptive)
	c.Structure = cmp.Or(c.Structure, BlockDiagonal)
	c.Estimator = cmp.Or(c.Estimator, graph.MC)
	c.numbers().Resolve()
	return c
}

// Or is c with the fields of d where c's are zero: defaults of one's own.
func (c Config) Or(d Config) Config {
	c.Mode = cmp.Or(c.Mode, d.Mode)
	c.Structure = cmp.Or(c.Structure, d.Structure)
	c.Estimator = cmp.Or(c.Estimator, d.Estimator)
	c.numbers().Or(d.numbers())
	return c
}

// expressed is the way back from resolved: its result is resolved to c.
func (c Config) expressed() Config {
	c.numbers().Express()
	return c
}

// mostRate is the bound of the learning rate. The model of adaptive mode rises
// again from twice its own step.
func mostRate(m Mode) float64 {
	if m == Adaptive {
		return 2
	}
	return math.Inf(1)
}

// given tells a value from a default and from none.
func given(v float64) bool { return v != 0 && v != None }

// Validate returns an error that names the first setting out of its range,
// zero fields standing for their defaults.
func (c Config) Validate() error {
	if cmp.Or(c.Mode, Adaptive) == Adaptive && (given(c.Momentum) || given(c.KLClip)) {
		return fmt.Errorf("kfac: momentum and KL clip are settings of the fixed mode: the adaptive one finds the length of a step itself")
	}
	c = c.resolved()
	if err := known("mode", c.Mode, Modes()); err != nil {
		return err
	}
	if err := known("structure", c.Structure, Structures()); err != nil {
		return err
	}
	if err := c.Estimator.Validate(); err != nil {
		return fmt.Errorf("kfac: %w", err)
	}
	if err := c.numbers().Check(); err != nil {
		return fmt.Errorf("kfac: %w", err)
	}
	if err := checkShrink(c.LearningRate, c.WeightDecay); err != nil {
		return err
	}
	if c.Damping > 0 && c.MinDamping > c.Damping {
		return fmt.Errorf("kfac: minimal damping %g is more than the damping at the start, %g", c.MinDamping, c.Damping)
	}
	if c.MaxDamping < max(c.Damping, c.MinDamping) {
		return fmt.Errorf("kfac: maximal damping %g is less than the damping at the start, %g, or its minimum, %g", c.MaxDamping, c.Damping, c.MinDamping)
	}
	return nil
}

// preconditioner are the settings that are its own, of a resolved c. A longer
// period of updates must not make a longer memory, so that the weight that the old
// average keeps is the power of the one for a step.
func (c Config) preconditioner() PreconditionerConfig {
	p := PreconditionerConfig{
		Structure: c.Structure, Estimator: c.Estimator, FactorFraction: c.FactorFraction,
		FactorDecay: math.Pow(c.FactorDecay, float64(c.FactorUpdateSteps)),
	}
	return p.expressed()
}
