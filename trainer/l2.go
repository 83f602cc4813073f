package trainer

import "github.com/gokfac/gokfac/graph"

// penalty is (η/2)‖θ‖², over all parameters, biases included: K-FAC's damping
// γ = √(λ+η) treats a layer's weights and bias as one block.
func (o *objective) penalty() float64 {
	eta := o.L2()
	if eta == 0 {
		return 0
	}
	var sum float64
	for _, p := range o.Params() {
		sum += float64(p.L2Factor() * sumSquares(p.Value))
	}
	return eta / 2 * sum
}

// regularised adds η·θ to the gradients of the last run and returns h.
func (o *objective) regularised() float64 {
	if eta := o.L2(); eta != 0 {
		for i, p := range o.Params() {
			if o.grads[i] == nil { // no program writes it
				p.Grad.Zero()
			}
			if f := p.L2Factor(); f > 0 {
				graph.Direction{p.Grad}.AddScaled(f*eta, graph.Direction{p.Value})
			}
		}
	}
	return scalar(o.c.loss) + o.penalty()
}
