package kfac

import (
	"cmp"
	"context"
	"fmt"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/internal/shares"
)

// leastShared is the least order of a matrix whose decomposition one process does for the
// others (KAISA: Pauloski et al. 2021, arXiv 2107.01739). n³ multiplications, 4 in a
// nanosecond, take longer than n²/2 float32s on a link of 100 MB/s from n = 80 on; on a
// faster link less, but then neither takes a tenth of a millisecond.
const leastShared = 64

// shares reports whether a piece of work of an order is one process's.
func (p *Preconditioner) shares(order int) bool { return order >= cmp.Or(p.share.least, leastShared) }

// decompose runs the decompositions in todo. In a group each member runs its own, and gets
// the results of the others: those of a registered block, of which nothing is known, and
// small ones are run by all. The members' messages go in the order of todo.
//
// halted is why not all were run: the context of the step has ended, here or in another
// process. No process is left waiting for it.
func (p *Preconditioner) decompose(g distributed.Group) (halted, err error) {
	if g == nil {
		return p.decomposers.run(), nil
	}
	s := &p.share
	s.jobs, s.costs = append(s.jobs[:0], p.decomposers.todo...), s.costs[:0]
	for _, j := range s.jobs {
		cost := -1.0
		if j.tell != nil && p.shares(j.order) {
			n := float64(j.order)
			cost = cmp.Or(j.cost, n*n*n)
		}
		s.costs = append(s.costs, cost)
	}
	owners := shares.Assign(s.costs, g.Size())
	p.decomposers.todo = p.decomposers.todo[:0]
	for i, j := range s.jobs {
		if owners[i] < 0 || owners[i] == g.Rank() {
			p.decomposers.todo = append(p.decomposers.todo, j)
		}
	}
	halted = p.decomposers.run()
	p.decomposers.todo = append(p.decomposers.todo[:0], s.jobs...)
	m, stopped := &s.results, halted != nil
	m.begin()
	if m.flag(&stopped); !stopped {
		tellResults(m, s.jobs, owners, g.Rank())
	}
	all, err := g.Gather(m.data)
	if err != nil {
		return halted, err
	}
	for rank, data := range all {
		if rank == g.Rank() {
			continue
		}
		m := read(data)
		if m.flag(&stopped); stopped {
			halted = cmp.Or(halted, haltedBy(rank))
		} else if halted == nil {
			tellResults(m, s.jobs, owners, rank)
			if err := m.end(); err != nil {
				return nil, err
			}
		}
	}
	return halted, nil
}

// haltedBy is the error of a step that ends because it has ended in another process.
func haltedBy(rank int) error {
	return fmt.Errorf("kfac: the step has ended in process %d: %w", rank, context.Canceled)
}

// tellResults writes or reads the results of those decompositions that one process has run.
func tellResults(m *message, jobs []*Decomposition, owners []int, rank int) {
	for i, j := range jobs {
		if owners[i] == rank {
			m.count(&j.retries)
			m.flag(&j.ok)
			j.tell(m)
		}
	}
}
