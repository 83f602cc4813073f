package kfac

import (
	"cmp"
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
)

// PreconditionerConfig are the settings of a [Preconditioner]. A field that is
// zero means its default.
type PreconditionerConfig struct {
	Structure Structure             // default BlockDiagonal
	Estimator graph.FisherEstimator // targets that curvature is measured with; default MC

	// FactorDecay, in [0, 1), is the most weight that an average keeps when it takes
	// a mini-batch in: the k-th update keeps min(1 − 1/k, FactorDecay), a plain mean
	// at first. Default 0.95; None: 0, no memory.
	FactorDecay float64
	// FactorFraction τ1, in (0, 1], is the part of a mini-batch that curvature is
	// measured on, its leading examples. Default 1.
	FactorFraction float64
}

func (c *PreconditionerConfig) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("factor decay", &c.FactorDecay, 0.95, setting.Decay),
		setting.Of("factor fraction", &c.FactorFraction, 1, setting.Fraction),
	}
}

func (c PreconditionerConfig) resolved() PreconditionerConfig {
	c.Structure = cmp.Or(c.Structure, BlockDiagonal)
	c.Estimator = cmp.Or(c.Estimator, graph.MC)
	c.numbers().Resolve()
	return c
}

func (c PreconditionerConfig) expressed() PreconditionerConfig {
	c.numbers().Express()
	return c
}

// Validate returns an error that names the first setting out of its range.
func (c PreconditionerConfig) Validate() error {
	c = c.resolved()
	if err := known("structure", c.Structure, Structures()); err != nil {
		return err
	}
	if err := c.Estimator.Validate(); err != nil {
		return fmt.Errorf("kfac: %w", err)
	}
	if err := c.numbers().Check(); err != nil {
		return fmt.Errorf("kfac: %w", err)
	}
	return nil
}
