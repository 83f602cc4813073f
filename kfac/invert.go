package kfac

import (
	"errors"

	"github.com/gokfac/gokfac/graph"
)

// ErrNotPositive is the error of a first inversion that fails. A later inversion that
// fails is no error, since the block keeps its old inverse. More damping helps.
var ErrNotPositive = errors.New("kfac: a factor has no Cholesky decomposition, even with its damping raised 10⁵ times")

// Invert computes all inverses anew with damping γ. Structure [EKFAC] renews its bases
// first, which takes another curvature pass over obj: obj must be the mini-batch that
// Measure saw last. A block that cannot be inverted keeps its old inverse. If a block
// has no inverse yet, the error is [ErrNotPositive].
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

// young reports whether the averages have taken in a quarter more mini-batches than at the
// last inversion. The k-th mini-batch moves an average by the share 1/k, so that the first
// ones change the inverses most.
func (p *Preconditioner) young() bool { return 4*p.folds >= 5*p.inverted }

// invert computes the inverse of every block anew.
func (p *Preconditioner) invert(gamma float64) error {
	p.inverted = p.folds
	p.decomposers.todo = p.decomposers.todo[:0]
	for i := range p.blocks {
		p.jobs[i] = p.spares[i].Prepare(gamma)
		p.decomposers.todo = append(p.decomposers.todo, p.jobs[i]...)
	}
	if err := p.carryOut(); err != nil {
		return err
	}
	all := true
	for i, jobs := range p.jobs {
		if a, is := p.spares[i].(*absent); is {
			p.report.Failed += a.retries
			p.renewed[i] = a.ok
		} else {
			p.renewed[i] = p.settle(jobs)
		}
		all = all && p.renewed[i]
	}
	if !all && !p.established {
		return ErrNotPositive
	}
	p.revert()
	p.report.Missing = false
	if all {
		p.report.Age = 0
	}
	return nil
}

// revert exchanges the inverses of the last inversion with those in use before it, for
// all blocks whose inversion succeeded. A second call undoes the first.
func (p *Preconditioner) revert() {
	p.report.Condition = 0
	for i, ok := range p.renewed {
		if ok {
			p.inverses[i], p.spares[i] = p.spares[i], p.inverses[i]
		}
		p.report.Condition = max(p.report.Condition, p.inverses[i].Condition())
	}
}

// settle counts failed attempts, and reports whether every job succeeded in the end.
func (p *Preconditioner) settle(jobs []*Decomposition) bool {
	ok := true
	for _, j := range jobs {
		p.report.Failed += j.retries
		ok = ok && j.ok
	}
	return ok
}
