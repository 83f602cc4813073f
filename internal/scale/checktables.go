package scale

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

// publishedTable compares the model with published times of steps.
func publishedTable() string {
	t := newPage("network", ">GPUs", ">SGD published, ms", ">model", ">K-FAC published, ms", ">model", ">K-FAC − SGD published, ms", ">model", ">model / published")
	for _, r := range PublishedRows() {
		sgd, kfac, err := r.plans(V100())
		if err != nil {
			panic(err)
		}
		a, b := sgd.Simulated(), kfac.Simulated()
		extra := r.step(r.KFAC - r.SGD)
		t.row(r.Network.Name, fmt.Sprint(r.GPUs), milli(r.step(r.SGD)), milli(a), milli(r.step(r.KFAC)), milli(b), milli(extra), milli(b-a), fmt.Sprintf("%.2f", (b-a)/extra))
	}
	return t.String()
}

//go:embed measured.txt
var measured string

// Measured are the measurements in measured.txt.
func Measured() string { return measured }

// kindOfRun is a kind of run on this machine.
type kindOfRun struct {
	name     string
	settings func(batch int) Settings
}

func runs() []kindOfRun {
	return []kindOfRun{
		{"sgd", SGD},
		{"fixed", func(n int) Settings {
			s := Defaults(LowRank, false, n)
			if n == 1000 { // the autoencoder's periods
				s.FactorPeriod, s.InversePeriod = 4, 10
			}
			return s
		}},
		{"adaptive", func(n int) Settings { return Defaults(LowRank, true, n) }},
		{"block-diagonal", func(n int) Settings { return Defaults(BlockDiagonal, true, n) }},
	}
}

// checkedRun is a network with cmd/train's mini-batch, and its examples for products.
type checkedRun struct {
	Network
	batch, products int
}

func checkedRuns() []checkedRun { return []checkedRun{{MLP(), 512, 512}, {Autoencoder(), 1000, 250}} }

// Checked compares the model with what was measured on this machine. Lines of the text
// are "NETWORK RUN PROCESSES MILLISECONDS".
func Checked(text string) string {
	found := map[string]string{}
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) == 4 && f[0] != "#" {
			found[strings.Join(f[:3], " ")] = f[3]
		}
	}
	t := newPage("network", "run", ">1 process: model, ms", ">measured", ">2: model", ">measured", ">4 on two processors: model", ">measured")
	for _, w := range checkedRuns() {
		for _, r := range runs() {
			cells := []string{w.Name, r.name}
			for _, processes := range []int{1, 2, 4} {
				s, m := r.settings(w.batch), Here()
				s.ProductExamples = w.products
				if processes == 4 {
					m = m.shared(2)
				}
				seen := found[fmt.Sprint(w.Name, " ", r.name, " ", processes)]
				if seen == "" {
					seen = "–"
				} else if ms, err := strconv.ParseFloat(seen, 64); err == nil {
					seen = digits(ms)
				}
				cells = append(cells, milli(grid(w.Network, s, m, processes, processes).Simulated()), seen)
			}
			t.row(cells...)
		}
	}
	return t.String()
}

// twoTable compares two processes of one worker with one process of two, on this machine.
func twoTable() string {
	t := newPage("network", "run", ">one process of two workers, ms", ">two processes, H = 2", ">H = 1", ">ratio of the faster", ">with the sum of gradients hidden")
	for _, w := range checkedRuns() {
		for _, r := range runs() {
			s := r.settings(w.batch)
			s.ProductExamples = w.products
			one := grid(w.Network, s, Here().shared(.5), 1, 1).Simulated()
			two, sole := grid(w.Network, s, Here(), 2, 2), grid(w.Network, s, Here(), 2, 1)
			best := min(two.Simulated(), sole.Simulated())
			sum, left := two.Overlap()
			t.row(w.Name, r.name, milli(one), milli(two.Simulated()), milli(sole.Simulated()), fmt.Sprintf("%.2f", best/one), fmt.Sprintf("%.2f", (best-sum+left)/one))
		}
	}
	return t.String()
}

// shared is a machine whose processors that many processes share; half a process has two
// of them.
func (m Machine) shared(processes float64) Machine {
	for _, r := range []*Rate{&m.Product, &m.Invert, &m.Eigen, &m.Subspace} {
		r.Peak /= processes
	}
	m.Memory /= processes
	return m
}
