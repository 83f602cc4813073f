package kfac

import "math"

// verdict says whether mini-batches differ. Full batches are all the same: the loss of
// the next mini-batch, before its step, equals the loss that the pass for ρ measured
// after the last step. Such an objective is called deterministic. A rise of h is then an
// effect of the step and not of other examples, and a model that predicts well needs no
// damping against noise.
type verdict int

const (
	undecided     verdict = iota // no two losses have been compared yet
	deterministic                // the losses of every comparison so far agreed
	stochastic                   // the losses of a comparison differed; this verdict is final
)

// repetition holds the verdict and the losses that it is found from.
type repetition struct {
	verdict  verdict
	expected float64 // loss of the next mini-batch if it is the same; NaN: unknown
	scale    float64 // size of losses: |h| of the first mini-batch whose loss is not 0
}

// agreement is the relative difference up to which two losses count as the same. The
// same losses, summed in another order and in float32, differ by less.
const agreement = 1e-5

// compare compares the loss of a mini-batch before its step with the expected loss, and
// reports whether the verdict has changed.
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

// deterministic reports whether all mini-batches so far were the same.
func (o *adaptive) deterministic() bool { return o.repeats.verdict == deterministic }

// judge compares the mini-batch with the last one. Unless MinDamping is given, the floor
// of λ follows the verdict. Without noise the floor only has to keep λ from vanishing
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

// negligible is a share of a curvature that float64 hardly resolves beside it.
const negligible = 1e-15

// rose reports whether a step is to be taken back: on a deterministic objective h has
// risen by more than rounding, and by more than tolerated times the fall that the model
// predicted.
func (o *adaptive) rose(before, after, predicted float64) bool {
	return o.deterministic() && after-before > max(agreement*math.Abs(before), tolerated*math.Abs(predicted))
}

// tolerated is the greatest rise that is not taken back, in units of the predicted fall.
// ReLU units give h kinks. A rule without tolerance stops at a kink: λ grows with each
// rise, and the steps become negligible while the loss is still far from its minimum.
const tolerated = 3

// ratioDue reports whether ρ is measured in the present step. On a deterministic
// objective it is measured in every step, unless λ is kept.
func (o *adaptive) ratioDue() bool {
	return o.Optimizer.ratioDue() || o.cfg.DampingUpdateSteps > 0 && o.deterministic()
}

// adaptDamping adapts λ by ρ. On a deterministic objective λ moves by a factor of ten
// if the model predicted very well, or if h rose far more than it was to fall.
func (o *adaptive) adaptDamping(actual, predicted float64) {
	factor := omega(o.cfg.DampingUpdateSteps)
	if o.deterministic() {
		switch {
		case !(actual <= tolerated*math.Abs(predicted)), o.exactly(actual, predicted): // NaN is a rise
			factor = decade
		case !o.Optimizer.ratioDue(): // the usual factor belongs to a whole period
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
	bare := predicted - float64(o.lambda/2*o.stats.UpdateNorm*o.stats.UpdateNorm)
	return math.Abs(actual-bare) <= 0.01*math.Abs(bare)
}

// decade is the factor of λ and γ on a deterministic objective.
const decade = 0.1
