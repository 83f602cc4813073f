package graph

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
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

// Objective is a mini-batch seen as a function of the parameters,
// h(θ) = (1/N) Σ loss_n + (η/2)‖θ‖². Every optimizer is a consumer of one.
// Calls run on the same examples and the same dropout masks.
type Objective interface {
	// Params lists the parameters in a fixed order.
	Params() []*Param
	// Examples is N.
	Examples() int
	// Loss is h at the present parameters, forward only.
	Loss() (float64, error)
	// Grad returns h and fills Param.Grad and the taps from the true targets.
	Grad() (float64, error)
	// Curvature returns h and fills Param.Grad from the true targets. It calls
	// visit after each backward pass from targets as est draws them.
	Curvature(est FisherEstimator, visit func(*CurvaturePass) error) (float64, error)
	// Products returns uᵀFv for every pair of the directions, where
	// F = (1/n) Σ JᵀH_L J over the first n examples (0 means all of the
	// mini-batch) is the exact Fisher matrix, without η. The parameters must be
	// as Grad, Curvature or Loss last saw them. Over fewer examples than all it
	// may have dropout masks of its own. The matrix is the objective's own and
	// valid until the next call.
	Products(examples int, dirs ...Direction) (*mat.SymDense, error)
	// Taps lists the taps, in layer order.
	Taps() []*Tap
	// Loose lists the parameters that are not under exactly one tap, and the
	// biases of taps whose weight is not, in their order in Params.
	Loose() []*Param
	// L2 is η.
	L2() float64
	// GradScale is the factor that the last gradients of parameters, not of
	// taps, were scaled by on purpose: 1 unless they were clipped.
	GradScale() float64
}

// CurvaturePass is one backward pass of Objective.Curvature, with targets
// that the estimator drew. What it holds is valid until visit returns.
type CurvaturePass struct {
	Examples int // N
	// Taps are the objective's, filled: the factors of a layer's Fisher block
	// are averages over examples and sums over passes. A is the same in every
	// pass. Nil in a pass that is for Loose alone.
	Taps []*Tap
	// Loose are gradients of the mean loss with respect to Objective.Loose:
	// N·Σ of their squares over the passes is the diagonal of the Fisher, or
	// an unbiased sample of it. Nil in a pass that is for Taps alone.
	Loose []*tensor.Dense
}

// NonFiniteError reports a loss, or the gradient of a finite loss, that is NaN
// or infinite. The parameters are as they were when it was computed.
type NonFiniteError struct {
	Loss     float64
	Gradient bool // the gradient's elements are at fault, not the loss
	// Curvature: a product with the Fisher matrix is, as where activations
	// overflow when they are squared.
	Curvature bool
}

func (e *NonFiniteError) Error() string {
	if e.Curvature {
		return fmt.Sprintf("the loss is %v, but its curvature is not finite", e.Loss)
	}
	if e.Gradient {
		return fmt.Sprintf("the loss is %v, but its gradient is not finite", e.Loss)
	}
	return fmt.Sprintf("the loss is %v", e.Loss)
}
