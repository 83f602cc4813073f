package losstest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/internal/partcheck"
	"github.com/gokfac/gokfac/losses"
)

// step is how an aspect is looked at. It is left out where an aspect that it needs has failed: its failures would be
// consequences.
type step struct {
	aspect Aspect
	look   func(c *checker)
	needs  []Aspect
}

func steps() []step {
	built := []Aspect{Building}
	values := []Aspect{Building, Batch, Gradient}
	drawn := append(values[:3:3], Sample)
	return []step{
		{Building, (*checker).building, nil},
		{Targets, (*checker).targets, nil},
		{Batch, (*checker).batch, built},
		{Gradient, (*checker).gradient, built},
		{Tangent, (*checker).tangent, values},
		{Precision, (*checker).precision, built},
		{Large, (*checker).large, built},
		{Memory, (*checker).memory, built},
		{Sample, (*checker).sample, values},
		{Likelihood, (*checker).likelihood, drawn},
		{Mean, (*checker).mean, drawn},
		{Surrogate, (*checker).surrogate, values},
		{Fisher, (*checker).fisher, drawn},
		{KL, (*checker).kl, drawn},
		{Mixed, (*checker).mixed, values},
		{More, (*checker).more, values},
		{Network, (*checker).network, append(drawn[:4:4], Targets, Memory, Fisher)},
		{Saving, (*checker).saving, built},
	}
}

// Check looks at all [Aspects] of a loss, and reports each fault to t in one line: the loss, the aspect, what is wrong, the
// element with both values, and what probably is the reason. It never ends the test, and a panic of the loss is a fault. The
// same loss and Config give the same report. A loss takes a fraction of a second.
func Check(t T, loss losses.Loss, cfg Config) {
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
	c.report = partcheck.NewReport(&c.told, "losstest", nameOf(loss))
	if c.do(Building, 0, (*checker).prepare) { // else there is nothing to look at the rest with
		c.all()
	}
	c.report.Close()
	for _, note := range c.notes {
		t.Logf("%s", note)
	}
	for _, fault := range c.faults {
		t.Errorf("%s", fault)
	}
}

func (c *checker) all() {
	for i, s := range steps() {
		c.aspect = s.aspect
		if why, ok := c.cfg.Skip[s.aspect]; ok {
			c.notef("%s", why)
			continue
		}
		failed := func(a Aspect) bool { return c.report.FailedIn(string(a)) }
		if k := slices.IndexFunc(s.needs, failed); k >= 0 {
			c.notef("%s failed", s.needs[k])
			continue
		}
		c.do(s.aspect, uint64(i+1), s.look)
	}
}

// nameOf is what a loss is called in failures: its type, and the halves of one that losses.With has joined.
func nameOf(loss losses.Loss) string {
	name := fmt.Sprintf("%T", loss)
	if name == fmt.Sprintf("%T", losses.With(nil, nil)) {
		return fmt.Sprint(loss)
	}
	return name
}

// checker is a loss that is being checked.
type checker struct {
	loss losses.Loss
	cfg  Config

	report *partcheck.Report
	told   // what the report has told

	aspect  Aspect     // that is looked at
	r       *rand.Rand // its own, so that no aspect depends on others
	outputs int        // C
	shape   tensor.Shape
	width   int         // of one example's targets
	pool    [][]float64 // targets to take
	support [][]float64 // see Config
	labels  bool        // the targets are class labels
	binary  bool        // the targets are zeros and ones
}

// stop ends an aspect whose rest makes no sense.
type stop struct{ fault string }

func (c *checker) stopf(format string, args ...any) { panic(stop{fmt.Sprintf(format, args...)}) }

// must ends the aspect on an error.
func (c *checker) must(err error, what string) {
	if err != nil {
		c.stopf("%s: %v", what, err)
	}
}

// faultf reports a fault.
func (c *checker) faultf(format string, args ...any) {
	c.report.Fail(string(c.aspect), format, args...)
}

// notef reports what is not checked.
func (c *checker) notef(format string, args ...any) { c.report.Skip(string(c.aspect), format, args...) }

// told keeps a report until Check is done, which then tells it from the caller's line.
type told struct{ faults, notes []string }

func (t *told) Helper() {}
func (t *told) Errorf(format string, args ...any) {
	t.faults = append(t.faults, fmt.Sprintf(format, args...))
}
func (t *told) Logf(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// do looks at an aspect, and reports whether it came to the end.
func (c *checker) do(aspect Aspect, stream uint64, look func(c *checker)) (ended bool) {
	c.aspect, c.r = aspect, rand.New(rand.NewPCG(c.cfg.Seed, stream))
	defer func() {
		switch r := recover().(type) {
		case nil:
			ended = true
		case stop:
			c.faultf("%s", r.fault)
		default:
			c.faultf("%v", partcheck.PanicError(r))
		}
	}()
	look(c)
	return
}
