package graph

import "math"

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
