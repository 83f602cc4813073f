package kfac

import (
	"errors"
	"math"
	"time"

	"github.com/gokfac/gokfac/graph"
)

// ErrNotPositive is a first step whose factors cannot be inverted; later ones
// keep the inverses they have. More damping helps.
var ErrNotPositive = errors.New("kfac: a factor has no Cholesky decomposition, even with its damping raised 10⁵ times")

// refresh renews bases and inverses where they are due, and finds λ and γ. It
// leaves the proposal of the inverses in use.
func (o *Optimizer) refresh(obj graph.CurvatureObjective, loss float64, clock *time.Time) error {
	due := o.due(o.cfg.InverseUpdateSteps)
	if due {
		if err := o.rebase(obj); err != nil {
			return err
		}
	}
	if o.cfg.Mode == Adaptive && o.steepnessDue() {
		if err := o.measureSteepness(obj, loss); err != nil {
			return err
		}
	}
	if o.lambda == 0 {
		if err := o.searchDamping(obj, loss); err != nil {
			return err
		}
	}
	every := o.cfg.GammaUpdateSteps
	if o.cfg.Mode == Adaptive && every > 0 {
		if o.gamma == 0 {
			o.gamma = math.Sqrt(o.lambda + obj.L2())
		} else if o.steps%every == 0 || o.turned && o.deterministic() {
			err := o.tryGammas(obj)
			lap(clock, &o.stats.InverseTime)
			return err
		}
	} else if due {
		o.gamma = math.Sqrt(o.lambda + obj.L2())
	}
	if due {
		if err := o.invert(o.gamma); err != nil {
			return err
		}
		lap(clock, &o.stats.InverseTime)
	}
	o.propose()
	lap(clock, &o.stats.UpdateTime)
	return nil
}

// invert renews every block's inverse. A block that cannot be inverted keeps
// its last one; at the first step there is none, which is an error.
func (o *Optimizer) invert(gamma float64) error {
	o.inverters.todo = o.inverters.todo[:0]
	for i := range o.blocks {
		o.jobs[i] = o.spares[i].prepare(gamma)
		o.inverters.todo = append(o.inverters.todo, o.jobs[i]...)
	}
	if err := o.inverters.run(); err != nil {
		return err
	}
	all := true
	for i, jobs := range o.jobs {
		o.renewed[i] = o.settle(jobs)
		all = all && o.renewed[i]
	}
	if !all && o.steps == 0 {
		return ErrNotPositive
	}
	o.revert()
	if all {
		o.stats.InverseAge = 0
	}
	return nil
}

// revert puts what the last inversion renewed in the place of what was there
// before, or the other way round.
func (o *Optimizer) revert() {
	o.stats.Condition = 0
	for i, ok := range o.renewed {
		if ok {
			o.inverses[i], o.spares[i] = o.spares[i], o.inverses[i]
		}
		o.stats.Condition = max(o.stats.Condition, o.inverses[i].condition())
	}
}

// settle counts failures and reports whether none was final.
func (o *Optimizer) settle(jobs []*inversion) bool {
	ok := true
	for _, j := range jobs {
		o.stats.FailedInverses += j.retries
		ok = ok && j.ok
	}
	return ok
}

// rebase renews the bases of blocks that have some, and measures the diagonals
// in them.
func (o *Optimizer) rebase(obj graph.CurvatureObjective) error {
	if o.cfg.Structure != EKFAC {
		return nil
	}
	o.inverters.todo = o.inverters.todo[:0]
	for _, b := range o.blocks {
		if r, ok := b.(rebaser); ok {
			o.inverters.todo = append(o.inverters.todo, r.rebase()...)
		}
	}
	if err := o.inverters.run(); err != nil {
		return err
	}
	if !o.settle(o.inverters.todo) && o.steps == 0 {
		return errors.New("kfac: a factor has no eigendecomposition")
	}
	if _, err := o.compute(obj, true, o.revisit); err != nil {
		return err
	}
	for _, b := range o.blocks {
		if r, ok := b.(rebaser); ok {
			r.foldScales(0)
		}
	}
	return nil
}

// propose sets the proposal to U.
func (o *Optimizer) propose() {
	for _, v := range o.inverses {
		v.apply(o.proposal, &o.grad)
	}
}
