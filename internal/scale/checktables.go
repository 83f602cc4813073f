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

// Checks are the two tables of what was measured on this machine. Lines of the text are
// "NETWORK RUN PROCESSES MILLISECONDS", and "NETWORK RUN 2/1 RATIO" for two processes of one
// worker against one process of two, or "2/1:all" where both hold all inverses. A later line
// of the same run counts.
func Checks(text string) []Table {
	found := map[string]string{}
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) == 4 && f[0] != "#" {
			found[strings.Join(f[:3], " ")] = f[3]
		}
	}
	seen := func(w checkedRun, r kindOfRun, what string, write func(float64) string) string {
		x, err := strconv.ParseFloat(found[w.Name+" "+r.name+" "+what], 64)
		if err != nil {
			return "–"
		}
		return write(x)
	}
	return []Table{{"here", stepsTable(seen)}, {"two", twoTable(seen)}}
}

// seen writes what was measured of a run.
type seen func(w checkedRun, r kindOfRun, what string, write func(float64) string) string

// stepsTable compares steps with the model's.
func stepsTable(measured seen) string {
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
				cells = append(cells, milli(grid(w.Network, s, m, processes, 1).Simulated()), measured(w, r, fmt.Sprint(processes), digits))
			}
			t.row(cells...)
		}
	}
	return t.String()
}

// twoTable compares two processes of one worker with one process of two, on this machine.
func twoTable(measured seen) string {
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
				cells = append(cells, milli(two), hundredths(two/one), measured(w, r, what, hundredths))
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
