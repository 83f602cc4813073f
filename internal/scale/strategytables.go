package scale

import (
	"fmt"
	"slices"
)

// sizesOfRuns are the numbers of processes of the tables.
var sizesOfRuns = [...]int{8, 64, 1024}

// Strategies has milliseconds of a simulated step on one machine.
func Strategies(m Machine) string {
	t := newPage("network", ">P", ">N", ">SGD", ">low-rank, H = P", ">P/4", ">1", ">block-diagonal, H = P", ">P/4", ">1", ">efficiency: SGD", ">low-rank", ">block-diagonal")
	for _, w := range workloads() {
		for _, processes := range sizesOfRuns {
			n := w.batch(processes)
			sgd := grid(w.Network, SGD(n), m, processes, processes).Simulated()
			cells := []string{w.Name, fmt.Sprint(processes), fmt.Sprint(n), milli(sgd)}
			efficiencies := []string{w.efficiency(m, SGD(w.each), n, processes, sgd)}
			for _, s := range []Structure{LowRank, BlockDiagonal} {
				var steps []float64
				for _, holders := range []int{processes, processes / 4, 1} {
					steps = append(steps, grid(w.Network, Defaults(s, true, n), m, processes, holders).Simulated())
				}
				cells = append(cells, bold(steps, milli)...)
				efficiencies = append(efficiencies, w.efficiency(m, Defaults(s, true, w.each), n, processes, slices.Min(steps)))
			}
			t.row(append(cells, efficiencies...)...)
		}
	}
	return t.String()
}

// efficiency is the number of examples a second and process, as a share of that of one
// process alone.
func (w workload) efficiency(m Machine, alone Settings, batch, processes int, step float64) string {
	one := float64(w.each) / grid(w.Network, alone, m, 1, 1).Simulated()
	return percent(float64(batch) / float64(processes) / step / one)
}

// imbalanceTable has the inverses of the process that has most, in multiples of the mean of
// all, and how much longer a step is than by the closed formula.
func imbalanceTable() string {
	t := newPage("network", ">P", ">factors: most, mean, ms", ">whole layers: most", ">longer step, H = P", ">whole layers", ">H = 1")
	for _, w := range workloads() {
		for _, processes := range sizesOfRuns {
			s := Defaults(BlockDiagonal, true, w.batch(processes))
			split := grid(w.Network, s, InfiniBand(), processes, processes)
			whole, err := NewPlan(w.Network, s, InfiniBand(), processes, processes, true)
			if err != nil {
				panic(err)
			}
			one := grid(w.Network, s, InfiniBand(), processes, 1)
			most, mean := inversesOf(split)
			mostWhole, _ := inversesOf(whole)
			longer := func(p *Plan) string { return percent(p.Simulated()/p.Seconds() - 1) }
			t.row(w.Name, fmt.Sprint(processes), milli(most)+", "+milli(mean), milli(mostWhole), longer(split), longer(whole), longer(one))
		}
	}
	return t.String()
}

// inversesOf is the time of the inverses of the process that has most, and the mean of all.
func inversesOf(p *Plan) (most, mean float64) {
	for rank := range p.Processes {
		seconds := p.Work(Inverses, rank)
		most = max(most, seconds)
		mean += seconds / float64(p.Processes)
	}
	return most, mean
}

// overlapTable has the sum of the gradients as it is, and what would be left of it.
func overlapTable() string {
	t := newPage("network", "machine", ">P", ">sum, ms", ">could hide", ">saves, of SGD's step", ">of K-FAC's")
	for _, w := range workloads() {
		for _, m := range Machines() {
			sizes := sizesOfRuns[:]
			if m.Name == Here().Name {
				sizes = []int{2}
			}
			for _, processes := range sizes {
				n := w.batch(processes)
				sgd := grid(w.Network, SGD(n), m, processes, processes)
				kfac := grid(w.Network, Defaults(LowRank, true, n), m, processes, 1)
				sum, left := sgd.Overlap()
				saved := sum - left
				t.row(w.Name, m.Name, fmt.Sprint(processes), milli(sum), percent(saved/sum), percent(saved/sgd.Simulated()), percent(saved/kfac.Simulated()))
			}
		}
	}
	return t.String()
}
