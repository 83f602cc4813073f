package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// direct renews bases and inverses if they are due, finds λ₀ in the first step, tries
// values of γ if that is due, and then sets U.
func (o *adaptive) direct(obj graph.CurvatureObjective, loss float64) error {
	o.trials.chosen = false
	due := o.inversionDue()
	if due {
		if err := o.pre.rebase(obj); err != nil {
			return err
		}
	}
	if o.steepnessDue() {
		if err := o.measureSteepness(obj, loss); err != nil {
			return err
		}
	}
	if o.lambda == 0 {
		if err := o.searchDamping(obj, loss); err != nil {
			return err
		}
	}
	if o.gammaDue(obj, due) {
		err := o.tryGammas(obj)
		o.lap(&o.stats.InverseTime)
		return err
	}
	return o.renew(due)
}

// inversionDue reports whether an inversion falls on the present step: every T3 steps, and
// sooner while the averages are young.
func (o *adaptive) inversionDue() bool {
	return o.due(o.cfg.InverseUpdateSteps) || o.pre.young() || o.pre.report.Missing
}

// gammaDue reports whether values of γ are to be tried in the present step. If not, it
// sets γ to √(λ+η) where this is the rule: before γ has a value, and, with T2 None, at
// each inversion.
func (o *adaptive) gammaDue(obj graph.CurvatureObjective, due bool) bool {
	every := o.cfg.GammaUpdateSteps
	switch {
	case every > 0 && o.gamma > 0:
		return o.steps%every == 0 || o.turned && o.deterministic()
	case every > 0 || due:
		o.gamma = math.Sqrt(o.lambda + o.pre.eta(obj))
	}
	return false
}

// preferred is the threshold of a change of γ. A new γ must make the fall that the
// model predicts greater by this share. Near an optimum all values of γ predict the
// same fall up to rounding, and without a threshold γ would drift at random.
const preferred = 1e-4
