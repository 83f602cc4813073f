package graph

import "fmt"

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
	// Empirical uses the data's own targets. It is not the Fisher: it
	// vanishes as the model interpolates the data.
	Empirical FisherEstimator = "empirical"
)

// Validate returns an error that lists the estimators there are.
func (e FisherEstimator) Validate() error {
	switch e {
	case MC, Exact, Empirical:
		return nil
	}
	return fmt.Errorf("unknown Fisher estimator %q: want mc, exact or empirical", string(e))
}

// Objective is a mini-batch seen as a function of the parameters,
// h(θ) = (1/N) Σ loss_n + (η/2)‖θ‖². Every optimizer is a consumer of one.
// Calls run on the same examples and the same dropout masks.
type Objective interface {
	// Params lists the parameters in a fixed order.
	Params() []*Param
	// Loss is h at the present parameters, forward only.
	Loss() (float64, error)
	// Grad returns h and fills Param.Grad and the taps from the true targets.
	Grad() (float64, error)
	// Curvature returns h and fills Param.Grad from the true targets, and
	// the taps from targets as est draws them. It calls visit after each
	// pass over the taps: once, except for Exact, whose passes (one per
	// output unit) sum to the Fisher. A.s are the same in every pass.
	Curvature(est FisherEstimator, visit func(taps []*Tap) error) (float64, error)
	// Taps lists the taps, in layer order.
	Taps() []*Tap
	// L2 is η.
	L2() float64
	// GradScale is the factor that the last gradients of parameters, not of
	// taps, were scaled by on purpose: 1 unless they were clipped.
	GradScale() float64
}

// NonFiniteError reports a loss, or the gradient of a finite loss, that is NaN
// or infinite. The parameters are as they were when it was computed.
type NonFiniteError struct {
	Loss     float64
	Gradient bool // the gradient's elements are at fault, not the loss
}

func (e *NonFiniteError) Error() string {
	if e.Gradient {
		return fmt.Sprintf("the loss is %v, but its gradient is not finite", e.Loss)
	}
	return fmt.Sprintf("the loss is %v", e.Loss)
}
