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

// Config holds the settings of K-FAC. A field that is zero stands for the default
// that its comment states. None turns a field off where its comment states an off
// value; elsewhere Validate refuses None. [Optimizer.Config] returns the settings
// in force in the same form. Symbols are those of the package comment.
type Config struct {
	// Mode is the policy for the length of a step. Default Adaptive.
	Mode Mode
	// Structure is the form in which the Fisher matrix is approximated. Default
	// LowRank.
	Structure Structure
	// Estimator chooses the targets of the backward passes that curvature is
	// measured with. Default MC: one target per example, drawn from the model.
	Estimator graph.FisherEstimator
	// Sharing is the form of the factors of layers that are used at several locations of an
	// example, such as convolutions. Default Expand.
	Sharing Sharing

	// LearningRate in fixed mode is α, above 0. Default 0.4. In adaptive mode it is a
	// factor on the step that the quadratic model proposes, above 0 and below 2: the
	// model has risen to M(0) again at 2. Default 1. It has no off value.
	LearningRate float64
	// Momentum is μ of fixed mode, in [0, 1). Default 0.8; None: 0. Adaptive mode
	// computes μ in each step, and Validate refuses a value there.
	Momentum float64
	// KLClip is κ of fixed mode: U is multiplied by the greatest ν ≤ 1 for which
	// α²ν²·VᵀU ≤ κ. To second order α²ν²·VᵀU is twice the KL divergence that the step
	// −ανU causes. Default None: no bound, with which convolutional networks can diverge: give
	// them one, such as 0.01. Validate refuses a value in adaptive mode.
	KLClip float64
	// WeightDecay is w of a decoupled decay: a step also takes the share rw off every
	// parameter. In fixed mode r is α; in adaptive mode r is the share of the way to
	// the model's minimum that the step went. Default None: no decay.
	WeightDecay float64
	// Polyak is ξ, in [0, 1): the k-th step leaves the old average θ̄ the weight
	// min(1 − 1/k, ξ), and [Optimizer.Averaged] evaluates θ̄. Default None: no average.
	Polyak float64

	// Damping is λ before the first step. In fixed mode the default is 0.5. In
	// adaptive mode a search on the first mini-batch finds it by default. It has no
	// off value.
	Damping float64
	// MinDamping is the least λ. In fixed mode the default is half of Damping, 0.25 with
	// nothing set. In adaptive mode the default is the smallest of [LeastDamping] of the
	// mini-batch, a hundredth of the greatest curvature along a gradient so far, and
	// Damping where it is given. As long as all mini-batches are the same, the default is
	// 1e-15 of that curvature. None: no least λ.
	MinDamping float64
	// MaxDamping is the greatest λ. Default 1000, or Damping if that is more. It has no
	// off value.
	MaxDamping float64
	// DampingUpdateSteps is T1, the number of steps from one adaptation of λ to the
	// next. Default 10 in fixed mode and 5 in adaptive mode, which adapts λ in every
	// step as long as all mini-batches are the same. None: λ stays as it is at first,
	// and adaptive mode treats every mini-batch as a sample.
	DampingUpdateSteps int
	// GammaUpdateSteps is T2, the number of steps from one search for γ to the next in
	// adaptive mode. A search compares three values of γ, and more of them as long as
	// all mini-batches are the same. Default 20; None: γ = √(λ+η). Fixed mode always has
	// γ = √(λ+η), and ignores the field.
	GammaUpdateSteps int

	// FactorDecay, in [0, 1), is the greatest weight that the old average of the factors
	// keeps per step, whatever FactorUpdateSteps is. Default 0.987; None: 0, no memory.
	FactorDecay float64
	// FactorUpdateSteps is the number of steps from one measurement of the factors to
	// the next. Each of the first three steps measures them, too. Default 4. It has no
	// off value.
	FactorUpdateSteps int
	// InverseUpdateSteps is T3, the number of steps from one inversion to the next. Each
	// of the first three steps inverts, too. Default 10 in fixed mode, 20 in adaptive
	// mode. It has no off value.
	InverseUpdateSteps int
	// FactorFraction is τ1, in (0, 1]: the part of a mini-batch, its leading examples,
	// that the factors are measured on. By default as many as make at most 2048 examples,
	// which is the whole mini-batch up to that size; and of a layer that is used at several
	// locations, such as a convolution, every s-th of all examples' rows, with the least s
	// that makes at most 8192 rows. A part that is given is measured at all locations.
	FactorFraction float64
	// ProductFraction is τ2, in (0, 1]: the part of a mini-batch, its leading examples,
	// that exact products with F are computed on. By default as many as make at most 1024
	// examples, which is the whole mini-batch up to that size.
	ProductFraction float64
	// ProductUpdateSteps is the number of steps from one measurement of α and μ to the
	// next in adaptive mode. A measurement takes exact products with F. By default the
	// number is found: 1 to 8 steps, depending on how much α and μ move, and most of these
	// measurements are of the length of αΔ + μδ₀ alone, at half the price. It has no off
	// value. Fixed mode ignores the field.
	ProductUpdateSteps int

	// NoiseScale is B, in examples. In adaptive mode a step on a mini-batch of N
	// examples goes the share N/(N+B) of the way to the minimum of the model. |μ| is at
	// most 0.9, or 0.9·N/(8B) if that is more, and γ is at most √(λ+η). These rules are
	// off as long as all mini-batches are the same. Default 32; None: the whole way, any
	// μ, any γ. Fixed mode ignores the field.
	NoiseScale float64

	// InverseHolders is for processes that share mini-batches (package distributed): the part
	// of them, in (0, 1], that hold and apply the inverses of a block. More take more memory,
	// more time for applying them, and greater messages in each inversion. With 1 there is
	// no message of them in other steps, but for [EKFAC], whose bases are everybody's in any
	// case. The number of holders is the greatest divisor of the number of processes that is
	// within this part. Default None, one process each.
	InverseHolders float64
}

