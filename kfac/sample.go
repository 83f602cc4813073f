package kfac

import "math"

// A mini-batch is a sample of the data. Adaptive mode measures everything on it:
// the gradient, the curvature along Δ and δ₀, ρ. On few examples all of these
// flatter the step that they were measured for. Four rules make up for it: the
// floor of λ, the share, and the bounds of μ and of γ. None of them applies as
// long as every mini-batch is the same (verdict.go).

// LeastDamping is adaptive mode's default of MinDamping for mini-batches of
// so many examples. Factors, model and ρ are all measured on the mini-batch,
// which flatters a small λ, the more so the smaller the batch: what holds at
// 64, 128, 512 and 1000 examples of MNIST falls with the square of their number.
func LeastDamping(examples int) float64 {
	root := 35 / float64(examples)
	return root * root
}

// leastOfSample is the floor of λ where none is given.
func (o *adaptive) leastOfSample() float64 {
	least := min(LeastDamping(o.pre.examples), o.cfg.MaxDamping)
	if o.steepness > 0 { // few examples need not be a noisy sample of more
		least = min(least, o.steepness/100)
	}
	if o.cfg.Damping > 0 {
		least = min(least, o.cfg.Damping)
	}
	return least
}

// share is the part of the way to the minimum of the mini-batch's model that a
// step takes: N/(N+B) for N examples and a noise scale of B examples. The whole
// way fits what is particular to the sample. A part of it averages that over
// 1/share steps.
//
// On a quadratic function with Hessian H, a step −rH⁻¹g along the gradient g of N
// examples makes the greatest expected progress with this r if
// B = tr(H⁻¹Σ)/(∇hᵀH⁻¹∇h), Σ being the covariance of one example's gradient
// (McCandlish et al. 2018, arXiv 1812.06162, §2.2, have it for gradient descent).
func (o *adaptive) share() float64 {
	if o.deterministic() {
		return 1
	}
	n := float64(o.pre.examples)
	return n / (n + o.cfg.NoiseScale)
}

// mostMomentum is the bound of |μ|. Along the last update a small sample may
// have next to no curvature: the minimum of its model is then a hundred updates
// away, and on other examples the loss is not what it was. The bound is 0.9 up to
// 8B examples and grows with their number from there: the deep autoencoder at
// 1000 examples needs a μ above 1 at times.
func (o *adaptive) mostMomentum() float64 {
	if o.deterministic() || o.cfg.NoiseScale == 0 {
		return math.Inf(1)
	}
	return 0.9 * max(1, float64(o.pre.examples)/(8*o.cfg.NoiseScale))
}

// gammaBounds are the least and greatest γ that are tried. The model that
// judges them is the sample's. It prefers a γ that is too small where it is noisy.
// Where every direction but the last layer's biases is flat, as in a deep network
// of sigmoid units at its start, it prefers one so great that the step is the
// gradient's, and the network stays where it is. So γ keeps within √(λ+η) and a
// tenth of its floor. The whole of the data has the bounds of λ itself.
func (o *adaptive) gammaBounds(l2 float64) (lo, hi float64) {
	if o.deterministic() || o.cfg.NoiseScale == 0 {
		return math.Sqrt(o.least+l2) / 1000, math.Sqrt(o.cfg.MaxDamping + l2)
	}
	return math.Sqrt(o.least+l2) / 10, math.Sqrt(o.lambda + l2)
}
