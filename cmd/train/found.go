package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"github.com/gokfac/gokfac/internal/study/experiment"
)

// printTuning writes the best of each entry below its first trial.
func printTuning(w io.Writer, t *experiment.Tuning) error {
	b := t.Budget
	fmt.Fprintf(w, "%s search, up to %d trials for each, seeds %d to %d; the best by %s\n",
		b.Search, b.Trials, b.FirstSeed, b.FirstSeed+uint64(b.Seeds)-1, b.RankedBy)
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, o := range t.Optimizers {
		fmt.Fprintf(tab, "\n%s, %d trials\ttrial\tsteps\tseconds\t%s\tsettings\n", o.Label, len(o.Trials), title(t.Score))
		for _, best := range o.Best {
			what, tried := "at the end", o.Trials[best.Trial-1]
			steps, seconds := float64(tried.Steps), float64(tried.Seconds)
			if best.Goal != nil {
				what = fmt.Sprintf("to %s=%g", best.Goal.Metric, best.Goal.Value)
				for _, r := range tried.Reached {
					if r.Value == best.Goal.Value {
						steps, seconds = float64(r.Steps), float64(r.Seconds)
					}
				}
			}
			settings := commandLine(argumentsOf(tried.Settings))
			if len(tried.Settings) == 0 {
				settings = "(the defaults)"
			}
			fmt.Fprintf(tab, "  %s\t%d\t%s\t%s\t%s\t%s\n", what, best.Trial, unlessNever("%.0f", steps), unlessNever("%.1f", seconds),
				unlessNever("%.5g", float64(tried.Score)), settings)
		}
	}
	if err := tab.Flush(); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// unlessNever is v, or a dash for what was not reached.
func unlessNever(format string, v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	return fmt.Sprintf(format, v)
}
