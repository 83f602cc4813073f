package scale

import "fmt"

// bytesTable has what is sent when it is due, in MB.
func bytesTable() string {
	t := newPage("network", ">parameters", ">gradient (messages)", ">factors", ">inverses, low-rank", ">block-diagonal", ">ekfac", ">preconditioned gradient",
		">mean of a step, H = P: low-rank, block-diagonal, ekfac", ">H = 1: low-rank, block-diagonal, ekfac")
	for _, w := range workloads() {
		cells := []string{w.Name, fmt.Sprint(w.Parameters())}
		all := map[Structure]*Plan{}
		mean := map[int]string{}
		for _, s := range []Structure{LowRank, BlockDiagonal, EKFAC} {
			all[s] = grid(w.Network, Defaults(s, true, w.batch(8)), Ethernet(), 8, 8)
			for _, holders := range []int{8, 1} {
				if s > LowRank {
					mean[holders] += ", "
				}
				mean[holders] += digits(meanBytes(grid(w.Network, all[s].Settings, Ethernet(), 8, holders)) / 1e6)
			}
		}
		cells = append(cells, fmt.Sprintf("%s (%d)", mega(w.Parameters()), len(all[LowRank].gradientMessages())-1), mega(w.Triangles()))
		for _, s := range []Structure{LowRank, BlockDiagonal, EKFAC} {
			cells = append(cells, digits(inverseBytes(all[s])/1e6))
		}
		t.row(append(cells, mega(w.Parameters()-w.Other), mean[8], mean[1])...)
	}
	return t.String()
}

// inverseBytes are those of the first column's inverses, for all values of γ.
func inverseBytes(p *Plan) float64 {
	elements := 0
	for trial := range p.trials() {
		elements += p.columnElements(0, trial)
	}
	return float64(element * elements)
}

func meanBytes(p *Plan) (sum float64) {
	for _, c := range p.Balanced() {
		sum += c.Bytes
	}
	return sum
}

// memoryTable has what a process keeps, in MB.
func memoryTable() string {
	const processes = 64
	t := newPage("network", "structure", ">parameters and directions", ">factors", ">inverses, H = 64", ">16", ">1", ">buffers, H = 64", ">1", ">activations", ">all, H = 64", ">1", ">one process")
	for _, w := range workloads() {
		for _, s := range []Structure{LowRank, BlockDiagonal, EKFAC} {
			settings := Defaults(s, true, w.batch(processes))
			var needs [3]Memory
			for i, holders := range []int{processes, processes / 4, 1} {
				needs[i] = grid(w.Network, settings, Ethernet(), processes, holders).Needs()
			}
			one := grid(w.Network, Defaults(s, true, w.each), Ethernet(), 1, 1).Needs()
			mb := func(bytes float64) string { return digits(bytes / 1e6) }
			t.row(w.Name, s.String(), mb(needs[0].Parameters), mb(needs[0].Factors), mb(needs[0].Inverses), mb(needs[1].Inverses), mb(needs[2].Inverses),
				mb(needs[0].Buffers), mb(needs[2].Buffers), mb(needs[0].Activations), mb(needs[0].Sum()), mb(needs[2].Sum()), mb(one.Sum()))
		}
	}
	return t.String()
}
