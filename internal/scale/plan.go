package scale

import "fmt"

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

	column   []int       // of each layer
	inverter [][2]int    // of the factors of each layer: the row of the process
	own      [][]float64 // by column and row: seconds of inverses
	apply    []float64   // by column: seconds of preconditioning
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

// assign gives each layer to a column, by the work that it makes between two inversions,
// and then each inverse to a row.
func (p *Plan) assign() {
	work := make([]float64, len(p.Layers))
	for i, l := range p.Layers {
		work[i] = float64(p.trials()-1+p.InversePeriod) * p.applySeconds(l) * float64(p.Holders)
		for _, order := range l.orders() {
			work[i] += p.inverseSeconds(order)
		}
	}
	p.column = Assign(work, p.Columns())
	p.inverter = make([][2]int, len(p.Layers))
	p.own = make([][]float64, p.Columns())
	p.apply = make([]float64, p.Columns())
	for c := range p.own {
		p.own[c] = make([]float64, p.Holders)
		p.assignRows(c)
	}
}

func (p *Plan) assignRows(column int) {
	var work []float64
	var of [][]*int
	for i, l := range p.Layers {
		if p.column[i] != column {
			continue
		}
		p.apply[column] += p.applySeconds(l)
		a, g := p.inverseSeconds(l.rows()), p.inverseSeconds(l.Out)
		rows := &p.inverter[i]
		if p.WholeLayers {
			work, of = append(work, a+g), append(of, []*int{&rows[0], &rows[1]})
		} else {
			work, of = append(work, a, g), append(of, []*int{&rows[0]}, []*int{&rows[1]})
		}
	}
	for i, row := range Assign(work, p.Holders) {
		for _, to := range of[i] {
			*to = row
		}
		p.own[column][row] += work[i]
	}
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

// inverseElements is what is sent of one factor's inverses, for all values of γ.
func (p *Plan) inverseElements(order int) int {
	switch r := p.rank(order); {
	case p.Structure.eigen():
		return order * order
	case r > 0:
		return order*r + r
	}
	return p.trials() * triangle(order)
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
