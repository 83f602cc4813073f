package kfac

import "math"

// A mini-batch is a sample of the data. Adaptive mode measures the gradient, the
// curvature along Δ and δ₀, and ρ on the same few examples, so that all of them make the
// step look better than it is for the data. This file has four rules against this bias:
// the floor of λ, the share, and the bounds of μ and of γ. They are off as long as all
// mini-batches are the same (verdict.go).

// LeastDamping returns (35/N)² for mini-batches of N = examples examples: adaptive
// mode's default of [Config.MinDamping], before the bounds that its comment states.
// Factors, model and ρ are measured on the same mini-batch, which makes a small λ look
// good, the more so the smaller N is. The least λ that held for 64, 128, 512 and 1000
// examples of MNIST falls with the square of N.
func LeastDamping(examples int) float64 {
	root := 35 / float64(examples)
	return root * root
}

// leastOfSample returns the floor of λ for mini-batches that differ, if none is given.
func (o *adaptive) leastOfSample() float64 {
	least := min(LeastDamping(o.pre.examples), o.cfg.MaxDamping)
	if o.steepness > 0 { // a small mini-batch may be all the data, without noise
		least = min(least, o.steepness/100)
	}
	if o.cfg.Damping > 0 {
		least = min(least, o.cfg.Damping)
	}
	return least
}

// share returns the part of the way to the minimum of the mini-batch's model that a
// step goes: N/(N+B) for N examples and a noise scale of B examples. A whole step would
// fit the noise of the sample. Partial steps average the noise over 1/share steps.
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

// mostMomentum returns the bound of |μ|. A small sample may have almost no curvature
// along the last update. The minimum of its model is then hundreds of updates away, and
// the loss of other examples rises on the way. The bound is 0.9 up to 8B examples, and
// grows in proportion to N above, since the deep autoencoder at 1000 examples needs a μ
// above 1 at times.
func (o *adaptive) mostMomentum() float64 {
	if o.deterministic() || o.cfg.NoiseScale == 0 {
		return math.Inf(1)
	}
	return 0.9 * max(1, float64(o.pre.examples)/(8*o.cfg.NoiseScale))
}

// gammaBounds returns the least and the greatest γ that are tried, with l2 = η. The
// quadratic model of the sample decides between values of γ, and errs in two cases. On
// noisy data it prefers a γ that is too small. In a deep network of sigmoid units at its
// start, where every direction but the last layer's biases is flat, it prefers a γ so
// great that a step is one of gradient descent, and training stalls. Therefore γ is at
// most √(λ+η), and at least a tenth of this root for the floor of λ. On a deterministic
// objective, and without a noise scale, the bounds are far wider: a thousandth of the
// root for the floor of λ, and the root for the greatest λ.
func (o *adaptive) gammaBounds(l2 float64) (lo, hi float64) {
	if o.deterministic() || o.cfg.NoiseScale == 0 {
		return math.Sqrt(o.least+l2) / 1000, math.Sqrt(o.cfg.MaxDamping + l2)
	}
	return math.Sqrt(o.least+l2) / 10, math.Sqrt(o.lambda + l2)
}
