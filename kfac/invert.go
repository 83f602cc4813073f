package kfac

import (
	"errors"

	"github.com/gokfac/gokfac/graph"
)

// ErrNotPositive is a first inversion of factors that cannot be inverted. Later
// ones keep the inverses they have. More damping helps.
var ErrNotPositive = errors.New("kfac: a factor has no Cholesky decomposition, even with its damping raised 10⁵ times")

// Invert renews the inverses with γ, and before that the bases of blocks that
// have some ([EKFAC]): these take another curvature pass over obj, the mini-batch
// that was measured last. A block that cannot be inverted keeps its last inverse;
// where there is none yet, that is [ErrNotPositive].
func (p *Preconditioner) Invert(obj graph.CurvatureObjective, gamma float64) error {
	if err := p.rebase(obj); err != nil {
		return err
	}
	if err := p.invert(gamma); err != nil {
		return err
	}
	p.established = true
	return nil
}

// invert renews every block's inverse.
func (p *Preconditioner) invert(gamma float64) error {
	p.decomposers.todo = p.decomposers.todo[:0]
	for i := range p.blocks {
		p.jobs[i] = p.spares[i].Prepare(gamma)
		p.decomposers.todo = append(p.decomposers.todo, p.jobs[i]...)
	}
	if err := p.decomposers.run(); err != nil {
		return err
	}
	all := true
	for i, jobs := range p.jobs {
		p.renewed[i] = p.settle(jobs)
		all = all && p.renewed[i]
	}
	if !all && !p.established {
		return ErrNotPositive
	}
	p.revert()
	if all {
		p.report.Age = 0
	}
	return nil
}

// revert puts what the last inversion renewed in the place of what was there
// before, or the other way round.
func (p *Preconditioner) revert() {
	p.report.Condition = 0
	for i, ok := range p.renewed {
		if ok {
			p.inverses[i], p.spares[i] = p.spares[i], p.inverses[i]
		}
		p.report.Condition = max(p.report.Condition, p.inverses[i].Condition())
	}
}

// settle counts failures and reports whether none was final.
func (p *Preconditioner) settle(jobs []*Decomposition) bool {
	ok := true
	for _, j := range jobs {
		p.report.Failed += j.retries
		ok = ok && j.ok
	}
	return ok
}
