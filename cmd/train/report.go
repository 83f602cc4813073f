package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/results"
)

// printTable writes the result for people.
func printTable(r *job.Run, w io.Writer) error {
	s, made := r.Spec, r.Record()
	var text strings.Builder
	tab := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	if !r.Evaluated() {
		fmt.Fprintf(tab, "optimizer\t%s\n", s.Optimizer)
	}
	fmt.Fprintf(tab, "model\t%s %s, %d parameters\n", s.Model, s.Sizes(r.Data), made.Params)
	fmt.Fprintf(tab, "data set\t%s\n", r.Data.Name)
	if !r.Evaluated() {
		fmt.Fprintf(tab, "steps\t%d (%.4g epochs)\n", made.Steps, float64(made.Steps)/float64(r.PerEpoch))
		fmt.Fprintf(tab, "training time\t%.3g s (%.3g steps/s)\n", float64(made.TrainSeconds), float64(made.StepsPerSecond))
		fmt.Fprintf(tab, "train loss\t%s\n", figure(float64(made.TrainLoss)))
	}
	for _, name := range s.Scores() {
		fmt.Fprintf(tab, "%s\t%s\n", strings.ReplaceAll(name, "_", " "), figure(r.Score(name)))
	}
	if v, ok := r.TestError(); ok {
		fmt.Fprintf(tab, "test error\t%.4g, root mean square in the units of the data\n", v)
	}
	if rec := r.BestRecord(); rec != nil {
		kept := ""
		if r.KeepsBest() && rec.Step < made.Steps {
			kept = ", of which the model is; the scores above are of the last step"
		}
		fmt.Fprintf(tab, "best\t%s %s at step %d%s\n", strings.ReplaceAll(s.Judge(), "_", " "), figure(rec.Scores[s.Judge()]), rec.Step, kept)
	}
	if r.Ending == results.Stalled {
		fmt.Fprintf(tab, "stopped\tno better for %d evaluations\n", s.Patience)
	}
	if t := s.Target; t != nil && t.Reached {
		fmt.Fprintf(tab, "target\t%s reached at step %d, after %.3g s\n", s.TargetText(), t.Step, t.Seconds)
	} else if t != nil {
		fmt.Fprintf(tab, "target\t%s not reached\n", s.TargetText())
	}
	tab.Flush()
	columns := columnsOf(w)
	first, _, _ := strings.Cut(text.String(), "\n")
	_, value, _ := strings.Cut(first, "  ")
	indent := len(first) - len(strings.TrimLeft(value, " ")) // of the values
	for line := range strings.Lines(text.String()) {
		if _, err := fmt.Fprintln(w, folded(strings.TrimSuffix(line, "\n"), columns, indent)); err != nil {
			return fmt.Errorf("writing the result: %w", err)
		}
	}
	return nil
}

// figure is a loss or a score.
func figure(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return "not measured"
	case a >= 1e6:
		return fmt.Sprintf("%.4g", v)
	case a >= 100:
		return fmt.Sprintf("%.2f", v)
	case a >= 10:
		return fmt.Sprintf("%.3f", v)
	case a < 1e-3 && a > 0:
		return fmt.Sprintf("%.1e", v)
	}
	return fmt.Sprintf("%.4f", v)
}

func times(shape []int) string { return job.Joined(shape, "×") }
