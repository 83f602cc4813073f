package kfac

import (
	"cmp"
	"slices"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/shares"
)

// appliers says which processes of a group apply which inverses: those that hold them (see
// holders), one in each row. The bases of EKFAC are everybody's, and products with four
// matrices take longer than to send what comes out: there, too, one process applies them.
type appliers struct {
	among   distributed.Group // nil: the process applies all
	at      []int             // by block, the rank in among of who applies it; −1: all do
	layers  [][]*layer        // by block
	message message
}

// leastApplied is the least order from which one process applies an inverse for others. An
// element of U takes twice the sum of the orders of multiplications there, of which a
// processor does fifty in a nanosecond; a link of 2 GB/s takes 2 ns for an element.
const leastApplied = 64

// placeAppliers shares the applications out, once the holders are known.
func (p *Preconditioner) placeAppliers() {
	h, a := &p.holders, &p.appliers
	*a = appliers{among: h.row, at: a.at[:0], layers: make([][]*layer, len(p.blocks))}
	if a.among == nil {
		a.among = p.group
	}
	costs := make([]float64, len(p.blocks))
	for i, b := range p.blocks {
		costs[i] = -1
		if _, ok := b.(rebaser); ok {
			layers, _ := b.(described).describe()
			if l := layers[0]; l.rows+l.out >= cmp.Or(p.share.least, leastApplied) {
				costs[i], a.layers[i] = float64(l.size())*float64(l.rows+l.out), layers
			}
		}
	}
	a.at = shares.Assign(costs, a.among.Size())
	for i, b := range p.blocks {
		if h.placed(i) {
			a.at[i] = h.at[i] // the members of a row are those of the columns
			a.layers[i], _ = b.(described).describe()
		}
	}
	if !slices.ContainsFunc(a.at, func(rank int) bool { return rank >= 0 }) {
		a.among = nil // there is nothing to send
	}
}

// has reports whether the process applies the inverse of the i-th block.
func (a *appliers) has(i int) bool {
	return a.among == nil || a.at[i] < 0 || a.at[i] == a.among.Rank()
}

// Apply sets u to U, the inverses in use times the gradient of the last mini-batch.
// Before the first Invert there is no inverse, and u has no meaning. An error is that of an
// exchange with other processes, which a mini-batch of one process has not.
func (p *Preconditioner) Apply(u graph.Direction) error {
	for i, v := range p.inverses {
		if p.appliers.has(i) {
			v.Apply(u, &p.grad)
		}
	}
	return p.appliers.exchange(u)
}

// exchange gives the processes those parts of U that others have computed.
func (a *appliers) exchange(u graph.Direction) error {
	if a.among == nil {
		return nil
	}
	m := &a.message
	m.begin()
	a.tellParts(m, u, a.among.Rank())
	all, err := a.among.Gather(m.data)
	if err != nil {
		return err
	}
	for rank, data := range all {
		if rank == a.among.Rank() {
			continue
		}
		m := read(data)
		a.tellParts(m, u, rank)
		if err := m.end(); err != nil {
			return err
		}
	}
	return nil
}

// tellParts writes or reads the parts of U of one process's blocks.
func (a *appliers) tellParts(m *message, u graph.Direction, rank int) {
	for i, layers := range a.layers {
		if a.at[i] != rank {
			continue
		}
		for _, l := range layers {
			if u[l.weight].Dtype() == graph.Float32 {
				tellPart[float32](m, l, u)
			} else {
				tellPart[float64](m, l, u)
			}
		}
	}
}

func tellPart[T graph.Float](m *message, l *layer, u graph.Direction) {
	w, b := of[T](l, u)
	floats(m, w)
	floats(m, b)
}
