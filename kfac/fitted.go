package kfac

// passOver reports whether adaptive mode's first mini-batch is fitted exactly,
// so that there is nothing to learn of it, nor to find λ by: λ₀, its floor and the
// first step wait for the next mini-batch. Only the factors have taken it in.
func (o *adaptive) passOver(loss float64) bool {
	if o.steps > 0 || loss != 0 && o.pre.grad.Dot(o.pre.grad.Direction) >= leastNormal {
		o.judge(loss)
		return false
	}
	if o.stats.LeastDamping == 0 {
		o.stats.LeastDamping = min(LeastDamping(o.pre.examples), o.cfg.MaxDamping)
	}
	o.stats.Damping = max(o.stats.Damping, o.stats.LeastDamping)
	return true
}

// leastNormal is the least number with all its digits.
const leastNormal = 0x1p-1022
