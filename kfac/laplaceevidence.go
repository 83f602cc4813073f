package kfac

import (
	"fmt"
	"math"
)

// LogDet is log det Σ⁻¹ = Σ log((N/σ²)·e + τ), over the eigenvalues e of F̂.
func (l *Laplace) LogDet() float64 {
	sum, scale := 0.0, l.scale()
	for _, s := range l.blocks {
		for _, e := range s.values {
			sum += math.Log(scale*e + s.prior)
		}
	}
	return sum
}

// EffectiveParameters is γ = Σ (N/σ²)e / ((N/σ²)e + τ), from 0 to Parameters: the number of
// directions that the data determine, and not the prior (MacKay 1992, A Practical Bayesian
// Framework for Backpropagation Networks). For a regression with M targets in all and the sum
// of squared errors S, the noise variance of greatest evidence fulfils σ² = S/(M − γ).
func (l *Laplace) EffectiveParameters() float64 {
	sum, scale := 0.0, l.scale()
	for _, s := range l.blocks {
		sum += s.determined(scale, s.prior)
	}
	return sum
}

// determined is γ of the block with a prior τ.
func (s *eigenblock) determined(scale, tau float64) float64 {
	sum := 0.0
	for _, e := range s.values {
		sum += scale * e / (scale*e + tau)
	}
	return sum
}

// LogMarginalLikelihood is the logarithm of the evidence, ∫ p(data|θ) p(θ) dθ, in the
// Laplace approximation:
//
//	log p(data|θ*) − ½τ‖θ*‖² + ½P log τ − ½ log det Σ⁻¹.
//
// logLikelihood is log p(data|θ*), the sum over all N examples, for this σ² and with its
// constants: for a classifier −N times the mean cross-entropy. With LastLayer, θ* and P are
// the last layer's.
func (l *Laplace) LogMarginalLikelihood(logLikelihood float64) float64 {
	sum := logLikelihood - l.LogDet()/2
	for _, s := range l.blocks {
		sum += (float64(s.size())*math.Log(s.prior) - s.prior*l.norm2(s)) / 2
	}
	return sum
}

// norm2 is the block's part of ‖θ*‖².
func (l *Laplace) norm2(s *eigenblock) float64 {
	x, sum := l.x[:s.size()], 0.0
	s.gather(x, l.mean)
	for _, v := range x {
		sum += v * v
	}
	return sum
}

// MaximizeEvidence sets τ to the precision with the greatest marginal likelihood, the same
// for all blocks, and returns it. θ* stays as it is. There is one maximum, where
// γ(τ) = τ‖θ*‖² (MacKay 1992): γ falls as τ grows, and the other side grows. It fails where
// all weights are 0 or there is no curvature, since the maximum then is at infinity or at 0.
func (l *Laplace) MaximizeEvidence() (float64, error) {
	tau, err := l.bestPrior(l.blocks, "the posterior")
	if err != nil {
		return 0, err
	}
	return tau, l.SetPriorPrecision(tau)
}

// MaximizeEvidenceByLayer is MaximizeEvidence with a precision for each block, as Priors
// lists them. Config().PriorPrecision then has no meaning. After an error nothing has changed.
func (l *Laplace) MaximizeEvidenceByLayer() error {
	taus := make([]float64, len(l.blocks))
	for i, s := range l.blocks {
		var err error
		if taus[i], err = l.bestPrior(l.blocks[i:i+1], s.name); err != nil {
			return err
		}
	}
	for i, tau := range taus {
		l.blocks[i].prior = tau
	}
	return nil
}

// bestPrior solves γ(τ) = τ‖θ*‖² for some blocks together, by bisection of log τ. γ is at
// most the number of parameters, which bounds τ from above.
func (l *Laplace) bestPrior(blocks []*eigenblock, name string) (float64, error) {
	norm2, size, scale := 0.0, 0, l.scale()
	for _, s := range blocks {
		norm2, size = norm2+l.norm2(s), size+s.size()
	}
	surplus := func(tau float64) float64 {
		sum := -tau * norm2
		for _, s := range blocks {
			sum += s.determined(scale, tau)
		}
		return sum
	}
	high := float64(size) / norm2
	if !(high <= math.MaxFloat64) {
		return 0, fmt.Errorf("kfac: no prior precision has the greatest evidence for %s: its weights are all 0, or too small", name)
	}
	low := high
	for surplus(low) < 0 {
		if low /= 16; low < 1e-290 {
			return 0, fmt.Errorf("kfac: no prior precision has the greatest evidence for %s: it has no curvature", name)
		}
	}
	for range 100 { // a factor of 16 by 2⁻¹⁰⁰: rounding ends it before
		middle := math.Sqrt(low) * math.Sqrt(high)
		if middle <= low || middle >= high {
			break
		}
		if surplus(middle) < 0 {
			high = middle
		} else {
			low = middle
		}
	}
	return low, nil
}
