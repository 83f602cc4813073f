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
		var ok bool
		if p.Grad.Dtype() == Float32 {
			ok = finite(p.Grad.Float32s())
		} else {
			ok = finite(p.Grad.Float64s())
		}
		if !ok {
			return &NonFiniteError{Loss: loss, Gradient: true}
		}
	}
	return nil
}

// finite sums 0·v, which is 0 unless some v is NaN or infinite. Four sums,
// since one would wait for each addition.
func finite[T Float](x []T) bool {
	var a, b, c, d T
	for ; len(x) >= 4; x = x[4:] {
		a += 0 * x[0]
		b += 0 * x[1]
		c += 0 * x[2]
		d += 0 * x[3]
	}
	for _, v := range x {
		a += 0 * v
	}
	return a+b+c+d == 0
}
