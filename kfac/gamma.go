package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// direct renews bases and inverses if they are due, finds λ₀ in the first step, tries
// values of γ if that is due, and then sets U.
func (o *adaptive) direct(obj graph.CurvatureObjective, loss float64) error {
	due := o.due(o.cfg.InverseUpdateSteps)
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

// tryGammas inverts with three values: γ, γ times a factor below 1, and γ divided by
// it. It keeps the value whose Δ gives the quadratic model the least minimum (MG15
// §6.6). On a deterministic objective the factor is 0.1, and the search continues in a
// direction as long as the minimum falls: there the model is exact for all the data.
func (o *adaptive) tryGammas(obj graph.CurvatureObjective) error {
	step, most := math.Sqrt(omega(o.cfg.GammaUpdateSteps)), 1
	if o.deterministic() {
		step, most = decade, mostTrials
	}
	lo, hi := o.gammaBounds(o.pre.eta(obj))
	gamma, best, proposed := o.gamma, math.Inf(1), 0.0
	try := func(trial float64) (gains bool, err error) {
		if err := o.pre.invert(trial); err != nil {
			return false, err
		}
		o.propose()
		proposed = trial
		q, err := o.model(obj)
		if err != nil {
			return false, err
		}
		_, _, least := q.minimum()
		if gains = math.IsInf(best, 1) || least < best-preferred*math.Abs(best); gains {
			o.gamma, best = trial, least
		} else {
			o.pre.revert()
		}
		return gains, nil
	}
	if _, err := try(gamma); err != nil {
		return err
	}
	for _, factor := range [...]float64{step, 1 / step} {
		for i, trial := 0, gamma; i < most; i++ {
			trial = min(max(trial*factor, lo), hi)
			if gains, err := try(trial); err != nil {
				return err
			} else if !gains {
				break
			}
		}
	}
	if proposed != o.gamma {
		o.propose()
	}
	return nil
}
