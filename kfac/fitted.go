package kfac

// passOver reports whether the mini-batch is fitted exactly before the first step of
// adaptive mode. Such a mini-batch has no gradient, and no scale to find λ by. λ₀, the
// floor of λ and the first step then wait for the next mini-batch. Only the factors
// have taken this one in.
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

// leastNormal is the least normal float64: smaller numbers have fewer digits.
const leastNormal = 0x1p-1022
