package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec"
)

// block is F̂: an approximation of the Fisher matrix of some of the
// parameters, by a running average over mini-batches.
type block interface {
	// accumulate adds one backward pass to the statistics of the mini-batch,
	// and reports false if they are not finite.
	accumulate(p *pass) bool
	// fold makes the average keep·average + (1−keep)·mini-batch.
	fold(keep float64)
	// newInverse returns memory for an inverse of this block.
	newInverse() inverse
	// fields lists what a saved state holds.
	fields() []codec.Field
}

// inverse applies (F̂ + γ²I)⁻¹, or what the structure has in its place. A block
// has two, so that a new one can fail, or lose, without harm.
type inverse interface {
	// prepare lists the decompositions that make it the inverse with γ; they
	// are independent of each other.
	prepare(gamma float64) []*inversion
	// apply sets the block's part of u to the inverse times that of g.
	apply(u graph.Direction, g *gradient)
	// condition estimates the greatest condition number of what was inverted.
	condition() float64
	// fields lists what a saved state holds.
	fields() []codec.Field
}

// pass is a backward pass over a mini-batch.
type pass struct {
	*graph.CurvaturePass
	firstTaps, firstLoose bool    // the mini-batch's first with Taps, with Loose
	fraction              float64 // τ1, of the examples of Taps that are measured
	nonFinite             bool    // something measured is
}

// rows is how many of the tap's examples, the leading ones, are measured, and
// how many rows of A and G they have.
func (p *pass) rows(t *graph.Tap) (examples, rows int) {
	examples = t.Examples
	if p.fraction > 0 && p.fraction < 1 {
		examples = leading(p.fraction, t.Examples)
	}
	return examples, examples * (t.A.Shape()[0] / t.Examples)
}

// leading is how many of n examples are a fraction of them, rounded up.
func leading(fraction float64, n int) int { return int(math.Ceil(fraction * float64(n))) }

// outerScale is what makes a sum of outer products of the tap's gradients, over
// the leading examples, the mean of those of per-example gradients: G's rows are
// 1/N of them.
func outerScale[T graph.Float](t *graph.Tap, examples int) T {
	n := T(t.Examples)
	return n * n / T(examples)
}

// gradient is V = ∇h, with what it is known to be made of.
type gradient struct {
	graph.Direction
	taps  []*graph.Tap
	scale float64 // V's layers are scale·āᵀg…
	pure  bool    // …if nothing but the data is in it
}

// gradScale is the factor that an objective has scaled gradients of parameters
// by, and taps not: 1 unless it says otherwise, as trainer.ClipNorm does.
func gradScale(obj graph.Objective) float64 {
	if s, ok := obj.(interface{ GradScale() float64 }); ok {
		return s.GradScale()
	}
	return 1
}
