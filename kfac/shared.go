package kfac

import (
	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// share is the memory of what the processes of a group exchange of a mini-batch that they
// share. A process with N_r of the N examples has statistics S_r, and those of the
// mini-batch are
//
//	S = Σ (N_r/N)·S_r,
//
// as for parts (partSums). One float64 more counts the processes whose statistics are not
// finite, so that all of them refuse the mini-batch.
type share struct {
	sum     distributed.Fusion
	of      Statistics // scratch memory: the statistics of one block
	refused [1]float64
	rows    message // of windows

	least   int // see shares; 0: leastShared
	jobs    []*Decomposition
	costs   []float64
	results message // of decompositions
}

// groupOf returns the group of processes that share the objective's mini-batch, or nil if
// there is one process.
func groupOf(obj graph.Objective) distributed.Group {
	s, ok := graph.As[distributed.Shared](obj)
	if !ok {
		return nil
	}
	if g := s.Group(); g != nil && g.Size() > 1 {
		return g
	}
	return nil
}

// beginShare prepares for a mini-batch that is shared.
func (p *Preconditioner) beginShare() {
	if p.group == nil {
		return
	}
	p.eachWindow(sharedWindow.clear)
}

// addUp gives the blocks the statistics of all processes' shares together. It does nothing
// for a mini-batch that one process has by itself.
//
// A process whose statistics are not finite, or that has none, goes on to this sum all the
// same: the others would wait for it.
func (p *Preconditioner) addUp() error {
	if p.group == nil {
		return nil
	}
	s := &p.share
	s.sum.Reset()
	p.listShares()
	s.refused[0] = 0
	if p.pass.nonFinite {
		s.refused[0] = 1
	}
	s.sum.Add64(s.refused[:], 1)
	if err := s.sum.Sum(p.group); err != nil {
		return err
	}
	p.pass.nonFinite = s.refused[0] > 0 || p.addsLoose() && !p.looseFinite()
	if p.pass.nonFinite {
		return nil
	}
	return p.gatherRows()
}

// listShares adds the statistics to the sum, with the weights of the process's share. They
// have them already where the share was measured in parts.
func (p *Preconditioner) listShares() {
	layered, other := 1.0, 1.0
	if p.parts.closed == 0 {
		layered, other = p.weights()
	}
	for i, b := range p.blocks[:p.tapped] {
		weight := other
		if i < p.layered {
			weight = layered
		}
		p.addShare(b, weight)
	}
	if !p.addsLoose() {
		return
	}
	weight := 1.0
	if p.pass.FirstLoose { // no example of this process was measured
		weight = 0
	}
	for _, b := range p.blocks[p.tapped:] {
		p.addShare(b, weight)
	}
}

// addsLoose reports whether processes have passes of their own for loose parameters. Of an
// estimator that draws one target for each example they have had the same pass.
func (p *Preconditioner) addsLoose() bool {
	est := p.cfg.Estimator
	return est == graph.Exact || est == graph.Empirical
}

// addShare adds one block's statistics to the sum.
func (p *Preconditioner) addShare(b Block, weight float64) {
	s := &p.share
	s.of.reset()
	p.parts.list(b, &s.of)
	orders := s.of.orders32
	for i, x := range s.of.Float32 {
		if len(orders) > 0 && orders[0].index == i {
			s.sum.Triangle32(x, orders[0].order, weight)
			orders = orders[1:]
		} else {
			s.sum.Add32(x, weight)
		}
	}
	orders = s.of.orders64
	for i, x := range s.of.Float64 {
		if len(orders) > 0 && orders[0].index == i {
			s.sum.Triangle64(x, orders[0].order, weight)
			orders = orders[1:]
		} else {
			s.sum.Add64(x, weight)
		}
	}
}

// looseFinite reports whether the sums for loose parameters are finite. These are sums and
// no means, which overflow where no share does.
func (p *Preconditioner) looseFinite() bool {
	s := &p.share.of
	for _, b := range p.blocks[p.tapped:] {
		s.reset()
		p.parts.list(b, s)
		for _, x := range s.Float32 {
			if !vector.Finite(x) {
				return false
			}
		}
		for _, x := range s.Float64 {
			if !vector.Finite(x) {
				return false
			}
		}
	}
	return true
}
