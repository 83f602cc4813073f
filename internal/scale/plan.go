package scale

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/shares"
)

// Plan is a run on several processes: who has which examples and inverses.
type Plan struct {
	Network
	Settings
	Machine
	Processes int // P
	Holders   int // H
	// WholeLayers leaves both factors of a layer to one process, where they may else go to
	// two.
	WholeLayers bool

	column []int     // of each layer
	own    []float64 // by process: seconds of inverses
	apply  []float64 // by process: seconds of preconditioning
}

// NewPlan shares the layers out. The number of holders must divide that of processes.
func NewPlan(n Network, s Settings, m Machine, processes, holders int, wholeLayers bool) (*Plan, error) {
	if processes < 1 || holders < 1 || processes%holders != 0 {
		return nil, fmt.Errorf("scale: %d holders of an inverse among %d processes: want a divisor", holders, processes)
	}
	p := &Plan{Network: n, Settings: s, Machine: m, Processes: processes, Holders: holders, WholeLayers: wholeLayers}
	if !s.Plain {
		p.assign()
	}
	return p, nil
}

// Columns is C, the number of groups of processes with the same inverses.
func (p *Plan) Columns() int { return p.Processes / p.Holders }

// Share is N_r: mini-batches are split by interleaving.
func (p *Plan) Share(rank int) int { return p.part(p.Batch, rank) }

func (p *Plan) part(n, rank int) int { return (n - rank + p.Processes - 1) / p.Processes }

// assign gives each layer to a column, and then each of its inverses to a row. As in kfac, the
// work of an inverse counts as the cube of its order. Eigenvectors of EKFAC are everybody's:
// one of all processes finds them, and one of each row applies them.
func (p *Plan) assign() {
	p.own, p.apply = make([]float64, p.Processes), make([]float64, p.Processes)
	if p.Structure == EKFAC {
		p.assignBases()
		return
	}
	work := make([]float64, len(p.Layers))
	for i, l := range p.Layers {
		work[i] = cube(l.rows()) + cube(l.Out)
	}
	p.column = shares.Assign(work, p.Columns())
	for c := range p.Columns() {
		p.assignRows(c)
	}
}

func (p *Plan) assignRows(column int) {
	var work, seconds []float64
	add := func(orders ...int) {
		sum, took := 0., 0.
		for _, n := range orders {
			sum, took = sum+cube(n), took+p.inverseSeconds(n)
		}
		work, seconds = append(work, sum), append(seconds, took)
	}
	for i, l := range p.Layers {
		if p.column[i] != column {
			continue
		}
		for row := range p.Holders {
			p.apply[row*p.Columns()+column] += p.applySeconds(l)
		}
		if p.WholeLayers {
			add(l.rows(), l.Out)
		} else {
			add(l.rows())
			add(l.Out)
		}
	}
	for i, row := range shares.Assign(work, p.Holders) {
		p.own[row*p.Columns()+column] += seconds[i]
	}
}

// assignBases shares eigenvectors out to all, and their application to the members of a row,
// or to all if there is one column.
func (p *Plan) assignBases() {
	var work, seconds, applied []float64
	for _, l := range p.Layers {
		for _, n := range l.orders() {
			work, seconds = append(work, cube(n)), append(seconds, p.inverseSeconds(n))
		}
		applied = append(applied, float64(l.parameters())*float64(l.rows()+l.Out))
	}
	for i, rank := range shares.Assign(work, p.Processes) {
		p.own[rank] += seconds[i]
	}
	members := p.appliers()
	for i, member := range shares.Assign(applied, members) {
		for rank := member; rank < p.Processes; rank += members {
			p.apply[rank] += p.applySeconds(p.Layers[i])
		}
	}
}

// appliers is the number of processes among which the layers are shared for preconditioning.
func (p *Plan) appliers() int {
	if p.Structure == EKFAC && p.Columns() == 1 {
		return p.Processes
	}
	return p.Columns()
}

// holds reports whether a column has the inverses of a layer.
func (p *Plan) holds(column, layer int) bool {
	return p.Structure == EKFAC || p.column[layer] == column
}

// inverseSeconds is the time of one factor's inverses, for all values of γ.
func (p *Plan) inverseSeconds(order int) float64 {
	switch r := p.rank(order); {
	case p.Structure.eigen():
		return p.Eigen.Seconds(EigenFlops(order), float64(order))
	case r > 0:
		return p.Subspace.Seconds(SubspaceFlops(order, r), float64(order))
	}
	return float64(p.trials()) * p.Invert.Seconds(InverseFlops(order), float64(order))
}

// inverseElements is what is sent of one factor's inverse for a value of γ: the first one that
// is tried, or another one.
func (p *Plan) inverseElements(order, trial int) int {
	r := p.rank(order)
	switch {
	case !p.Structure.eigen() && r == 0:
		return triangle(order)
	case trial > 0: // what is sent serves all
		return 0
	case r > 0:
		return order*r + r
	}
	return order * order
}

// applySeconds is the time in which one layer's gradient is preconditioned once.
func (p *Plan) applySeconds(l Layer) float64 {
	rows, out := float64(l.rows()), float64(l.Out)
	seconds := 0.
	for _, order := range l.orders() {
		n, k := float64(order), float64(order)
		flops := 2 * rows * out * n
		if r := p.rank(order); r > 0 {
			k = float64(r)
			flops = 4 * rows * out * k
		} else if p.Structure.eigen() {
			flops *= 2
		}
		seconds += p.Product.Seconds(flops, min(rows, out, k))
	}
	return seconds
}
