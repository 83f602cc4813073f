package kfac

import "github.com/gokfac/gokfac/graph"

// Measure computes loss and gradient of a mini-batch. With curvature, it folds
// the mini-batch's curvature into the averages as well. A loss, gradient or
// curvature that is not finite is a *graph.NonFiniteError, and the averages are
// as they were.
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

func (p *Preconditioner) measure(obj graph.CurvatureObjective, curvature bool) (float64, error) {
	loss, err := p.compute(obj, curvature, p.visit)
	if err != nil {
		return loss, err
	}
	p.grad.Taps, p.grad.scale, p.grad.pure = obj.Taps(), gradScale(obj), p.eta(obj) == 0
	p.examples = obj.Examples()
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

// show lets the hook see the statistics that list adds for each block.
func (p *Preconditioner) show(list func(b Block, s *Statistics)) error {
	if p.reduce == nil {
		return nil
	}
	p.statistics.Float32, p.statistics.Float64 = p.statistics.Float32[:0], p.statistics.Float64[:0]
	for _, b := range p.blocks {
		list(b, &p.statistics)
	}
	return p.reduce(&p.statistics)
}

// gradScale is the factor that an objective has scaled gradients of parameters
// by, and taps not: 1 unless it says otherwise, as trainer.ClipNorm does.
func gradScale(obj graph.Objective) float64 {
	if s, ok := obj.(interface{ GradScale() float64 }); ok {
		return s.GradScale()
	}
	return 1
}

// compute runs the objective, with a look at its curvature or without.
func (p *Preconditioner) compute(obj graph.CurvatureObjective, curvature bool, visit func(*graph.CurvaturePass) error) (float64, error) {
	var loss float64
	var err error
	if curvature {
		p.pass = Pass{FirstTaps: true, FirstLoose: true, fraction: p.cfg.FactorFraction}
		loss, err = obj.Curvature(p.cfg.Estimator, visit)
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

// accumulate adds one pass to the mini-batch's curvature.
func (p *Preconditioner) accumulate(c *graph.CurvaturePass) error {
	p.pass.CurvaturePass = c
	for _, b := range p.blocks {
		if !b.Accumulate(&p.pass) {
			p.pass.nonFinite = true
		}
	}
	p.seen(c)
	return nil
}

func (p *Preconditioner) seen(c *graph.CurvaturePass) {
	p.pass.FirstTaps = p.pass.FirstTaps && c.Taps == nil
	p.pass.FirstLoose = p.pass.FirstLoose && c.Loose == nil
	p.pass.CurvaturePass = nil
}
