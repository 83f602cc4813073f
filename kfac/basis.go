package kfac

import (
	"cmp"
	"errors"

	"github.com/gokfac/gokfac/graph"
)

// rebaser is a block that keeps statistics in a basis of its own (EKFAC). The basis
// is renewed in each step that InverseUpdateSteps makes an inversion due in.
type rebaser interface {
	// rebase lists the decompositions that compute a new basis.
	rebase() []*Decomposition
	// project measures one pass in the new basis. It reports false if the result is
	// not finite.
	project(p *Pass) bool
	// shareScales adds the memory that project measured into to s. foldScales takes
	// this memory into the average, which keeps the weight keep.
	shareScales(s *Statistics)
	foldScales(keep float64)
}

// hasBases reports whether the structure's blocks have bases of their own.
func (p *Preconditioner) hasBases() bool { return p.cfg.Structure == EKFAC }

// rebase renews the bases of those blocks that have a basis, and measures the
// mini-batch's diagonals in the new bases by another curvature pass.
func (p *Preconditioner) rebase(obj graph.CurvatureObjective) error {
	if !p.hasBases() {
		return nil
	}
	p.decomposers.todo = p.decomposers.todo[:0]
	for _, b := range p.blocks {
		if r, ok := b.(rebaser); ok {
			p.decomposers.todo = append(p.decomposers.todo, r.rebase()...)
		}
	}
	halted, err := p.decompose(p.group)
	if err = cmp.Or(err, halted); err != nil {
		return err
	}
	if !p.settle(p.decomposers.todo) && !p.established {
		return errors.New("kfac: a factor has no eigendecomposition")
	}
	if _, err := p.compute(obj, true, p.revisit, listScales); err != nil {
		return err
	}
	if err := p.show(listScales); err != nil {
		return err
	}
	for _, b := range p.blocks {
		if r, ok := b.(rebaser); ok {
			r.foldScales(0)
		}
	}
	return nil
}

// project adds one pass to the diagonals in the new bases, and to no other
// statistics.
func (p *Preconditioner) project(c *graph.CurvaturePass) error {
	p.enterPart(c)
	p.pass.CurvaturePass = c
	for i, b := range p.blocks {
		if r, ok := b.(rebaser); ok && c.Taps != nil && p.measures(i) && !r.project(&p.pass) {
			p.pass.nonFinite = true
		}
	}
	p.seen(c)
	return nil
}

// listScales adds the diagonals in the new bases.
func listScales(b Block, s *Statistics) {
	if r, ok := b.(rebaser); ok {
		r.shareScales(s)
	}
}
