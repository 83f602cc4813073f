package main

import (
	"slices"

	"github.com/gokfac/gokfac/internal/figures"
)

// pictures writes how often the predictions are right over how certain they are, and the
// entropies of the test images and of those of the first list of others: of the point
// estimate and of the linearised network with either prior.
func pictures(dir string, results []result, others []images) error {
	stranger := others[0].name
	calibration := figures.Chart{
		Title: "How often a prediction is right, over how certain it is",
		X:     figures.Axis{Label: "confidence", Percent: true, Min: 0.1, Max: 1}, Y: figures.Axis{Label: "accuracy", Percent: true, Min: 0, Max: 1},
	}
	entropy := figures.Chart{
		Title: "Images whose entropy is at most so high: test images, and " + stranger + " ones",
		X:     figures.Axis{Label: "entropy of the prediction (nats)"}, Y: figures.Axis{Label: "share of the images", Percent: true, Min: 0, Max: 1},
	}
	for i, way := range []struct{ name, short, label string }{
		{pointEstimate, "point", "point estimate"},
		{byEvidence, "evidence", "Laplace, prior by the evidence"},
		{byHeldOut, "held-out", "Laplace, prior by held-out images"},
	} {
		r := results[slices.IndexFunc(results, func(r result) bool { return r.name == way.name })]
		var points []figures.Point
		for _, b := range r.bins {
			if b.Examples >= leastInBin {
				points = append(points, figures.Point{X: b.Confidence, Y: b.Accuracy})
			}
		}
		calibration.Series = append(calibration.Series, figures.Series{Label: way.label, Points: points, Markers: true, Style: i + 1})
		entropy.Series = append(entropy.Series,
			figures.Series{Label: way.short + ", test", Points: cumulative(r.entropy), Style: 2*i + 1},
			figures.Series{Label: way.short + ", " + stranger, Points: cumulative(r.strange[0]), Style: 2*i + 2})
	}
	calibration.Series = append(calibration.Series, figures.Series{Label: "as certain as right", Points: []figures.Point{{X: 0.1, Y: 0.1}, {X: 1, Y: 1}}, Style: 7})
	return save(dir, map[string]*figures.Chart{"laplace-calibration": &calibration, "laplace-entropy": &entropy})
}

// leastInBin is the number of images that a bin must have to be drawn.
const leastInBin = 10

// cumulative is the share of the values that are at most x, at a hundred of them.
func cumulative(values []float64) []figures.Point {
	sorted := slices.Sorted(slices.Values(values))
	var points []figures.Point
	for i := range 101 {
		points = append(points, figures.Point{X: sorted[i*(len(sorted)-1)/100], Y: float64(i) / 100})
	}
	return points
}

// save writes the charts as SVG files.
func save(dir string, charts map[string]*figures.Chart) error {
	for name, c := range charts {
		if _, err := figures.Save(dir, name+".svg", c); err != nil {
			return err
		}
	}
	return nil
}
