package kfac

import "math"

// pacing says when α and μ are measured, and in which way. With a given period of n
// steps they are measured in the plane of Δ and δ₀ every n steps. Without one the period
// follows how much they move. It doubles, up to mostPeriod, with each measurement for
// which the kept α and μ would have been good enough, and is 1 again after one for which
// they would not.
//
// The measure is the regret 1 − M(kept)/M(measured): the share of the predicted fall
// that the kept α and μ give away. On small mini-batches the best length differs from one
// mini-batch to the next by a factor of 1.3 or so, without a trend. An average over the
// measurements that agree is therefore kept, and not the last one.
//
// With a period of 1, both α and μ are measured: they are on the move. With a longer one
// the length of αΔ + μδ₀ is, at half the price, and both only in every tenth step. It
// gives away less than a hundredth of the fall (docs/kfac.md). α takes the found length in,
// and μ stays, since the two vary independently.
type pacing struct {
	held   pace // α and μ that are kept
	period int  // steps from one measurement to the next; 0 before the first one
	age    int  // steps with the kept pace since the last measurement
}

// way is a way to measure α and μ.
type way int

const (
	kept  way = iota // not at all
	line             // the length alone
	plane            // both
)

const (
	mostPeriod  = 8   // greatest period that is found
	mostRegret  = 0.1 // greatest regret that lengthens the period: lengths from 0.76 to 1.46 of the best one
	planePeriod = 10  // steps from one measurement of both to the next, if measurements of the length lie between
)

// way returns the way of the present step. A period is counted so that steps which
// measure ρ are among those that measure α and μ, if both periods are equal.
//
// Both are measured in each of the first three steps, after each inversion, in which γ
// may have changed, and in every step as long as all mini-batches are the same: there
// the steps are those of conjugate gradients. A |μ| of 1 or more is never kept: it is
// right for one step, but in several steps it would make the updates grow.
func (o *adaptive) way() way {
	always := o.steps < 3 || o.stats.InverseAge == 0 || !(math.Abs(o.held.mu) < 1) || !o.held.steps()
	if every := o.cfg.ProductUpdateSteps; every > 0 {
		if always || (o.steps+1)%every == 0 || o.ratioDue() {
			return plane
		}
		return kept
	}
	switch {
	case always || o.deterministic():
		return plane
	case o.age+1 < o.period && !o.ratioDue():
		return kept
	case o.period < 2 || (o.steps+1)%planePeriod == 0:
		return plane
	}
	return line
}

// measured takes a measurement of α and μ in. regret is that of the kept pace. With a
// given period the last measurement is kept.
func (o *adaptive) measured(best pace, regret float64) {
	p := &o.pacing
	p.age = 0
	if o.cfg.ProductUpdateSteps == 0 && p.period > 0 && regret <= mostRegret {
		p.held = pace{(p.held.alpha + best.alpha) / 2, (p.held.mu + best.mu) / 2}
		p.period = min(2*p.period, mostPeriod)
		return
	}
	p.held, p.period = best, 1
}
