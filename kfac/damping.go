package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

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

// ratioDue reports whether ρ is up for measurement in this step.
func (o *Optimizer) ratioDue() bool {
	every := o.cfg.DampingUpdateSteps
	return every > 0 && (o.steps+1)%every == 0
}

// compare sets ρ, the change of h over the predicted one, and reports whether it
// says anything of λ. It does not where both changes are no more than rounding of
// h: there was nothing to gain, and their quotient would send λ anywhere.
func (o *Optimizer) compare(before, after, predicted float64) bool {
	actual, rounding := after-before, o.rounding()*math.Abs(before)
	o.stats.Predicted, o.stats.Actual, o.stats.Ratio = predicted, actual, math.NaN()
	if math.Abs(actual) <= rounding && math.Abs(predicted) <= rounding || before == 0 && after == 0 {
		return false
	}
	return o.rate(actual, predicted)
}

// rate is compare for changes that are more than rounding.
func (o *Optimizer) rate(actual, predicted float64) bool {
	o.stats.Predicted, o.stats.Actual = predicted, actual
	o.stats.Ratio = actual / predicted
	if predicted >= 0 {
		// Uphill even by the model, by momentum or a rate too great for the
		// damping: the quotient says nothing, but a rise of h does.
		if actual <= 0 {
			o.stats.Ratio = math.NaN()
			return false
		}
		o.stats.Ratio = math.Inf(-1)
	}
	return true
}

// rounding is the relative difference of two losses that says nothing: a few
// units in the last place of the parameters' type.
func (o *Optimizer) rounding() float64 {
	if o.theta[0].Dtype() == graph.Float32 {
		return 0x1p-21
	}
	return 0x1p-50
}

// moveDamping moves λ by the rule, within its bounds.
func (o *Optimizer) moveDamping(factor float64) {
	o.lambda = adapt(o.lambda, o.stats.Ratio, factor)
	o.lambda = min(max(o.lambda, o.least), o.cfg.MaxDamping)
}
