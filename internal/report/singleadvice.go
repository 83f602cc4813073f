package report

import (
	"fmt"
	"math"
)

// advice is what a reader of a diagnostic wants to know: what it is, and which
// values are bad and what helps. docs/kfac.md has the reasons. Where the modes of
// K-FAC differ, fixed is the fixed mode's.
type advice struct {
	adaptive, fixed string
	limit           string             // in words, of values that are bad
	beyond          func(float64) bool // whether a value is; nil: a single value is neither
}

func advices() map[string]advice {
	return map[string]advice{
		"damping": {adaptive: "λ is added to the curvature of the quadratic model: the greater it is, the shorter the steps. It falls while the model predicts well, and may stay at its floor late in training. " +
			"If it rises far above its floor, the model is not to be trusted: take a larger -batch-size, or a -kfac-min-damping three times higher."},
		"rho": {adaptive: "ρ is the change of the loss in a step over the change that the model predicted; 1 is a perfect model. What lies outside −1 to 2 is drawn there. " +
			"Repeatedly below ¼, steps are too long: take a larger -batch-size, or a -kfac-min-damping three times higher.",
			limit: "below ¼", beyond: func(v float64) bool { return v < 0.25 }},
		"gamma": {adaptive: "γ damps the two factors of each layer before they are inverted; adaptive mode tries smaller and greater ones. " +
			"If it grows while the cosine nears 1, steps are hardly better than gradient descent: give a smaller -kfac-damping.",
			fixed: "γ = √(λ+η) damps the two factors of each layer before they are inverted. If it is great and the cosine is near 1, steps are hardly better than gradient descent: give a smaller -kfac-damping."},
		"update_norm": {adaptive: "How far a step moves the parameters. It falls as the loss levels off. Sudden peaks beside a rising loss are steps that are too long: raise -kfac-min-damping.",
			fixed: "How far a step moves the parameters. It falls with the learning rate. Sudden peaks beside a rising loss are steps that are too long: take a smaller -lr, or -kfac-kl-clip 0.01."},
		"grad_norm": {adaptive: "Length of the gradient on the mini-batch, zero at a minimum. Noise keeps it above zero on mini-batches. If it grows along with the loss, the run diverges: raise -kfac-min-damping.",
			fixed: "Length of the gradient on the mini-batch, zero at a minimum. Noise keeps it above zero on mini-batches. If it grows along with the loss, the run diverges: take a smaller -lr."},
		"cosine": {adaptive: "Cosine of the angle between the step and the negative gradient; 1 is gradient descent. Near 1 while the loss stands still, damping is too great: give a smaller -kfac-damping. Below 0.05 it is too small: raise -kfac-min-damping.",
			limit: "below 0.05", beyond: func(v float64) bool { return v < 0.05 }},
		"alpha": {adaptive: "α is the part of the preconditioned gradient in the step, -lr included. Small values are normal late in training, where the inverses promise more than the exact curvature allows. " +
			"Far above 1, the inverses have too much damping (γ): give a smaller -kfac-damping.",
			fixed: "α is the learning rate, as its schedule has it. If the loss jumps, it is too great: take a smaller -lr."},
		"mu": {adaptive: "μ is the part of the step before in the step, as momentum; it may be negative. On mini-batches it is bounded. Always at its bound while the loss jumps, mini-batches are too small: take a larger -batch-size.",
			fixed: "μ is the momentum that was given. If the loss swings up and down, it is too great: take a smaller -momentum."},
		"clip_factor": {adaptive: "A step whose model promised a fall of more than twice the loss was shortened by this factor; 1 is not at all. Below 1 for long, the mini-batch is too small for its model: take a larger -batch-size, or raise -kfac-min-damping.",
			fixed: "Factor by which -kfac-kl-clip shortened the step; 1 is not at all. Below 1 for long, the learning rate that counts is less than the one given: take a smaller -lr, or a greater -kfac-kl-clip.",
			limit: "below 1", beyond: func(v float64) bool { return v < 1 }},
		"condition": {adaptive: "Greatest condition number among the matrices that are inverted. Above 10¹² in float32, the inverses are rounding errors: raise -kfac-min-damping, or take -dtype float64.",
			limit: "above 10¹²", beyond: func(v float64) bool { return v > 1e12 }},
		"undone_steps": {adaptive: "Steps taken back since the record before, since the loss was not a number after them or, on full batches, had risen. Any on mini-batches is too many: raise -kfac-min-damping.",
			limit: "above 0", beyond: func(v float64) bool { return v > 0 }},
		"failed_inverses": {adaptive: "Attempts at inverses that failed since the start; each further attempt has ten times the damping. More than a few come of inputs that are constant or twice there: raise -kfac-min-damping, or take -dtype float64.",
			limit: "above 0", beyond: func(v float64) bool { return v > 0 }},
	}
}

// meaning is the diagnostic's advice in words.
func (d *diagnostic) meaning(fixed bool) string {
	a, known := advices()[d.name]
	switch {
	case !known:
		return d.caption
	case fixed && a.fixed != "":
		return a.fixed
	}
	return a.adaptive
}

// bad counts values that are; empty if none is.
func (d *diagnostic) bad(values []float64) string {
	a := advices()[d.name]
	if a.beyond == nil {
		return ""
	}
	count := 0
	for _, v := range values {
		if !math.IsNaN(v) && a.beyond(v) {
			count++
		}
	}
	if count == 0 {
		return ""
	}
	return fmt.Sprintf("Here it is %s at %d of %s.", a.limit, count, plural(len(values), "record"))
}
