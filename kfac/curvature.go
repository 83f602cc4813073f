package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// measure computes loss and gradient and, when it is due, folds the batch's
// curvature into the averages.
func (o *Optimizer) measure(obj graph.CurvatureObjective) (float64, error) {
	due := o.due(o.cfg.FactorUpdateSteps)
	if o.cfg.Structure == EKFAC { // a new basis needs a measurement in it
		due = due || o.due(o.cfg.InverseUpdateSteps)
	}
	loss, err := o.compute(obj, due, o.visit)
	if err != nil {
		return loss, err
	}
	o.grad.taps, o.grad.scale, o.grad.pure = obj.Taps(), gradScale(obj), obj.L2() == 0
	o.examples = obj.Examples()
	if !due {
		return loss, nil
	}
	o.folds++
	// A longer period must not make a longer memory.
	keep := decayAt(o.folds, math.Pow(o.cfg.FactorDecay, float64(o.cfg.FactorUpdateSteps)))
	for _, b := range o.blocks {
		b.fold(keep)
	}
	return loss, nil
}

// compute runs the objective, with a look at its curvature or without.
func (o *Optimizer) compute(obj graph.CurvatureObjective, curvature bool, visit func(*graph.CurvaturePass) error) (float64, error) {
	var loss float64
	var err error
	if curvature {
		o.pass = pass{firstTaps: true, firstLoose: true, fraction: o.cfg.FactorFraction}
		loss, err = obj.Curvature(o.cfg.Estimator, visit)
	} else {
		loss, err = obj.Grad()
	}
	if err != nil {
		return loss, err
	}
	if err := graph.CheckGradients(loss, o.params); err != nil {
		return loss, err
	}
	if o.pass.nonFinite {
		o.pass.nonFinite = false
		return loss, &graph.NonFiniteError{Loss: loss, Gradient: true}
	}
	return loss, nil
}

// accumulate adds one pass to the batch's curvature.
func (o *Optimizer) accumulate(p *graph.CurvaturePass) error {
	o.pass.CurvaturePass = p
	for _, b := range o.blocks {
		if !b.accumulate(&o.pass) {
			o.pass.nonFinite = true
		}
	}
	o.seen(p)
	return nil
}

// project is accumulate for the diagonals of EKFAC's new bases alone.
func (o *Optimizer) project(p *graph.CurvaturePass) error {
	o.pass.CurvaturePass = p
	for _, b := range o.blocks {
		if r, ok := b.(rebaser); ok && p.Taps != nil && !r.project(&o.pass) {
			o.pass.nonFinite = true
		}
	}
	o.seen(p)
	return nil
}

func (o *Optimizer) seen(p *graph.CurvaturePass) {
	o.pass.firstTaps = o.pass.firstTaps && p.Taps == nil
	o.pass.firstLoose = o.pass.firstLoose && p.Loose == nil
	o.pass.CurvaturePass = nil
}

// rebaser is a block in a basis of its own (EKFAC).
type rebaser interface {
	rebase() []*inversion
	project(p *pass) bool
	foldScales(keep float64)
}
