package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/internal/figures"
)

// pieces is into how many parts of equal length a run is cut for its curve.
const pieces = 40

// draw writes the curves: over seeds, the median of the mean return of the episodes that
// ended in each part of a run, with the middle half of the seeds: 3 of 5.
func draw(o options, runs [][]trial) error {
	if o.out == "" {
		return nil
	}
	chart := figures.Chart{
		X:     figures.Axis{Label: "environment steps"},
		Y:     figures.Axis{Label: "return of an episode"},
		Lines: []figures.Line{{Y: o.environment.Target, Label: strings.Replace(fmt.Sprintf("target %g", o.environment.Target), "-", "−", 1)}},
	}
	width := float64(o.steps) / pieces
	for i, kind := range o.methods {
		series := figures.Series{Label: label(kind.Name)}
		for part := range pieces {
			from, to := float64(part)*width, float64(part+1)*width
			var means []float64
			for _, t := range runs[i] {
				if mean, ok := t.mean(from, to); ok {
					means = append(means, mean)
				}
			}
			if len(means) == 0 {
				continue // episodes that are longer than a part
			}
			low, high := middle(means)
			series.Points = append(series.Points, figures.Point{X: (from + to) / 2, Y: median(means), Low: low, High: high})
		}
		chart.Series = append(chart.Series, series)
	}
	if !slices.ContainsFunc(chart.Series, func(s figures.Series) bool { return len(s.Points) > 0 }) {
		return fmt.Errorf("no picture: no episode has ended within -steps %d", o.steps)
	}
	_, err := figures.Save(o.out, o.picture(), &chart)
	return err
}

// picture is the name of the picture's file.
func (o options) picture() string {
	if o.environment.Name == "cartpole" {
		return "cartpole.svg"
	}
	return "cartpole-" + o.environment.Name + ".svg"
}

// label is what a method is called in the legend.
func label(name string) string {
	switch name {
	case "pg":
		return "policy gradient"
	case "pg-adam":
		return "policy gradient, Adam"
	}
	return strings.ToUpper(name)
}

// middle is the range of x without a quarter of its elements at either end.
func middle(x []float64) (low, high float64) {
	sorted := slices.Sorted(slices.Values(x))
	n := len(sorted)
	return sorted[n/4], sorted[n-1-n/4]
}

// mean is that of the returns of the episodes that ended between two steps.
func (t trial) mean(from, to float64) (float64, bool) {
	var sum float64
	n := 0
	for _, e := range t.episodes {
		if at := float64(e.Steps); at > from && at <= to {
			sum += e.Return
			n++
		}
	}
	return sum / float64(n), n > 0
}
