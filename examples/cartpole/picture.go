package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/gokfac/gokfac/internal/figures"
)

// pieces is into how many parts of equal length a run is cut for its curve.
const pieces = 40

// draw writes the curves: over seeds, the median of the mean return of the episodes that
// ended in each part of a run, with the range of the seeds.
func draw(o options, runs [][]trial) error {
	if !o.picture() {
		return nil
	}
	chart := figures.Chart{
		X:     figures.Axis{Label: "environment steps"},
		Y:     figures.Axis{Label: "return of an episode"},
		Lines: []figures.Line{{Y: o.environment.Target, Label: fmt.Sprintf("target %g", o.environment.Target)}},
	}
	width := float64(o.steps) / pieces
	for i, kind := range o.methods {
		series := figures.Series{Label: kind.Name}
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
			series.Points = append(series.Points, figures.Point{X: (from + to) / 2, Y: median(means), Low: slices.Min(means), High: slices.Max(means)})
		}
		chart.Series = append(chart.Series, series)
	}
	for path, encode := range map[string]func() ([]byte, error){o.pngPath: chart.PNG, o.svgPath: chart.SVG} {
		if path == "" {
			continue
		}
		data, err := encode()
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
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
