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

// rate compares the change of h on this mini-batch with the prediction, and
// moves λ.
func (o *Optimizer) rate(actual, predicted float64) {
	o.stats.Predicted, o.stats.Actual = predicted, actual
	o.stats.Ratio = actual / predicted
	if predicted >= 0 {
		// Uphill even by the model, by momentum or a rate too great for the
		// damping: the quotient says nothing, but a rise of h does.
		if actual <= 0 {
			o.stats.Ratio = math.NaN()
			return
		}
		o.stats.Ratio = math.Inf(-1)
	}
	factor := omega(o.cfg.DampingUpdateSteps)
	if o.deterministic() {
		switch {
		case !(actual <= tolerated*math.Abs(predicted)), o.exactly(actual, predicted): // NaN is a rise
			factor = decade
		case (o.steps+1)%o.cfg.DampingUpdateSteps != 0: // the period is that of the usual factor
			return
		}
	}
	o.lambda = adapt(o.lambda, o.stats.Ratio, factor)
	o.lambda = min(max(o.lambda, o.least), o.cfg.MaxDamping)
}
