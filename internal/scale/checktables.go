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

// Checks are the tables of what was measured on this machine, with lines of the text as
// measured.txt has them.
func Checks(text string) []Table {
	found := findings{}
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) == 4 && f[0] != "#" {
			found[strings.Join(f[:3], " ")] = f[3]
		}
	}
	return []Table{{"links", found.linksTable()}, {"here", found.stepsTable()}, {"two", found.twoTable()}}
}

// findings are measurements, by the words before them.
type findings map[string]string

// of writes a measurement.
func (f findings) of(write func(float64) string, words ...string) string {
	x, err := strconv.ParseFloat(f[strings.Join(words, " ")], 64)
	if err != nil {
		return "–"
	}
	return write(x)
}

// linksTable compares calls of a group with the model's links, in microseconds.
func (f findings) linksTable() string {
	t := newPage("call", ">2 processes: model, µs", ">measured", ">4 on two processors: model", ">measured")
	row := func(kind string, size int, name string, seconds func(l Link, p int) float64) {
		cells := []string{name}
		for i, m := range []Machine{Here(), Crowded()} {
			p := 2 << i
			cells = append(cells, digits(1e6*seconds(m.Link, p)), f.of(digits, kind, fmt.Sprint(size), fmt.Sprint(p)))
		}
		t.row(cells...)
	}
	for _, n := range []int{1, 1000, 100_000, 670_000, 2_800_000} {
		row("sum", n, fmt.Sprintf("sum of %d float32", n), func(l Link, p int) float64 { return l.Sum(p, float64(element*n)) })
	}
	for _, n := range []int{8, 1000, 100_000} {
		row("gather", n, fmt.Sprintf("gather of %d bytes from each", n), func(l Link, p int) float64 { return l.Gather(p, float64(p*n)) })
	}
	return t.String()
}

// stepsTable compares steps with the model's.
func (f findings) stepsTable() string {
	t := newPage("network", "run", ">1 process: model, ms", ">measured", ">2: model", ">measured", ">4 on two processors: model", ">measured")
	for _, w := range checkedRuns() {
		for _, r := range runs() {
			cells := []string{w.Name, r.name}
			for _, processes := range []int{1, 2, 4} {
				s, m := r.settings(w.batch), Here()
				s.ProductExamples = w.products
				if processes == 4 {
					m = Crowded()
				}
				cells = append(cells, milli(grid(w.Network, s, m, processes, 1).Simulated()), f.of(digits, w.Name, r.name, fmt.Sprint(processes)))
			}
			t.row(cells...)
		}
	}
	return t.String()
}

// twoTable compares two processes of one worker with one process of two, on this machine.
func (f findings) twoTable() string {
	t := newPage("network", "run", ">one process of two workers, ms", ">two processes, H = 1", ">ratio", ">measured", ">H = 2", ">ratio", ">measured")
	for _, w := range checkedRuns() {
		for _, r := range runs() {
			s := r.settings(w.batch)
			s.ProductExamples = w.products
			one := grid(w.Network, s, Here().shared(.5), 1, 1).Simulated()
			cells := []string{w.Name, r.name, milli(one)}
			for i, what := range []string{"2/1", "2/1:all"} {
				if s.Plain && i > 0 {
					cells = append(cells, "", "", "")
					continue
				}
				two := grid(w.Network, s, Here(), 2, i+1).Simulated()
				cells = append(cells, milli(two), hundredths(two/one), f.of(hundredths, w.Name, r.name, what))
			}
			t.row(cells...)
		}
	}
	return t.String()
}

func hundredths(x float64) string { return fmt.Sprintf("%.2f", x) }

// shared is a machine whose processors that many processes share; half a process has two
// of them.
func (m Machine) shared(processes float64) Machine {
	for _, r := range []*Rate{&m.Product, &m.Invert, &m.Eigen, &m.Subspace} {
		r.Peak /= processes
	}
	m.Memory /= processes
	return m
}
