package kfac

import (
	"errors"

	"github.com/gokfac/gokfac/graph"
)

// Measure computes the loss and the gradient of a mini-batch. If curvature is true, it
// also measures the mini-batch's curvature and takes it into the running averages. A
// loss, gradient or curvature that is not finite is a *graph.NonFiniteError. On an error
// the averages do not change.
func (p *Preconditioner) Measure(obj graph.CurvatureObjective, curvature bool) (float64, error) {
	if err := p.Build(obj); err != nil {
		return 0, err
	}
	loss, err := p.measure(obj, curvature)
	if err == nil {
		p.report.Age++
	}
	return loss, err
}

// measure is Measure for blocks that have been built. It does not count the age of the
// inverses.
func (p *Preconditioner) measure(obj graph.CurvatureObjective, curvature bool) (float64, error) {
	p.joined = nil
	loss, err := p.compute(obj, curvature, p.visit, Block.Statistics)
	if err != nil {
		return loss, err
	}
	p.grad.Taps, p.grad.scale, p.grad.pure = obj.Taps(), gradScale(obj), p.eta(obj) == 0
	p.examples = obj.Examples()
	if p.group != nil || inParts(obj) {
		p.grad.Taps, p.grad.pure = nil, false
	}
	if curvature {
		if err := p.show(Block.Statistics); err != nil {
			return loss, err
		}
		p.folds++
		keep := decayAt(p.folds, p.cfg.FactorDecay)
		for _, b := range p.blocks {
			b.Fold(keep)
		}
	}
	return loss, nil
}

// show calls the Reduce hook with the statistics that list adds for each block.
func (p *Preconditioner) show(list func(b Block, s *Statistics)) error {
	if p.reduce == nil {
		return nil
	}
	if p.windows {
		return errLateHook
	}
	p.statistics.reset()
	for _, b := range p.blocks {
		list(b, &p.statistics)
	}
	return p.reduce(&p.statistics)
}

// errLateHook is the error of a hook that is set after blocks were made whose statistics have
// no mean.
var errLateHook = errors.New("kfac: the Reduce hook was set after the first step, when the statistics of very wide layers had taken a form without a mean: set it before")

// gradScale returns the factor by which the objective has scaled the gradients of the
// parameters, but not the gradients at the taps. It is 1 unless the objective has a
// method GradScale, as trainer.ClipNorm's has.
func gradScale(obj graph.Objective) float64 {
	if s, ok := obj.(interface{ GradScale() float64 }); ok {
		return s.GradScale()
	}
	return 1
}

// compute runs the objective's Curvature with visit, or its Grad without curvature, and
// checks that the results are finite. list lists the statistics that visit measures.
func (p *Preconditioner) compute(obj graph.CurvatureObjective, curvature bool, visit func(*graph.CurvaturePass) error, list func(Block, *Statistics)) (float64, error) {
	var loss float64
	var err error
	if curvature {
		p.pass = Pass{FirstTaps: true, FirstLoose: true, fraction: p.cfg.FactorFraction, whole: obj.Examples(), most: p.mostRows, shared: p.group != nil}
		p.parts.begin(list)
		p.beginShare()
		if loss, err = obj.Curvature(p.cfg.Estimator, visit); err == nil {
			p.joinParts()
			err = p.addUp()
		} else if errors.Is(err, errNotFinite) {
			err = nil // the check of the gradients has a word first
		}
	} else {
		loss, err = obj.Grad()
	}
	if err != nil {
		return loss, err
	}
	if err := graph.CheckGradients(loss, p.params); err != nil {
		return loss, err
	}
	if p.pass.nonFinite {
		p.pass.nonFinite = false
		return loss, &graph.NonFiniteError{Loss: loss, Gradient: true}
	}
	return loss, nil
}

// accumulate adds one pass to the mini-batch's statistics in all blocks.
func (p *Preconditioner) accumulate(c *graph.CurvaturePass) error {
	p.enterPart(c)
	p.pass.CurvaturePass = c
	for i, b := range p.blocks {
		if p.measures(i) && !b.Accumulate(&p.pass) {
			p.pass.nonFinite = true
		}
	}
	p.seen(c)
	if p.pass.nonFinite && p.group == nil { // the others go on: see addUp
		return errNotFinite
	}
	return nil
}

// errNotFinite ends the passes over a mini-batch whose statistics are not finite, so that the
// objective knows that it is refused.
var errNotFinite = errors.New("kfac: the curvature is not finite")

// seen notes that the first pass with Taps, or with Loose, is over.
func (p *Preconditioner) seen(c *graph.CurvaturePass) {
	p.pass.FirstTaps = p.pass.FirstTaps && c.Taps == nil
	p.pass.FirstLoose = p.pass.FirstLoose && c.Loose == nil
	p.pass.CurvaturePass = nil
}
