package kfac

import (
	"math"
	"math/rand/v2"
)

// SampleSoftmax draws a class for each example of the mini-batch from softmax(z), and sets g to
// the gradients of the losses −log softmax(z)_ŷ with respect to z: softmax(z) − onehot(ŷ), in the
// scale of ByHandConfig.Scale. The backward pass that begins with g gives the gradients that
// Sampled is for. z and g are N×classes, and may be the same memory. A wrong length, and a z that
// is not finite, are errors of the next Step.
func (n *ByHand[T]) SampleSoftmax(g, z []T, r *rand.Rand) {
	if !n.samples("SampleSoftmax", g, z, len(g), r) {
		return
	}
	classes, scale := len(z)/n.examples, n.unit()
	for i := 0; i < len(z); i += classes {
		row, to := z[i:i+classes], g[i:i+classes]
		most := row[0]
		for _, v := range row {
			most = max(most, v)
		}
		var sum float64
		for _, v := range row {
			sum += math.Exp(float64(v - most))
		}
		left, drawn := r.Float64()*sum, -1
		for j, v := range row {
			p := math.Exp(float64(v - most))
			if left -= p; left < 0 && drawn < 0 {
				drawn = j
			}
			to[j] = T(scale * p / sum)
		}
		if drawn < 0 { // rounding: the last class that has a probability
			for drawn = classes - 1; drawn > 0 && to[drawn] == 0; drawn-- {
			}
		}
		to[drawn] -= T(scale)
	}
}

// SampleSigmoid is SampleSoftmax for outputs that are independent probabilities σ(z): it draws a
// 0 or 1 for each, and sets g to σ(z) − ŷ, in the scale of ByHandConfig.Scale. The loss of an
// example is the sum of the cross-entropies of its outputs.
func (n *ByHand[T]) SampleSigmoid(g, z []T, r *rand.Rand) {
	if !n.samples("SampleSigmoid", g, z, len(g), r) {
		return
	}
	scale := n.unit()
	for i, v := range z {
		p := 1 / (1 + math.Exp(-float64(v)))
		var y float64
		if r.Float64() < p {
			y = 1
		}
		g[i] = T(scale * (p - y))
	}
}

// SampleGaussian is SampleSoftmax for outputs that are means of Gaussians with the standard
// deviation sigma: it sets g to (z − ŷ)/σ², which does not depend on z, in the scale of
// ByHandConfig.Scale. The loss of an example is Σ (z−y)²/(2σ²) over its outputs: σ is 1 for
// ½Σ(z−y)², and √½ for Σ(z−y)².
func (n *ByHand[T]) SampleGaussian(g []T, sigma float64, r *rand.Rand) {
	if !n.samples("SampleGaussian", g, nil, 0, r) {
		return
	}
	if !(sigma > 0) || math.IsInf(sigma, 1) {
		n.fail("kfac: by hand: SampleGaussian with the standard deviation %g: want a positive one", sigma)
		return
	}
	for i := range g {
		g[i] = T(n.unit() * r.NormFloat64() / sigma)
	}
}

// unit is the factor that the caller's gradients at outputs have: 1, or 1/N.
func (n *ByHand[T]) unit() float64 {
	if n.cfg.Scale == OfMean {
		return 1 / float64(n.examples)
	}
	return 1
}

// samples reports whether targets can be drawn for g, given so many
// outputs z.
func (n *ByHand[T]) samples(call string, g, z []T, outputs int, r *rand.Rand) bool {
	if !n.open || n.err != nil {
		return false
	}
	switch {
	case r == nil:
		n.fail("kfac: by hand: %s without a source of random numbers", call)
	case len(g) == 0 || len(g)%n.examples != 0:
		n.fail("kfac: by hand: %s of %d elements for %d examples: want N·outputs", call, len(g), n.examples)
	case len(z) != outputs:
		n.fail("kfac: by hand: %s of %d elements for outputs of %d: want as many", call, len(g), len(z))
	default:
		if at := notFinite(z, max(len(z)/n.examples, 1)); at != "" {
			n.fail("kfac: by hand: %s: outputs: %s", call, at)
			return false
		}
		return true
	}
	return false
}
