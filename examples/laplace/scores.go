package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/trainer"
)

// scores are of the test images, but for the areas.
type scores struct {
	accuracy float64
	nll      float64 // mean of −log p of the label, in nats
	ece      float64 // expected calibration error, in 15 bins of the confidence
	brier    float64 // mean of Σ(p − 1 at the label)²
	bins     []trainer.CalibrationBin
	areas    []float64   // under the ROC of the entropy, test images against each list of others
	entropy  []float64   // of the test images
	strange  [][]float64 // entropies of the others
}

func (e *experiment) score(p []float64, others [][]float64) (scores, error) {
	k, labels := e.data.Classes, e.data.Test.Labels
	var s scores
	for i, y := range labels {
		one := p[i*k:][:k]
		best := 0
		for c, v := range one {
			if v > one[best] {
				best = c
			}
			target := 0.0
			if int32(c) == y {
				target = 1
			}
			s.brier += (v - target) * (v - target) / float64(len(labels))
		}
		if int32(best) == y {
			s.accuracy += 1 / float64(len(labels))
		}
	}
	s.nll = surprise(p, labels, k)
	truth := make([]float64, len(labels))
	for i, y := range labels {
		truth[i] = float64(y)
	}
	calibration := trainer.CalibrationError(trainer.CalibrationBins)
	if err := calibration.Add(dense(p, len(labels), k), tensor.New(tensor.WithShape(len(labels)), tensor.WithBacking(truth))); err != nil {
		return s, err
	}
	s.ece, s.bins = calibration.Value(), calibration.Bins()
	s.entropy = entropies(p, k)
	for _, o := range others {
		h := entropies(o, k)
		area, err := separation(s.entropy, h, math.Log(float64(k)))
		if err != nil {
			return s, err
		}
		s.areas, s.strange = append(s.areas, area), append(s.strange, h)
	}
	return s, nil
}

// surprise is the mean of −log p of the label, in nats.
func surprise(p []float64, labels []int32, classes int) float64 {
	sum := 0.0
	for i, y := range labels {
		sum -= math.Log(max(p[i*classes+int(y)], math.SmallestNonzeroFloat64))
	}
	return sum / float64(len(labels))
}

// separation is the probability that one of the high entropies is greater than one of the low
// ones: the area under the ROC. most is the greatest entropy that there is.
func separation(low, high []float64, most float64) (float64, error) {
	n := len(low) + len(high)
	p, y := make([]float64, n), make([]float64, n)
	for i, h := range append(slices.Clone(low), high...) {
		p[i] = min(h/most, 1)
		if i >= len(low) {
			y[i] = 1
		}
	}
	auc := trainer.ROCAUC()
	if err := auc.Add(dense(p, n, 1), dense(y, n, 1)); err != nil {
		return 0, err
	}
	return auc.Value(), nil
}

func dense(x []float64, rows, cols int) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(x))
}

// table prints the results.
func table(w io.Writer, results []result, others []images) {
	fmt.Fprintf(w, "\n%-42s %9s %8s %7s %8s", "", "accuracy", "NLL", "ECE", "Brier")
	for _, o := range others {
		fmt.Fprintf(w, " %9s", o.name)
	}
	fmt.Fprintln(w)
	for _, r := range results {
		fmt.Fprintf(w, "%-42s %8.2f%% %8.4f %6.2f%% %8.4f", r.name, 100*r.accuracy, r.nll, 100*r.ece, r.brier)
		for _, a := range r.areas {
			fmt.Fprintf(w, " %9.4f", a)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, "\nNLL, ECE (expected calibration error) and Brier score are of the test images: less is better.")
	fmt.Fprintln(w, "The last columns are areas under the ROC of the predictive entropy, test images against images of no class: 1 is best, ½ is chance.")
}
