package kfac

import (
	"cmp"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec"
)

// Block is F̂ of some of the parameters: an approximation of their Fisher matrix by
// a running average over mini-batches. The built-in blocks serve the kinds of taps that
// package graph names: affine maps, factors and summands, tables. [Preconditioner.Register] adds blocks for
// other kinds of taps.
type Block interface {
	// Accumulate adds one backward pass to the statistics of the mini-batch. The first
	// pass of a mini-batch (Pass.FirstTaps, Pass.FirstLoose) replaces the statistics of
	// the previous one. Accumulate reports false if the statistics are not finite. A
	// mini-batch in parts has a first pass with Taps in each part, and the preconditioner
	// adds the parts' statistics up.
	Accumulate(p *Pass) bool
	// Statistics adds the memory of the mini-batch's statistics to s. Each element is a
	// mean over examples, so that several processes may average it.
	Statistics(s *Statistics)
	// Fold replaces the running average by keep·average + (1−keep)·mini-batch.
	Fold(keep float64)
	// NewInverse returns memory for an inverse of this block. The preconditioner calls
	// it twice. One inverse is in use while another one is computed, which may fail, or
	// be worse than the inverse in use, without harm.
	NewInverse() Inverse
	// State lists the memory of the block that a saved state holds.
	State() []Field
}

// Inverse applies (F̂ + γ²I)⁻¹ of a block, or the structure's approximation of it,
// such as (A + πγI)⁻¹ ⊗ (G + γ/π I)⁻¹.
type Inverse interface {
	// Prepare lists the decompositions that compute the inverse with this γ. They do
	// not depend on each other and run at the same time. An inverse without
	// decompositions is complete when Prepare returns an empty list.
	Prepare(gamma float64) []*Decomposition
	// Apply sets the block's parameters in u to the inverse times the gradient g. It
	// leaves the other parameters of u alone.
	Apply(u graph.Direction, g *Gradient)
	// Condition estimates the condition number of the damped matrix that was inverted, in the
	// 1-norm, or in the 2-norm where eigenvalues are known, which is less; of several matrices
	// the greatest.
	Condition() float64
	// State lists the memory of the inverse that a saved state holds.
	State() []Field
}

// Field names a piece of memory in a saved state: a *float64, *int, []float32,
// []float64 or *tensor.Dense. Restoring a state fills this memory.
type Field = codec.Field

// Pass is one backward pass of the objective over a mini-batch, with the activations
// and gradients at the taps (Taps) and the gradients of loose parameters (Loose). Each
// of the two is nil in a pass that does not measure it.
type Pass struct {
	*graph.CurvaturePass
	// FirstTaps is true in the first pass that has Taps, of the mini-batch or of each of
	// its parts. FirstLoose is true in the mini-batch's first pass that has Loose.
	FirstTaps, FirstLoose bool

	fraction  float64 // τ1, the part of the examples of Taps that is measured
	whole     int     // N of the mini-batch; 0: that of Taps
	first     int     // the part has the examples first, first+step, … of the mini-batch
	step      int     // 0 counts as 1
	shared    bool    // among the processes of a group
	most      int     // rows of a tap with several locations that factors are measured on; 0: all
	nonFinite bool    // a block has reported statistics that are not finite
}

// rows returns the number of the tap's leading examples that are measured, and the
// number of rows that these have in A and in G.
func (p *Pass) rows(t *graph.Tap) (examples, rows int) {
	examples = p.measured(t.Examples)
	return examples, examples * (t.G.Shape()[0] / t.Examples)
}

// measured returns the number of leading examples that are measured of a part of n
// examples: as many as are among the leading ones of the mini-batch. A stand-in, with a
// number beyond the mini-batch's, is not among them.
func (p *Pass) measured(n int) int {
	beyond, step := cmp.Or(p.whole, n), max(p.step, 1)
	if p.fraction > 0 && p.fraction < 1 {
		beyond = leading(p.fraction, beyond)
	} else if !p.shared {
		return n
	}
	return min(n, max(beyond-p.first+step-1, 0)/step)
}

// number is the number, in the mini-batch, of the part's i-th example.
func (p *Pass) number(i int) int { return p.first + i*max(p.step, 1) }

// Gradient is V = ∇h of the last mini-batch, with the taps that it was computed at.
type Gradient struct {
	graph.Direction // the parameters' own gradients
	// Taps are those of the same mini-batch, with TrueG filled. They are nil for a
	// mini-batch that is computed in parts, whose examples are not there at once.
	Taps []*graph.Tap

	scale float64 // factor that the objective has scaled Direction by, and TrueG not
	pure  bool    // a layer's gradient is scale·āᵀg: the loss of data alone, without a penalty
}

// Statistics collects the memory of a mini-batch's statistics, in the same order for
// every mini-batch. Matrices are row-major. Of a symmetric matrix only the lower
// triangle is defined.
type Statistics struct {
	Float32 [][]float32 // filled by a model in float32
	Float64 [][]float64 // filled by a model in float64

	orders32, orders64 []orderOf // of those that are symmetric
}

// orderOf says that the statistic of this index is a symmetric matrix of this order.
type orderOf struct{ index, order int }

// reset removes all statistics.
func (s *Statistics) reset() {
	s.Float32, s.Float64 = s.Float32[:0], s.Float64[:0]
	s.orders32, s.orders64 = s.orders32[:0], s.orders64[:0]
}

// addSymmetric appends a symmetric n×n matrix, of which the lower triangle is enough where
// it is sent to other processes.
func addSymmetric[T graph.Float](s *Statistics, x []T, n int) {
	switch x := any(x).(type) {
	case []float32:
		s.orders32 = append(s.orders32, orderOf{len(s.Float32), n})
		s.Float32 = append(s.Float32, x)
	case []float64:
		s.orders64 = append(s.orders64, orderOf{len(s.Float64), n})
		s.Float64 = append(s.Float64, x)
	}
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
