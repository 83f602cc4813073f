package kfac

import (
	"cmp"
	"errors"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/shares"
)

// holders says which processes of a group of P hold and apply which inverses (KAISA). With
// W holders of a block (PreconditionerConfig.InverseHolders) the processes stand in P/W
// columns of W, and in W rows of P/W:
//
//	          column 0   column 1   column 2      P = 6, W = 2
//	row 0     process 0  process 1  process 2
//	row 1     process 3  process 4  process 5
//
// Each column has some of the blocks. Its members share the decompositions of these out, and
// each of them applies the inverses. In every step the members of a row, one of each column,
// give each other the parts of U that the others lack. W = P is one column, without rows;
// W = 1 is one row. Rows, whose messages are the more frequent, are of neighbours.
//
// A block whose inverse takes next to no work is everybody's, and so are those of EKFAC: every
// process measures in their bases.
type holders struct {
	column, row distributed.Group // nil: of one member
	own         int               // the process's column
	at          []int             // by block, the column that has it; −1: all
	message     message
}

// placeable is a block whose inverse may be that of some processes only.
type placeable interface {
	described
	// inverseCost is about the number of multiplications of an inverse.
	inverseCost() float64
}

func cube(n int) float64 { return float64(n) * float64(n) * float64(n) }

func (b *kronecker[T]) inverseCost() float64 { return cube(b.rows) + cube(b.out) }
func (b *full[T]) inverseCost() float64      { return cube(b.f.n) }
func (b *embedding[T]) inverseCost() float64 { return cube(b.out) }
func (b *chain[T]) inverseCost() (sum float64) {
	for _, k := range b.layers {
		sum += eigenCost * (cube(k.rows) + cube(k.out))
	}
	return sum
}

// has reports whether the process holds the inverse of the i-th block.
func (h *holders) has(i int) bool { return len(h.at) == 0 || h.at[i] < 0 || h.at[i] == h.own }

// placed reports whether the inverse of the i-th block is that of one column.
func (h *holders) placed(i int) bool { return len(h.at) > 0 && h.at[i] >= 0 }

// some reports whether the process lacks inverses, or others do.
func (h *holders) some() bool { return h.row != nil }

// errOtherGroup is the error of a mini-batch that is not that of the group which has the
// inverses.
var errOtherGroup = errors.New("kfac: this process holds some of the inverses, and the others are with the group that it has trained in: the mini-batch must be that group's")

// enter takes a group, or none, for the mini-batches from now on, once the blocks exist.
func (p *Preconditioner) enter(g distributed.Group) error {
	if g == p.group {
		return nil
	}
	if p.holders.some() {
		return errOtherGroup
	}
	if p.group = g; g == nil {
		p.holders, p.appliers = holders{}, appliers{}
		return nil
	}
	if err := p.place(); err != nil {
		return err
	}
	p.drop()
	return nil
}

// place says who holds and who applies which inverses.
func (p *Preconditioner) place() error {
	err := p.placeInverses()
	p.placeAppliers()
	return err
}

// placeInverses says who holds which inverses.
func (p *Preconditioner) placeInverses() error {
	h, g := &p.holders, p.group
	*h = holders{column: g, at: h.at[:0]}
	w := holdersOf(p.cfg.InverseHolders, g.Size())
	if w == g.Size() {
		return nil
	}
	columns := g.Size() / w
	h.own, h.column, h.row = g.Rank()%columns, nil, g
	if w > 1 {
		var err error
		if h.column, err = g.Split(h.own); err != nil {
			return err
		}
		if h.row, err = g.Split(g.Rank() / columns); err != nil {
			return err
		}
	}
	var costs []float64
	for _, b := range p.blocks {
		cost := -1.0
		if b, ok := b.(placeable); ok && b.inverseCost() >= cube(cmp.Or(p.share.least, leastShared)) {
			cost = b.inverseCost()
		}
		costs = append(costs, cost)
	}
	h.at = shares.Assign(costs, columns)
	return nil
}

// drop frees the memory of inverses that are with other processes.
func (p *Preconditioner) drop() {
	for i, b := range p.blocks {
		if p.holders.has(i) {
			continue
		}
		if _, is := p.inverses[i].(*absent); !is {
			p.inverses[i], p.spares[i] = &absent{cond: p.inverses[i].Condition()}, &absent{}
		}
		if b, ok := b.(interface{ forget() }); ok {
			b.forget()
		}
	}
}

func (b *kronecker[T]) forget() { b.lowA.forget(); b.lowG.forget() }
func (b *embedding[T]) forget() { b.low.forget() }

// absent stands for an inverse that other processes hold.
type absent struct {
	ok      bool // the last inversion succeeded
	retries int  // failed attempts of the last inversion
	cond    float64
}

func (a *absent) Prepare(float64) []*Decomposition { return nil }
func (a *absent) Apply(graph.Direction, *Gradient) {}
func (a *absent) Condition() float64               { return a.cond }
func (a *absent) State() []Field                   { return nil }
func (a *absent) tell(m *message)                  { m.flag(&a.ok); m.count(&a.retries); m.float(&a.cond) }

// carryOut runs the decompositions of an inversion, and tells the processes that do not hold
// an inverse what became of it.
func (p *Preconditioner) carryOut() error {
	h := &p.holders
	halted, err := p.decompose(h.column)
	if err != nil || !h.some() {
		return cmp.Or(err, halted)
	}
	m, stopped := &h.message, halted != nil
	m.begin()
	if m.flag(&stopped); !stopped {
		for i, jobs := range p.jobs {
			if h.at[i] == h.own {
				a := outcome(jobs, p.spares[i])
				a.tell(m)
			}
		}
	}
	all, err := h.row.Gather(m.data)
	if err != nil {
		return err
	}
	for column, data := range all {
		m := read(data)
		if m.flag(&stopped); stopped {
			halted = cmp.Or(halted, haltedBy(column))
		} else if halted == nil && column != h.own {
			for i := range p.jobs {
				if h.at[i] == column {
					p.spares[i].(*absent).tell(m)
				}
			}
			if err := m.end(); err != nil {
				return err
			}
		}
	}
	return halted
}

// outcome is what other processes are told of an inversion.
func outcome(jobs []*Decomposition, v Inverse) absent {
	a := absent{ok: true}
	for _, j := range jobs {
		a.retries += j.retries
		a.ok = a.ok && j.ok
	}
	if a.ok {
		a.cond = v.Condition()
	}
	return a
}

// holdersOf returns the greatest divisor of n that is within a part of n, at least 1.
func holdersOf(part float64, n int) int {
	for w := n; w > 1; w-- {
		if n%w == 0 && float64(w) <= part*float64(n)+1e-9 {
			return w
		}
	}
	return 1
}
