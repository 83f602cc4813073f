package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/gokfac/gokfac/internal/results"
)

// printTable writes the result for people.
func (r *training) printTable(w io.Writer) error {
	var text strings.Builder
	tab := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "optimizer\t%s\n", r.s.opt)
	fmt.Fprintf(tab, "model\t%s %s, %d parameters\n", r.s.model, joined(widths(r.s, r.d), "-"), r.params())
	fmt.Fprintf(tab, "data set\t%s\n", r.d.Name)
	fmt.Fprintf(tab, "steps\t%d (%.4g epochs)\n", r.result.Steps, float64(r.result.Steps)/float64(r.perEpoch))
	fmt.Fprintf(tab, "training time\t%.3g s (%.3g steps/s)\n", r.result.TrainSeconds, r.stepsPerSecond())
	fmt.Fprintf(tab, "train loss\t%s\n", figure(r.trainLoss()))
	for _, name := range r.s.scores() {
		fmt.Fprintf(tab, "%s\t%s\n", strings.ReplaceAll(name, "_", " "), figure(r.score(name)))
	}
	if v, ok := r.testError(); ok {
		fmt.Fprintf(tab, "test error\t%.4g, root mean square in the units of the data\n", v)
	}
	if rec := r.bestRecord(); rec != nil {
		fmt.Fprintf(tab, "best\t%s %s at step %d\n", strings.ReplaceAll(r.s.judge(), "_", " "), figure(rec.Scores[r.s.judge()]), rec.Step)
	}
	if r.ending == results.Stalled {
		fmt.Fprintf(tab, "stopped\tno better for %d evaluations\n", r.s.patience)
	}
	if t := r.s.target; t != nil && t.Reached {
		fmt.Fprintf(tab, "target\t%s reached at step %d, after %.3g s\n", r.s.targetText(), t.Step, t.Seconds)
	} else if t != nil {
		fmt.Fprintf(tab, "target\t%s not reached\n", r.s.targetText())
	}
	tab.Flush()
	columns := columnsOf(w)
	first, _, _ := strings.Cut(text.String(), "\n")
	indent := len(first) - len(r.s.opt) // of the values
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

func times(shape []int) string { return joined(shape, "×") }

func joined(numbers []int, separator string) string {
	parts := make([]string, len(numbers))
	for i, n := range numbers {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, separator)
}
