package kfac

import "math"

// promise is the quadratic model along a step δ: M(rδ) − M(0) = r·slope + r²(value − slope),
// with slope = ∇hᵀδ and value = M(δ) − M(0). If the length of δ minimises the model,
// slope is twice value.
type promise struct{ slope, value float64 }

// at returns M(rδ) − M(0).
func (m promise) at(r float64) float64 { return float64(r*m.slope) + float64(r*r*(m.value-m.slope)) }

// believable returns the rate, or less: the greatest rate at which the model predicts a
// fall of at most 2h. A fall of more than h is impossible for a loss that is never
// negative, but early steps that predict a little more are still good. The bound is for
// a mini-batch with an example that the network gets wrong with certainty: its Fisher
// matrix is nearly zero along this example's large gradient, and the model falls almost
// without bound.
func (m promise) believable(rate, h float64) float64 {
	if !(h > 0) || -m.at(rate) <= 2*h {
		return rate
	}
	// The lesser root of r·slope + r²(value − slope) = −2h, in a form that has no
	// difference of close numbers and no product of two great ones.
	x := h / -m.slope
	return 4 * x / (1 + math.Sqrt(max(0, 1+float64(8*x*((m.value-m.slope)/m.slope)))))
}
