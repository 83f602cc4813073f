package scale

import (
	"fmt"
	"strings"
)

// Table is a table of docs/scale.md, in Markdown.
type Table struct{ Name, Text string }

// Tables are all of them.
func Tables() []Table {
	list := []Table{{"bytes", bytesTable()}, {"memory", memoryTable()}}
	for _, m := range []Machine{Ethernet(), InfiniBand()} {
		name, _, _ := strings.Cut(m.Name, ",")
		list = append(list, Table{strings.ReplaceAll(strings.ToLower(strings.Fields(name)[2]), "-", ""), Strategies(m)})
	}
	list = append(list, Table{"imbalance", imbalanceTable()}, Table{"overlap", overlapTable()}, Table{"published", publishedTable()})
	return append(list, Checks(Measured())...)
}

// workload is a network with a mini-batch that grows with the number of processes, up to
// a size beyond which more examples save hardly any steps.
type workload struct {
	Network
	each, most int // examples of a process, of all
}

// workloads are the networks with guesses at that size; of ResNet-50 it is one with which
// others have trained it.
func workloads() []workload {
	return []workload{{MLP(), 64, 4096}, {Autoencoder(), 125, 8000}, {ResNet32(), 128, 8192}, {VGG16(), 128, 8192}, {ResNet50(), 32, 32768}}
}

func (w workload) batch(processes int) int { return min(w.each*processes, w.most) }

// grid is NewPlan for numbers that fit.
func grid(n Network, s Settings, m Machine, processes, holders int) *Plan {
	p, err := NewPlan(n, s, m, processes, holders, false)
	if err != nil {
		panic(err)
	}
	return p
}

// page is a table that is being written.
type page struct{ strings.Builder }

// newPage begins with a head. A column whose head begins with ">" is one of numbers.
func newPage(heads ...string) *page {
	p := &page{}
	rule := "|"
	for _, h := range heads {
		name, numbers := strings.CutPrefix(h, ">")
		p.WriteString("| " + name + " ")
		if numbers {
			rule += "---:|"
		} else {
			rule += "---|"
		}
	}
	p.WriteString("|\n" + rule + "\n")
	return p
}

func (p *page) row(cells ...string) { p.WriteString("| " + strings.Join(cells, " | ") + " |\n") }

// digits writes a number with three digits, or all before the point.
func digits(x float64) string {
	switch {
	case x == 0:
		return "0"
	case x >= 99.95:
		return fmt.Sprintf("%.0f", x)
	case x >= 9.995:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

func mega(elements int) string     { return digits(element * float64(elements) / 1e6) }
func milli(seconds float64) string { return digits(1e3 * seconds) }
func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// bold marks the least of some numbers.
func bold(xs []float64, write func(float64) string) (cells []string) {
	least := 0
	for i, x := range xs {
		if x < xs[least]*(1-1e-9) {
			least = i
		}
	}
	for i, x := range xs {
		if cell := write(x); i == least {
			cells = append(cells, "**"+cell+"**")
		} else {
			cells = append(cells, cell)
		}
	}
	return cells
}
