package kfac

import "math"

// balance is π, the ratio in which the damping of A ⊗ G is shared out:
// (A + πγI) ⊗ (G + γ/π I) has the least residual, in the trace norm, at
//
//	π = √[(tr A/dim A) / (tr G/dim G)]
//
// (MG15 §6.3). It is 1 where a trace is zero, and kept within maxBalance: a
// layer whose gradients die would otherwise be damped on one side only.
func balance(traceA float64, dimA int, traceG float64, dimG int) float64 {
	if !(traceA > 0 && traceG > 0) {
		return 1
	}
	pi := math.Sqrt(traceA / float64(dimA) / (traceG / float64(dimG)))
	return min(max(pi, 1/maxBalance), maxBalance)
}

const maxBalance = 1e4

// Levenberg–Marquardt thresholds on ρ (MG15 §6.5).
const (
	goodRatio = 0.75
	poorRatio = 0.25
)

// adapt is the Levenberg–Marquardt rule for λ: ω ∈ (0, 1) shrinks it where
// the model predicts well, and its inverse grows it where ρ is poor or NaN.
func adapt(lambda, rho, omega float64) float64 {
	switch {
	case rho > goodRatio:
		return lambda * omega
	case rho < poorRatio || math.IsNaN(rho):
		return lambda / omega
	}
	return lambda
}

// omega is the factor for an adaptation every so many steps: (19/20)^steps.
func omega(steps int) float64 { return math.Pow(19.0/20, float64(steps)) }
