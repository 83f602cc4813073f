package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec"
)

// Block is F̂: an approximation of the Fisher matrix of some of the parameters,
// by a running average over mini-batches. The built-in ones are made for taps of
// dense and convolutional layers; [Preconditioner.Register] adds others.
type Block interface {
	// Accumulate adds one backward pass to the statistics of the mini-batch, or
	// begins them anew with the first pass. It reports false if they are not finite.
	Accumulate(p *Pass) bool
	// Statistics adds the memory of the mini-batch's statistics to s: means over
	// its examples, which may be averaged with those of other mini-batches.
	Statistics(s *Statistics)
	// Fold makes the average keep·average + (1−keep)·mini-batch.
	Fold(keep float64)
	// NewInverse returns memory for an inverse of this block. A block has two of
	// them, so that a new one can fail, or lose against the old one, without harm.
	NewInverse() Inverse
	// State lists what a saved state holds of the block.
	State() []Field
}

// Inverse applies (F̂ + γ²I)⁻¹, or what a structure has in its place.
type Inverse interface {
	// Prepare lists the decompositions that make it the inverse with γ. They are
	// independent of each other and run side by side. An inverse that needs none
	// is done when Prepare returns.
	Prepare(gamma float64) []*Decomposition
	// Apply sets the block's part of u to the inverse times that of the gradient.
	Apply(u graph.Direction, g *Gradient)
	// Condition estimates the greatest condition number of what was inverted.
	Condition() float64
	// State lists what a saved state holds of the inverse.
	State() []Field
}

// Field is a name and the memory that belongs to it in a saved state: a
// *float64, *int, []float32, []float64 or *tensor.Dense. Restoring fills it.
type Field = codec.Field

// Pass is a backward pass over a mini-batch, as the objective shows it.
type Pass struct {
	*graph.CurvaturePass
	// FirstTaps and FirstLoose say that it is the mini-batch's first pass that
	// has Taps, and the first that has Loose.
	FirstTaps, FirstLoose bool

	fraction  float64 // τ1, of the examples of Taps that are measured
	nonFinite bool    // something measured is
}

// rows is how many of the tap's examples, the leading ones, are measured, and
// how many rows of A and G they have.
func (p *Pass) rows(t *graph.Tap) (examples, rows int) {
	examples = t.Examples
	if p.fraction > 0 && p.fraction < 1 {
		examples = leading(p.fraction, t.Examples)
	}
	return examples, examples * (t.A.Shape()[0] / t.Examples)
}

// Gradient is V = ∇h, and where it comes from.
type Gradient struct {
	graph.Direction              // the parameters' own gradients
	Taps            []*graph.Tap // of the same mini-batch, with TrueG filled

	scale float64 // the layers' parts are scale·āᵀg…
	pure  bool    // …if nothing but the data is in them
}

// Statistics collects the memory of a mini-batch's statistics, in a fixed order.
// Of a symmetric matrix only the lower triangle counts: the rest is arbitrary.
type Statistics struct {
	Float32 [][]float32 // of a model in float32
	Float64 [][]float64 // of a model in float64
}

// addStatistics appends memory, each a []float32 or a []float64.
func addStatistics[T graph.Float](s *Statistics, x ...[]T) {
	for _, x := range x {
		switch x := any(x).(type) {
		case []float32:
			s.Float32 = append(s.Float32, x)
		case []float64:
			s.Float64 = append(s.Float64, x)
		}
	}
}
