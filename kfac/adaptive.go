package kfac

import (
	"math"
	"time"

	"github.com/gokfac/gokfac/graph"
)

// stepAdaptive takes δ = r(αΔ + μδ₀), and δ₀ = δ for the next step. α and μ
// minimise the model; r is the learning rate times the share of the mini-batch,
// or less if the model promises too much.
func (o *Optimizer) stepAdaptive(obj graph.CurvatureObjective, loss float64, clock *time.Time) error {
	p, m, err := o.pace(obj, loss)
	if err != nil {
		return err
	}
	rate := o.alpha * o.share()
	r := m.believable(rate, loss)
	if rate > 0 {
		o.stats.ClipFactor = r / rate
	}
	predicted := m.at(r)
	o.last.Combine(r*p.mu, -r*p.alpha, o.proposal)
	o.stats.Alpha, o.stats.Mu, o.stats.Predicted = r*p.alpha, r*p.mu, predicted
	vv, dd, cosine := o.grad.Angle(o.last)
	o.stats.GradNorm, o.stats.UpdateNorm, o.stats.Cosine = vv/o.grad.scale, dd, 0-cosine
	lap(clock, &o.stats.ProductTime)
	measured := o.ratioDue()
	if measured {
		o.proposal.Copy(o.theta) // to come back to
	}
	o.theta.AddScaled(1, o.last)
	lap(clock, &o.stats.UpdateTime)
	if measured {
		err = o.ratioAdaptive(obj, loss, predicted)
		lap(clock, &o.stats.DampingTime)
	}
	if shrink := r * o.cfg.WeightDecay; shrink > 0 {
		o.repeats.expected = math.NaN()
		if !o.stats.Undone {
			o.theta.Combine(1-shrink, shrink, o.last)
		}
	}
	o.taken()
	return err
}

// ratioAdaptive measures ρ and moves λ. It takes a step back to where h is not a
// number, and on a deterministic objective one that h rises by. The last update is
// then forgotten.
func (o *Optimizer) ratioAdaptive(obj graph.CurvatureObjective, before, predicted float64) error {
	after, err := obj.Loss()
	if err != nil {
		return err
	}
	o.repeats.expected = after
	o.rateOf(before, after, predicted)
	if graph.CheckFinite(after) != nil || o.rose(before, after, predicted) {
		o.theta.Copy(o.proposal)
		o.last.Scale(0)
		o.held = pace{}
		o.stats.Undone = true
		o.stats.UpdateNorm = 0
		o.repeats.expected = before
	}
	return nil
}

// preferred is what another γ must gain, of the model's fall: near an optimum
// all are the same but for rounding, and γ would wander.
const preferred = 1e-4

// tryGammas inverts with γ, and with γ a step smaller and a step greater, and
// keeps what gives the least model (MG15 §6.6). On a deterministic objective a step
// is a decade, and the search goes on in a direction as long as that gains: its
// model is not one sample's.
func (o *Optimizer) tryGammas(obj graph.CurvatureObjective) error {
	step, most := math.Sqrt(omega(o.cfg.GammaUpdateSteps)), 1
	if o.deterministic() {
		step, most = decade, mostTrials
	}
	lo, hi := o.gammaBounds(obj.L2())
	gamma, best, proposed := o.gamma, math.Inf(1), 0.0
	try := func(trial float64) (gains bool, err error) {
		if err := o.invert(trial); err != nil {
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
			o.revert()
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
