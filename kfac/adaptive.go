package kfac

import (
	"math"
	"time"

	"github.com/gokfac/gokfac/graph"
)

// stepAdaptive takes δ = αΔ + μδ₀ with the α and μ that minimise the model, and
// δ₀ = δ for the next step.
func (o *Optimizer) stepAdaptive(obj graph.Objective, loss float64, clock *time.Time) error {
	p, least, err := o.pace(obj, loss)
	if err != nil {
		return err
	}
	// A rate r goes that part of the way: M(rδ) − M(0) = (2r − r²)(M(δ) − M(0)).
	r := believable(o.alpha, loss, least)
	if o.alpha > 0 {
		o.stats.ClipFactor = r / o.alpha
	}
	predicted := (2*r - r*r) * least
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
	if shrink := r * o.cfg.WeightDecay; shrink > 0 && !o.stats.Undone {
		o.theta.Combine(1-shrink, shrink, o.last)
	}
	o.taken()
	return err
}

// believable is the rate, or the greatest at which the model promises no
// greater fall than twice all of h: a step that promises more than h can still
// be a good one, early on. Where a mini-batch has an example that the
// network gets wrong with certainty, its Fisher matrix is next to zero along
// the example's large gradient, and the model falls without bound.
func believable(rate, h, least float64) float64 {
	if !(h > 0) || -(2*rate-rate*rate)*least <= 2*h {
		return rate
	}
	return 1 - math.Sqrt(1+2*h/least)
}

// ratioAdaptive measures ρ and moves λ. A step to where h is not a number is
// taken back, and with it the last update.
func (o *Optimizer) ratioAdaptive(obj graph.Objective, before, predicted float64) error {
	after, err := obj.Loss()
	if err != nil {
		return err
	}
	if graph.CheckFinite(after) != nil {
		o.theta.Copy(o.proposal)
		o.last.Scale(0)
		o.held = pace{}
		o.stats.Undone = true
		o.stats.UpdateNorm = 0
	}
	o.rateOf(before, after, predicted)
	return nil
}

// preferred is what another γ must gain, of the model's fall: near an optimum
// all are the same but for rounding, and γ would wander.
const preferred = 1e-4

// tryGammas inverts with γ, and with γ a step smaller and a step greater, and
// keeps what gives the least model (MG15 §6.6).
func (o *Optimizer) tryGammas(obj graph.Objective) error {
	step := math.Sqrt(omega(o.cfg.GammaUpdateSteps))
	gamma, best, proposed := o.gamma, math.Inf(1), 0.0
	lo, hi := math.Sqrt(o.least+obj.L2())/1000, math.Sqrt(o.cfg.MaxDamping+obj.L2())
	for i, trial := range [...]float64{gamma, max(gamma*step, lo), min(gamma/step, hi)} {
		if err := o.invert(trial); err != nil {
			return err
		}
		o.propose()
		proposed = trial
		q, err := o.model(obj)
		if err != nil {
			return err
		}
		if _, _, least := q.minimum(); i == 0 || least < best-preferred*math.Abs(best) {
			o.gamma, best = trial, least
		} else {
			o.revert()
		}
	}
	if proposed != o.gamma {
		o.propose()
	}
	return nil
}
