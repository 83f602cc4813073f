package kfac

import "math"

// promise is the model along a step δ: M(rδ) − M(0) = r·slope + r²(value − slope),
// with slope = ∇hᵀδ and value = M(δ) − M(0). At the minimum of the model over
// all lengths of δ, slope is twice value.
type promise struct{ slope, value float64 }

// at is M(rδ) − M(0).
func (m promise) at(r float64) float64 { return r*m.slope + r*r*(m.value-m.slope) }

// believable is the rate, or the greatest at which the model promises no
// greater fall than twice all of h: a step that promises more than h can still
// be a good one, early on. Where a mini-batch has an example that the
// network gets wrong with certainty, its Fisher matrix is next to zero along
// the example's large gradient, and the model falls without bound.
func (m promise) believable(rate, h float64) float64 {
	if !(h > 0) || -m.at(rate) <= 2*h {
		return rate
	}
	// The lesser root of r·slope + r²(value − slope) = −2h, in a form that has no
	// difference of close numbers and no product of two great ones.
	x := h / -m.slope
	return 4 * x / (1 + math.Sqrt(max(0, 1+8*x*((m.value-m.slope)/m.slope))))
}
