package graph

import (
	"fmt"
	"math"
)

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

// CheckFinite returns a *NonFiniteError if loss is NaN or infinite.
func CheckFinite(loss float64) error {
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return &NonFiniteError{Loss: loss}
	}
	return nil
}

// CheckGradients returns a *NonFiniteError if loss or an element of the
// parameters' gradients is NaN or infinite. The loss alone does not tell: an
// infinite input to a saturated unit gives a finite loss and a gradient ∞·0.
func CheckGradients(loss float64, params []*Param) error {
	if err := CheckFinite(loss); err != nil {
		return err
	}
	for _, p := range params {
		if !(Direction{p.Grad}).Finite() {
			return &NonFiniteError{Loss: loss, Gradient: true}
		}
	}
	return nil
}
