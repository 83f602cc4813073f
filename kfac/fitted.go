package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// passOver reports whether adaptive mode's first mini-batch is fitted exactly,
// so that there is nothing to learn of it, nor to find λ by: λ₀, its floor and the
// first step wait for the next mini-batch. Only the factors have taken it in.
func (o *Optimizer) passOver(loss float64) bool {
	if o.steps > 0 || o.cfg.Mode != Adaptive || loss != 0 && o.grad.Dot(o.grad.Direction) >= leastNormal {
		return false
	}
	if o.stats.LeastDamping == 0 {
		o.stats.LeastDamping = min(LeastDamping(o.examples), o.cfg.MaxDamping)
	}
	o.stats.Damping = max(o.stats.Damping, o.stats.LeastDamping)
	return true
}

// leastNormal is the least number with all its digits.
const leastNormal = 0x1p-1022

// rateOf is rate, but where both changes are no more than rounding of h: there
// was nothing to gain, and their quotient would send λ anywhere.
func (o *Optimizer) rateOf(before, after, predicted float64) {
	actual, rounding := after-before, o.rounding()*math.Abs(before)
	if math.Abs(actual) <= rounding && math.Abs(predicted) <= rounding || before == 0 && after == 0 {
		o.stats.Predicted, o.stats.Actual, o.stats.Ratio = predicted, actual, math.NaN()
		return
	}
	o.rate(actual, predicted)
}

// rounding is the relative difference of two losses that says nothing: a few
// units in the last place of the parameters' type.
func (o *Optimizer) rounding() float64 {
	if o.theta[0].Dtype() == graph.Float32 {
		return 0x1p-21
	}
	return 0x1p-50
}
