package kfac

import (
	"cmp"
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
)

// PreconditionerConfig holds the settings of a [Preconditioner]. A field that is
// zero stands for the default that its comment states.
type PreconditionerConfig struct {
	// Structure is the form in which the Fisher matrix is approximated. Default
	// LowRank.
	Structure Structure
	// Estimator chooses the targets of the backward passes that curvature is
	// measured with. Default MC.
	Estimator graph.FisherEstimator
	// Sharing is the form of the factors of layers that are used at several locations of an
	// example, such as convolutions. Default Expand.
	Sharing Sharing

	// FactorDecay, in [0, 1), is the greatest weight that the old average keeps when a
	// mini-batch is taken in. The k-th mini-batch leaves it min(1 − 1/k, FactorDecay), so
	// that the average is a plain mean at first. Default 0.95; None: 0, no memory.
	// [Config.FactorDecay] is a weight per step instead.
	FactorDecay float64
	// FactorFraction is τ1, in (0, 1]: the part of a mini-batch, its leading examples,
	// that curvature is measured on. Default 1, the whole mini-batch.
	FactorFraction float64

	// InverseHolders is for processes that share mini-batches (package distributed): the part
	// of them, in (0, 1], that hold and apply the inverses of a block. More take more memory,
	// more time for applying them, and greater messages in each inversion. With 1 there is
	// no message of them in other steps, but for [EKFAC], whose bases are everybody's in any
	// case. The number of holders is the greatest divisor of the number of processes that is
	// within this part. Default None, one process each.
	InverseHolders float64
}

// numbers lists the numeric settings with their defaults.
func (c *PreconditionerConfig) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("factor decay", &c.FactorDecay, 0.95, setting.Decay),
		setting.Of("factor fraction", &c.FactorFraction, 1, setting.Fraction),
		setting.Of("inverse holders", &c.InverseHolders, 0, setting.Share),
	}
}

// resolved returns a copy of c with defaults and off values filled in, as
// Config.resolved does.
func (c PreconditionerConfig) resolved() PreconditionerConfig {
	c.Structure = cmp.Or(c.Structure, LowRank)
	c.Estimator = cmp.Or(c.Estimator, graph.MC)
	c.Sharing = cmp.Or(c.Sharing, Expand)
	c.numbers().Resolve()
	return c
}

// expressed is the inverse of resolved.
func (c PreconditionerConfig) expressed() PreconditionerConfig {
	c.numbers().Express()
	return c
}

// Validate returns an error that names the first setting out of its range. Zero
// fields are checked as their defaults.
func (c PreconditionerConfig) Validate() error {
	c = c.resolved()
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
	return nil
}
