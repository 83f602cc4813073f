package kfac

import (
	"errors"

	"github.com/gokfac/gokfac/graph"
)

// rebaser is a block whose statistics are in a basis of its own, which has to be
// renewed now and then (EKFAC).
type rebaser interface {
	// rebase lists the decompositions that give a new basis.
	rebase() []*Decomposition
	// project measures one pass in the new basis.
	project(p *Pass) bool
	// shareScales adds the memory of what project measured, and foldScales takes it
	// into the average.
	shareScales(s *Statistics)
	foldScales(keep float64)
}

// hasBases reports whether the structure's blocks have bases of their own.
func (p *Preconditioner) hasBases() bool { return p.cfg.Structure == EKFAC }

// rebase renews the bases of blocks that have some, and measures the diagonals
// in them.
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
	if err := p.decomposers.run(); err != nil {
		return err
	}
	if !p.settle(p.decomposers.todo) && !p.established {
		return errors.New("kfac: a factor has no eigendecomposition")
	}
	if _, err := p.compute(obj, true, p.revisit); err != nil {
		return err
	}
	if err := p.shareScales(); err != nil {
		return err
	}
	for _, b := range p.blocks {
		if r, ok := b.(rebaser); ok {
			r.foldScales(0)
		}
	}
	return nil
}

// project is accumulate for the diagonals in new bases alone.
func (p *Preconditioner) project(c *graph.CurvaturePass) error {
	p.pass.CurvaturePass = c
	for _, b := range p.blocks {
		if r, ok := b.(rebaser); ok && c.Taps != nil && !r.project(&p.pass) {
			p.pass.nonFinite = true
		}
	}
	p.seen(c)
	return nil
}

// shareScales lets the hook see the diagonals in new bases.
func (p *Preconditioner) shareScales() error {
	return p.show(func(b Block, s *Statistics) {
		if r, ok := b.(rebaser); ok {
			r.shareScales(s)
		}
	})
}
