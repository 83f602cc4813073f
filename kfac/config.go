package kfac

import (
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
)

// Config are the settings of K-FAC. Zero fields mean their defaults.
type Config struct {
	LearningRate float64 // α; default 0.4
	Momentum     float64 // μ in [0, 1); default 0.8, negative = none
	WeightDecay  float64 // w, decoupled: W̄ ← W̄ − αwW̄ beside the step; 0 = none

	Damping            float64 // λ at the start; default 0.5
	MinDamping         float64 // least λ; default half of Damping
	MaxDamping         float64 // greatest λ; default 1000, or Damping if that is more
	DampingUpdateSteps int     // adapt λ every so many steps; default 10, negative = keep λ

	FactorDecay        float64 // most weight that the old average keeps; default 0.95
	FactorUpdateSteps  int     // update the factors every so many steps, and in each of the first three; default 4
	InverseUpdateSteps int     // invert every so many steps, and in each of the first three; default 10

	KLClip    float64               // κ: bound on α²·ΣVᵀU, twice the step's KL divergence to second order; default 0 = none
	Estimator graph.FisherEstimator // targets that G is measured with; default MC
}

// withDefaults fills the zero fields in.
func (c Config) withDefaults() Config {
	for _, d := range []struct {
		v   *float64
		def float64
	}{
		{&c.LearningRate, 0.4}, {&c.Momentum, 0.8}, {&c.FactorDecay, 0.95},
		{&c.Damping, 0.5},
	} {
		if *d.v == 0 {
			*d.v = d.def
		}
	}
	for _, d := range []struct {
		v   *int
		def int
	}{{&c.DampingUpdateSteps, 10}, {&c.FactorUpdateSteps, 4}, {&c.InverseUpdateSteps, 10}} {
		if *d.v == 0 {
			*d.v = d.def
		}
	}
	if c.MinDamping == 0 {
		c.MinDamping = c.Damping / 2
	}
	if c.MaxDamping == 0 {
		c.MaxDamping = max(1000, c.Damping)
	}
	if c.Momentum < 0 {
		c.Momentum = 0
	}
	if c.Estimator == "" {
		c.Estimator = graph.MC
	}
	return c
}

// Validate returns an error that names the first setting out of its range,
// zero fields standing for their defaults.
func (c Config) Validate() error {
	c = c.withDefaults()
	for _, s := range []struct {
		name  string
		v     float64
		lo    float64
		below float64
	}{
		{"learning rate", c.LearningRate, 0, math.Inf(1)},
		{"momentum", c.Momentum, 0, 1},
		{"weight decay", c.WeightDecay, 0, math.Inf(1)},
		{"damping", c.Damping, math.SmallestNonzeroFloat64, math.Inf(1)},
		{"minimal damping", c.MinDamping, math.SmallestNonzeroFloat64, math.Inf(1)},
		{"maximal damping", c.MaxDamping, math.SmallestNonzeroFloat64, math.Inf(1)},
		{"factor decay", c.FactorDecay, 0, 1},
		{"KL clip", c.KLClip, 0, math.Inf(1)},
	} {
		if !(s.v >= s.lo && s.v < s.below) {
			return fmt.Errorf("kfac: %s %g: want at least %g and below %g", s.name, s.v, s.lo, s.below)
		}
	}
	if c.MinDamping > c.Damping {
		return fmt.Errorf("kfac: minimal damping %g is more than the damping at the start, %g", c.MinDamping, c.Damping)
	}
	if c.MaxDamping < c.Damping {
		return fmt.Errorf("kfac: maximal damping %g is less than the damping at the start, %g", c.MaxDamping, c.Damping)
	}
	if c.FactorUpdateSteps < 0 || c.InverseUpdateSteps < 0 {
		return fmt.Errorf("kfac: factors every %d steps, inverses every %d: want positive numbers", c.FactorUpdateSteps, c.InverseUpdateSteps)
	}
	if err := c.Estimator.Validate(); err != nil {
		return fmt.Errorf("kfac: %w", err)
	}
	return nil
}
