package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// gammaTrials is the memory of a search for γ.
type gammaTrials struct {
	proposals [rivals]graph.Direction // U of the greater γ, and of the present one
	dirs      [rivals + 2]graph.Direction
	model     quadratic // along Δ and δ₀, with the γ that was chosen
	chosen    bool      // model is that of the present step
}

// rivals is the number of values of γ that a search on mini-batches tries before the least.
const rivals = 2

func (g *gammaTrials) build(params []*graph.Param) {
	for i := range g.proposals {
		g.proposals[i] = graph.NewDirection(params)
	}
}

// tryGammas inverts with several values of γ, and keeps the one whose Δ gives the
// quadratic model the least minimum (MG15 §6.6). On mini-batches these are γ, γ times a
// factor below 1, and γ divided by it. On a deterministic objective the factor is 0.1,
// and the search continues in a direction as long as the minimum falls: there the model
// is exact for all the data.
func (o *adaptive) tryGammas(obj graph.CurvatureObjective) error {
	if o.deterministic() {
		return o.searchGamma(obj)
	}
	return o.compareGammas(obj, math.Sqrt(omega(o.cfg.GammaUpdateSteps)))
}

// compareGammas compares γ with γ·step and γ/step. All proposals share one call for exact
// products, in which the product along δ₀ is taken once. The greatest γ is inverted with
// first and the least one last, since the inverses of the last two are in memory, and
// these two win most often.
func (o *adaptive) compareGammas(obj graph.CurvatureObjective, step float64) error {
	lo, hi := o.gammaBounds(o.pre.eta(obj))
	gamma, last := o.gamma, 1
	tried := [rivals + 1]float64{min(max(gamma/step, lo), hi), gamma, min(max(gamma*step, lo), hi)}
	var at [rivals + 1]int // the place of a trial's proposal among the directions; 0: not tried
	dirs := append(o.trials.dirs[:0], o.last)
	for i, trial := range tried {
		if i != 1 && trial == gamma || i == 2 && trial == tried[0] {
			continue // a bound leaves no room
		}
		if err := o.pre.invert(trial); err != nil {
			return err
		}
		o.gamma, last = trial, i // an error leaves γ and the inverses as one
		if err := o.propose(); err != nil {
			return err
		}
		d := o.u
		if i < rivals {
			d = o.trials.proposals[i]
			d.Copy(o.u)
		}
		at[i], dirs = len(dirs), append(dirs, d)
	}
	f, err := o.products(obj, dirs...)
	if err != nil {
		return err
	}
	winner, best := 1, math.Inf(1)
	for _, i := range [...]int{1, 2, 0} { // a later one wins by more than rounding
		if at[i] == 0 {
			continue
		}
		q := o.quadratic(obj, f, dirs[at[i]], at[i], 0)
		if _, _, least := q.minimum(); math.IsInf(best, 1) || least < best-preferred*math.Abs(best) {
			winner, best, o.trials.model = i, least, q
		}
	}
	o.trials.chosen = true
	switch {
	case winner == last:
		return nil
	case at[winner] == at[last]-1:
		o.pre.revert()
	default:
		if err := o.pre.invert(tried[winner]); err != nil {
			return err
		}
	}
	o.gamma = tried[winner]
	o.u.Copy(dirs[at[winner]])
	return nil
}

// searchGamma goes by factors of ten from γ down, then from γ up, as long as the minimum
// of the model falls.
func (o *adaptive) searchGamma(obj graph.CurvatureObjective) error {
	lo, hi := o.gammaBounds(o.pre.eta(obj))
	gamma, best, proposed := o.gamma, math.Inf(1), 0.0
	try := func(trial float64) (gains bool, err error) {
		if err := o.pre.invert(trial); err != nil {
			return false, err
		}
		if err := o.propose(); err != nil {
			return false, err
		}
		proposed = trial
		q, err := o.measureModel(obj)
		if err != nil {
			return false, err
		}
		_, _, least := q.minimum()
		if gains = math.IsInf(best, 1) || least < best-preferred*math.Abs(best); gains {
			o.gamma, best, o.trials.model = trial, least, q
		} else {
			o.pre.revert()
		}
		return gains, nil
	}
	if _, err := try(gamma); err != nil {
		return err
	}
	for _, factor := range [...]float64{decade, 1 / decade} {
		for i, trial := 0, gamma; i < mostTrials; i++ {
			trial = min(max(trial*factor, lo), hi)
			if gains, err := try(trial); err != nil {
				return err
			} else if !gains {
				break
			}
		}
	}
	o.trials.chosen = true
	if proposed != o.gamma {
		return o.propose()
	}
	return nil
}
