package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// overview shows several runs: a line for each that is done and, in mode bar, a
// bar over all of them below it.
type overview struct {
	w          io.Writer // nil: nothing is shown
	notes      io.Writer // for what is said in every mode
	mode       string
	meter      *meter
	runs, done int
	width      int // of the longest label
	label      string
	total      int // steps of the run in progress
}

// barUnits is a run's length on the bar: steps of different optimizers take
// different times, and how many a run will need is not known.
const barUnits = 1000

func newOverview(mode string, w io.Writer) *overview {
	v := &overview{mode: mode, notes: w}
	if mode != "none" {
		v.w = w
	}
	return v
}

// Expect says what is to come.
func (v *overview) Expect(runs int, labels ...string) {
	v.runs = runs
	for _, label := range labels {
		v.width = max(v.width, len([]rune(label)))
	}
	if v.mode == "bar" {
		v.meter = newMeter(v.w, int64(runs)*barUnits, "", "starting")
	}
}

// Begin takes a run in.
func (v *overview) Begin(s *job.Spec, total int) {
	v.label, v.total = fmt.Sprintf("%s, seed %d", s.Label, s.Seed), total
}

// Event moves the bar within a run.
func (v *overview) Event(e *trainer.Event) error {
	if v.meter != nil && e.Kind == trainer.StepDone {
		v.meter.set(int64(v.done)*barUnits+int64((barUnits-1)*e.Step/v.total),
			fmt.Sprintf("run %d/%d: step %d/%d, %s", v.done+1, v.runs, e.Step, v.total, v.label))
	}
	return nil
}

// End writes a run's line.
func (v *overview) End(run *results.Run, kept bool) {
	v.done++
	if v.w == nil {
		return
	}
	if v.meter != nil {
		v.meter.clear()
	}
	var line strings.Builder
	n := len(fmt.Sprint(v.runs))
	fmt.Fprintf(&line, "run %*d/%d  %-*s  seed %d  %6d steps %8.1f s", n, v.done, v.runs, v.width, run.Label, run.Seed, run.Steps, float64(run.TrainSeconds))
	for _, score := range run.Scores {
		fmt.Fprintf(&line, "  %s %s", title(score.Name), figure(float64(score.Value)))
	}
	switch {
	case run.Ending == results.Diverged:
		line.WriteString("  diverged")
	case run.Ending == results.Cut:
		line.WriteString("  cut: slower than the best")
	case run.Target != nil && run.Target.Reached:
		line.WriteString("  target reached")
	}
	if len(run.Warnings) > 0 {
		line.WriteString("  (warning: " + strings.Join(run.Warnings, "; ") + ")")
	}
	if kept {
		line.WriteString("  (kept)")
	}
	fmt.Fprintln(v.w, folded(line.String(), columnsOf(v.w), 4))
	if v.meter != nil {
		v.meter.set(int64(v.done)*barUnits, fmt.Sprintf("run %d/%d", min(v.done+1, v.runs), v.runs))
	}
}

// Note writes a line above the bar.
func (v *overview) Note(text string) {
	if v.meter != nil {
		v.meter.clear()
	}
	fmt.Fprintln(v.notes, folded(printable(text), columnsOf(v.notes), 2))
}

// Close takes the bar away.
func (v *overview) Close() {
	if v.meter != nil {
		v.meter.clear()
	}
	if v.w != nil {
		fmt.Fprintln(v.w)
	}
}
