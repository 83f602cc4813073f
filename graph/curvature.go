package graph

import (
	"fmt"

	"gorgonia.org/tensor"
)

// FisherEstimator names the targets that curvature is measured with.
type FisherEstimator string

// The Fisher estimators. A curvature matrix is an average over examples of
// JᵀggᵀJ, where g is the gradient at the model's outputs:
const (
	// MC draws one target per example from the predictive distribution: an
	// unbiased sample of the true Fisher. The default.
	MC FisherEstimator = "mc"
	// Exact sums over the columns of a factor of the loss Hessian at the
	// outputs: the true Fisher itself, at one backward pass per output unit.
	// Where examples are coupled, as by BatchNorm, it is less than that: docs/layers.md.
	Exact FisherEstimator = "exact"
	// GGN draws one cotangent B·r per example, BBᵀ the loss Hessian at the
	// outputs and r of random signs: an unbiased sample of the generalised
	// Gauss–Newton matrix, which for these losses is the Fisher.
	GGN FisherEstimator = "ggn"
	// Empirical uses the data's own targets. It is not the Fisher: it
	// vanishes as the model interpolates the data.
	Empirical FisherEstimator = "empirical"
)

// Validate returns an error that lists the estimators there are.
func (e FisherEstimator) Validate() error {
	switch e {
	case MC, Exact, GGN, Empirical:
		return nil
	}
	return fmt.Errorf("unknown Fisher estimator %q: want mc, exact, ggn or empirical", string(e))
}

// CurvaturePass is one backward pass of Objective.Curvature, with targets
// that the estimator drew. What it holds is valid until visit returns.
//
// A mini-batch that is larger than memory is computed in parts (trainer.Accumulation).
// A pass with Taps then is over one part of N_k of the N examples, and the factors of
// the mini-batch are the means of the parts' factors with the weights N_k/N. All passes
// with Taps of a part come before those of the next. A pass with Loose is as it would
// be over the whole mini-batch.
//
// The processes of a group (package distributed) see passes over their own shares of the
// mini-batch. Each share is a part as well, and the means above are over the shares of all
// processes. A pass with Loose is then the same for all, where the estimator draws a target
// for each example (MC, GGN). Where it has a pass for each example, a process sees those of
// its own.
type CurvaturePass struct {
	Examples int // N; with Taps of a part, N_k
	// First and Step say which examples a part has: those of the numbers First,
	// First+Step, … in the mini-batch. A Step of 0 counts as 1. A number of N and more is no
	// example of the mini-batch, but a stand-in where a process has no share of it.
	First, Step int
	// Part is the index of the part that Taps are of. It is 0 of a whole mini-batch.
	Part int
	// Taps are the objective's, filled: the factors of a layer's Fisher block
	// are averages over examples and sums over passes. A is the same in every
	// pass of a part. Nil in a pass that is for Loose alone.
	Taps []*Tap
	// Loose are gradients of the mean loss with respect to Objective.Loose:
	// N·Σ of their squares over the passes is the diagonal of the Fisher, or
	// an unbiased sample of it. Nil in a pass that is for Taps alone.
	Loose []*tensor.Dense
}
