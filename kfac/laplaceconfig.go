package kfac

import (
	"cmp"
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
)

// LaplaceConfig holds the settings of a [Laplace] posterior. A field that is zero stands
// for the default that its comment states.
type LaplaceConfig struct {
	// Structure is the form of F̂: BlockDiagonal, EKFAC, Diagonal or Full. LowRank and
	// BlockTridiagonal have no eigenvalues of F̂ and are refused. Default block-diagonal.
	Structure Structure
	// Estimator chooses the targets of the backward passes that F̂ is measured with. Exact
	// takes a backward pass for each output and draws nothing. Default exact.
	Estimator graph.FisherEstimator
	// Sharing is the form of the factors of layers that are used at several locations of an
	// example, such as convolutions. Default expand.
	Sharing Sharing
	// PriorPrecision is τ: the weights have the prior N(0, I/τ). A penalty ½η‖θ‖² beside the
	// mean loss that the network was trained with is the prior τ = N·η. Default 1.
	PriorPrecision float64
	// NoiseVariance is σ² of the targets of a squared error, whose Fisher matrix is for targets
	// of variance 1: σ² divides N. Leave it at the default for other losses, where it would
	// be a temperature. Default 1.
	NoiseVariance float64
	// Examples is N, the number of the data that the posterior is for: of the whole data set
	// where the pass was over a part of it. Default: the number of the pass.
	Examples int
	// LastLayer takes the weights of the last tap as random, and all others as known. Default:
	// all weights are random.
	LastLayer bool
}

// numbers lists the numeric settings with their defaults.
func (c *LaplaceConfig) numbers() setting.Numbers {
	return setting.Numbers{
		setting.Of("prior precision", &c.PriorPrecision, 1, setting.Positive),
		setting.Of("noise variance", &c.NoiseVariance, 1, setting.Positive),
		setting.Of("examples", &c.Examples, 0, setting.Period),
	}
}

// resolved returns a copy of c with defaults filled in.
func (c LaplaceConfig) resolved() LaplaceConfig {
	c.Structure = cmp.Or(c.Structure, BlockDiagonal)
	c.Estimator = cmp.Or(c.Estimator, graph.Exact)
	c.Sharing = cmp.Or(c.Sharing, Expand)
	c.numbers().Resolve()
	return c
}

// Validate returns an error that names the first setting out of its range. Zero fields are
// checked as their defaults.
func (c LaplaceConfig) Validate() error {
	c = c.resolved()
	if err := known("structure", c.Structure, Structures()); err != nil {
		return err
	}
	if c.Structure == LowRank || c.Structure == BlockTridiagonal {
		return fmt.Errorf("kfac: structure %s has no Laplace posterior: want %s, %s, %s or %s", c.Structure, BlockDiagonal, EKFAC, Diagonal, Full)
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
