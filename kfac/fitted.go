package kfac

import "math"

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

// rateOf is rate, but where h was 0 and is 0: there was nothing to gain, and
// 0/predicted would call λ too small.
func (o *Optimizer) rateOf(before, after, predicted float64) {
	if before == 0 && after == 0 {
		o.stats.Predicted, o.stats.Actual, o.stats.Ratio = predicted, 0, math.NaN()
		return
	}
	o.rate(after-before, predicted)
}
