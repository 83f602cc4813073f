package kfac

import "math"

// verdict says whether mini-batches differ. Full batches do not: the loss of the
// next one, before its step, is what the pass for ρ measured after the last step.
// Such an objective is called deterministic. A rise of h is then the step's own
// fault, and a model that predicts well needs no damping against noise.
type verdict int

const (
	undecided     verdict = iota // nothing to compare yet
	deterministic                // every comparison so far agreed
	stochastic                   // one did not; for good
)

// repetition is what the verdict is made from.
type repetition struct {
	verdict  verdict
	expected float64 // loss of the next mini-batch if it is the same; NaN: unknown
	scale    float64 // size of losses: that of the first one that is not 0
}

// agreement is by how much, as a part of their size, two sums of the same losses
// may differ: in another order, and in float32.
const agreement = 1e-5

// compare takes the loss of a mini-batch before its step, and reports whether
// the verdict is another one now.
func (r *repetition) compare(loss float64) bool {
	if r.scale == 0 {
		r.scale, r.expected = math.Abs(loss), math.NaN()
	}
	expected := r.expected
	r.expected = math.NaN()
	if r.verdict == stochastic || math.IsNaN(expected) {
		return false
	}
	before := r.verdict
	r.verdict = stochastic
	if math.Abs(loss-expected) <= agreement*(math.Abs(loss)+r.scale/10) {
		r.verdict = deterministic
	}
	return r.verdict != before
}

// deterministic reports whether every mini-batch was the same so far.
func (o *adaptive) deterministic() bool { return o.repeats.verdict == deterministic }

// judge compares the mini-batch with the last one. The floor of λ follows the
// verdict unless MinDamping is given: without noise it only keeps λ a number
// beside the curvature.
func (o *adaptive) judge(loss float64) {
	if !o.repeats.compare(loss) {
		return
	}
	o.turned = true
	if o.cfg.MinDamping > 0 {
		return
	}
	o.least = o.sampleLeast
	if o.deterministic() {
		o.least = min(o.least, max(negligible*o.steepness, leastFloor))
	}
	o.lambda = max(o.lambda, o.least)
}

// negligible is a part of the curvature along the first gradient that float64
// does not resolve beside it.
const negligible = 1e-15

// rose reports whether a step on a deterministic objective is to be taken back:
// h went up by more than rounding and more than tolerated times what the model
// promised that it would go down.
func (o *adaptive) rose(before, after, predicted float64) bool {
	return o.deterministic() && after-before > max(agreement*math.Abs(before), tolerated*math.Abs(predicted))
}

// tolerated is the rise that is kept, in units of the promised fall. ReLU units
// give h kinks. A rule without tolerance stops at a kink: λ grows at each rise,
// and the steps shrink to nothing while the loss is still far from its minimum.
const tolerated = 3

// ratioDue reports whether ρ is up for measurement: at every step of a
// deterministic objective, unless λ is kept.
func (o *adaptive) ratioDue() bool {
	return o.Optimizer.ratioDue() || o.cfg.DampingUpdateSteps > 0 && o.deterministic()
}

// adaptDamping moves λ by what ρ says. On a deterministic objective it moves by
// decades, at once, where the model predicted very well or not at all.
func (o *adaptive) adaptDamping(actual, predicted float64) {
	factor := omega(o.cfg.DampingUpdateSteps)
	if o.deterministic() {
		switch {
		case !(actual <= tolerated*math.Abs(predicted)), o.exactly(actual, predicted): // NaN is a rise
			factor = decade
		case !o.Optimizer.ratioDue(): // the period is that of the usual factor
			return
		}
	}
	o.moveDamping(factor)
}

// exactly reports whether the model without its damping predicted the change of h
// to 1 % on a deterministic objective. λ may then fall by a decade.
func (o *adaptive) exactly(actual, predicted float64) bool {
	if !o.deterministic() {
		return false
	}
	bare := predicted - o.lambda/2*o.stats.UpdateNorm*o.stats.UpdateNorm
	return math.Abs(actual-bare) <= 0.01*math.Abs(bare)
}

// decade is the factor of λ and γ on a deterministic objective.
const decade = 0.1
