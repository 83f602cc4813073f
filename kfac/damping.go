package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// balance returns π, which shares the damping of A ⊗ G out between the factors. The
// product (A + πγI) ⊗ (G + γ/π I) differs least from A ⊗ G + γ²I, in the trace norm,
// with
//
//	π = √[(tr A/dim A) / (tr G/dim G)]
//
// (MG15 §6.3). π is 1 if a trace is zero, and lies within 1/maxBalance and maxBalance.
// Without these bounds a layer whose gradients vanish would have only one of its
// factors damped.
func balance(traceA float64, dimA int, traceG float64, dimG int) float64 {
	if !(traceA > 0 && traceG > 0) {
		return 1
	}
	pi := math.Sqrt(traceA / float64(dimA) / (traceG / float64(dimG)))
	return min(max(pi, 1/maxBalance), maxBalance)
}

// maxBalance bounds π and 1/π.
const maxBalance = 1e4

// Levenberg–Marquardt thresholds on ρ (MG15 §6.5).
const (
	goodRatio = 0.75
	poorRatio = 0.25
)

// adapt is the Levenberg–Marquardt rule for λ with a factor ω in (0, 1). λ is
// multiplied by ω if the model predicts well (ρ > ¾), and divided by ω if ρ < ¼ or NaN.
func adapt(lambda, rho, omega float64) float64 {
	switch {
	case rho > goodRatio:
		return lambda * omega
	case rho < poorRatio || math.IsNaN(rho):
		return lambda / omega
	}
	return lambda
}

// omega returns ω = (19/20)^steps, the factor for one adaptation in so many steps.
func omega(steps int) float64 { return math.Pow(19.0/20, float64(steps)) }

// ratioDue reports whether ρ is measured in the present step.
func (o *Optimizer) ratioDue() bool {
	every := o.cfg.DampingUpdateSteps
	return every > 0 && (o.steps+1)%every == 0
}

// compare sets ρ, the actual change of h divided by the predicted change, and reports
// whether λ may be adapted by ρ. It may not if both changes are within the rounding of
// h: their quotient would then be arbitrary.
func (o *Optimizer) compare(before, after, predicted float64) bool {
	actual, rounding := after-before, o.rounding()*math.Abs(before)
	o.stats.Predicted, o.stats.Actual, o.stats.Ratio = predicted, actual, math.NaN()
	if math.Abs(actual) <= rounding && math.Abs(predicted) <= rounding || before == 0 && after == 0 {
		return false
	}
	return o.rate(actual, predicted)
}

// rate is compare for changes that exceed the rounding of h.
func (o *Optimizer) rate(actual, predicted float64) bool {
	o.stats.Predicted, o.stats.Actual = predicted, actual
	o.stats.Ratio = actual / predicted
	if predicted >= 0 {
		// The model itself predicts a rise, because momentum or the rate is too great
		// for the damping. The quotient says nothing then, but an actual rise does.
		if actual <= 0 {
			o.stats.Ratio = math.NaN()
			return false
		}
		o.stats.Ratio = math.Inf(-1)
	}
	return true
}

// rounding returns the relative difference of two losses that rounding alone can
// cause: a few units in the last place of the parameters' type.
func (o *Optimizer) rounding() float64 {
	if o.theta[0].Dtype() == graph.Float32 {
		return 0x1p-21
	}
	return 0x1p-50
}

// moveDamping adapts λ by ρ, with this factor ω, within MinDamping and MaxDamping.
func (o *Optimizer) moveDamping(factor float64) {
	o.lambda = adapt(o.lambda, o.stats.Ratio, factor)
	o.lambda = min(max(o.lambda, o.least), o.cfg.MaxDamping)
}
