package losstest

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/internal/partcheck"
	"github.com/gokfac/gokfac/losses"
)

// checks are all there is to check, in the order of the reports.
var checks = []struct {
	name string
	run  func(c *checker)
}{
	{"targets", (*checker).targets},
	{"batch", (*checker).batch},
	{"gradient", (*checker).gradient},
	{"tangent", (*checker).tangent},
	{"float32", (*checker).float32},
	{"large", (*checker).large},
	{"memory", (*checker).memory},
	{"sample", (*checker).sample},
	{"mean", (*checker).mean},
	{"likelihood", (*checker).likelihood},
	{"surrogate", (*checker).surrogate},
	{"fisher", (*checker).fisher},
	{"kl", (*checker).kl},
	{"mixed", (*checker).mixed},
	{"more", (*checker).more},
	{"network", (*checker).network},
	{"kind", (*checker).kind},
}

// Checks lists the names of the checks, which Config.Skip takes. The package's table says what each is about.
func Checks() []string {
	var names []string
	for _, check := range checks {
		names = append(names, check.name)
	}
	return names
}

// Check checks a loss, and reports each fault by t.Errorf in one line: the check's name, what was found, what it was
// compared with, and what is probably wrong. It never ends the test, and a panic of the loss is a fault. The same loss and
// Config give the same report. A loss takes a fraction of a second.
func Check(t testing.TB, loss losses.Loss, cfg Config) {
	t.Helper()
	if loss == nil {
		t.Errorf("losstest: the loss is nil")
		return
	}
	if err := cfg.Validate(); err != nil {
		t.Errorf("losstest: %v", err)
		return
	}
	c := &checker{loss: loss, cfg: cfg.withDefaults()}
	c.report = partcheck.NewReport(&c.told, "losstest", fmt.Sprintf("%T", loss))
	if c.do("targets", 0, (*checker).prepare) { // else there is nothing to check the rest with
		for i, check := range checks {
			if !slices.Contains(cfg.Skip, check.name) {
				c.do(check.name, uint64(i+1), check.run)
			}
		}
	}
	c.report.Close()
	for _, note := range c.notes {
		t.Logf("%s", note)
	}
	for _, fault := range c.faults {
		t.Errorf("%s", fault)
	}
}

// checker is a loss that is being checked.
type checker struct {
	loss losses.Loss
	cfg  Config

	report *partcheck.Report
	told   // what the report has told

	name    string     // of the check that runs
	r       *rand.Rand // its own, so that no check depends on others
	outputs int        // C
	shape   tensor.Shape
	width   int         // of one example's targets
	pool    [][]float64 // targets to take
	support [][]float64 // see Config
	labels  bool        // the targets are class labels
	binary  bool        // the targets are zeros and ones
}

// stop ends a check whose rest makes no sense.
type stop struct{ fault string }

func (c *checker) stopf(format string, args ...any) { panic(stop{fmt.Sprintf(format, args...)}) }

// must ends the check on an error.
func (c *checker) must(err error, what string) {
	if err != nil {
		c.stopf("%s: %v", what, err)
	}
}

// faultf reports a fault.
func (c *checker) faultf(format string, args ...any) { c.report.Fail(c.name, format, args...) }

// notef reports what is not checked.
func (c *checker) notef(format string, args ...any) { c.report.Skip(c.name, format, args...) }

// told keeps a report until Check is done, which then tells it from the caller's line.
type told struct{ faults, notes []string }

func (t *told) Helper() {}
func (t *told) Errorf(format string, args ...any) {
	t.faults = append(t.faults, fmt.Sprintf(format, args...))
}
func (t *told) Logf(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// do runs a check, and reports whether it came to its end.
func (c *checker) do(name string, stream uint64, run func(c *checker)) (ended bool) {
	c.name, c.r = name, rand.New(rand.NewPCG(c.cfg.Seed, stream))
	defer func() {
		switch r := recover().(type) {
		case nil:
			ended = true
		case stop:
			c.faultf("%s", r.fault)
		default:
			c.faultf("a panic: %v%s", r, place())
		}
	}()
	run(c)
	return
}

// place is the line of code that panicked: the first under the runtime's.
func place() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	panicked := false
	for {
		f, more := frames.Next()
		if panicked && !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf(" (in %s, %s:%d)", f.Function, f.File[strings.LastIndex(f.File, "/")+1:], f.Line)
		}
		panicked = panicked || f.Function == "runtime.gopanic"
		if !more {
			return ""
		}
	}
}