// numbers lists the numeric settings with their defaults in c's mode. A new
// numeric setting needs one more row here.
func (c *Config) numbers() setting.Numbers {
	// Defaults that depend on the mode. A 0 is found by adaptive mode itself.
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
		setting.Of("factor fraction", &c.FactorFraction, 0, setting.Fraction),
		setting.Of("product fraction", &c.ProductFraction, 0, setting.Fraction),
		setting.Of("product update steps", &c.ProductUpdateSteps, 0, setting.Period),
		setting.Of("noise scale", &c.NoiseScale, noise, setting.NotNegative),
		setting.Of("inverse holders", &c.InverseHolders, 0, setting.Share),
	}
}

// leastFloor is the least λ that any setting leads to. The rule for λ multiplies
// λ, so that a λ of 0 would stay 0.
const leastFloor = 1e-300

// resolved returns a copy of c in which zeros are replaced by defaults and Nones by
// off values. The optimizer works on this copy.
func (c Config) resolved() Config {
	c.Mode = cmp.Or(c.Mode, Adaptive)
	c.Structure = cmp.Or(c.Structure, LowRank)
	c.Estimator = cmp.Or(c.Estimator, graph.MC)
	c.Sharing = cmp.Or(c.Sharing, Expand)
	c.numbers().Resolve()
	return c
}

// Or returns c with each field that is zero taken from d. A caller's own defaults
// are filled in that way.
func (c Config) Or(d Config) Config {
	c.Mode = cmp.Or(c.Mode, d.Mode)
	c.Structure = cmp.Or(c.Structure, d.Structure)
	c.Estimator = cmp.Or(c.Estimator, d.Estimator)
	c.Sharing = cmp.Or(c.Sharing, d.Sharing)
	c.numbers().Or(d.numbers())
	return c
}

// expressed is the inverse of resolved: c.expressed().resolved() is c.
func (c Config) expressed() Config {
	c.numbers().Express()
	return c
}

// mostRate is the bound of the learning rate, which stays below it. In adaptive mode
// the quadratic model has risen to M(0) again at twice the step that it proposes.
func mostRate(m Mode) float64 {
	if m == Adaptive {
		return 2
	}
	return math.Inf(1)
}

// given reports whether v is a value: neither the zero of a default nor None.
func given(v float64) bool { return v != 0 && v != None }

// Validate returns an error that names the first setting out of its range. Zero
// fields are checked as their defaults.
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
	if err := c.Sharing.Validate(); err != nil {
		return err
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

// preconditioner returns the settings of the preconditioner from a resolved c.
// FactorDecay is a weight per step here and a weight per measurement there. The
// power makes the memory equally long, in steps, for every FactorUpdateSteps.
func (c Config) preconditioner() PreconditionerConfig {
	p := PreconditionerConfig{
		Structure: c.Structure, Estimator: c.Estimator, Sharing: c.Sharing, FactorFraction: c.FactorFraction, // 0: see Optimizer.measure
		InverseHolders: c.InverseHolders,
		FactorDecay:    math.Pow(c.FactorDecay, float64(c.FactorUpdateSteps)),
	}
	return p.expressed()
}
