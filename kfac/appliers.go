package kfac

import (
	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/graph"
)

// appliers says which processes of a group apply which inverses. Where all hold an inverse, one
// of them applies it, and gives the others its part of U: products with two matrices take
// longer than to send what comes out. Where some hold it (see holders), one in each row does.
type appliers struct {
	among   distributed.Group // nil: the process applies all
	at      []int             // by block, the rank in among of who applies it; −1: all do
	layers  [][]*layer        // by block
	message message
}

// applied is a block that counts the multiplications of Apply.
type applied interface {
	described
	applyCost() float64
}

func (b *kronecker[T]) applyCost() float64 { return applyCost(b.layer) }
func (b *ekfac[T]) applyCost() float64     { return 2 * applyCost(b.layer) }
func (b *full[T]) applyCost() float64      { return float64(b.f.n) * float64(b.f.n) }
func (b *chain[T]) applyCost() (sum float64) {
	for _, k := range b.layers {
		sum += 4 * applyCost(k.layer)
	}
	return sum
}

// applyCost is that of dense factors.
func applyCost(l *layer) float64 { return float64(l.size()) * float64(l.rows+l.out) }

// leastApplied is the least number of multiplications for each element of U from which
// one process applies an inverse for others. A hundred take a processor 2 ns, and so does
// an element on a link of 2 GB/s; low-rank forms take a fraction of the count.
const leastApplied = 512

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
		if b, ok := b.(applied); ok && !h.placed(i) {
			var size int
			layers, _ := b.describe()
			for _, l := range layers {
				size += l.size()
			}
			if cost := b.applyCost(); p.share.least > 0 || cost >= leastApplied*float64(size) {
				costs[i], a.layers[i] = cost, layers
			}
		}
	}
	a.at = assign(costs, a.among.Size())
	for i, b := range p.blocks {
		if h.placed(i) {
			a.at[i] = h.at[i] // the members of a row are those of the columns
			a.layers[i], _ = b.(described).describe()
		}
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
