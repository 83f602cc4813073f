package main

import (
	"fmt"
	"io"
	"slices"
)

// steps prints the table of steps.
func steps(w io.Writer, s settings, bests [][]float64, results [][][]outcome) {
	fmt.Fprintf(w, "\nSteps until the ELBO is within 0.001 and 0.000001 nats of the greatest, from the prior. Medians of %d seeds.\n"+
		"Each method has the best of its rates, for each seed and goal.\n", s.seeds)
	for i, structure := range structures() {
		fmt.Fprintf(w, "\n%-30s %8s %8s %8s %8s\n", fmt.Sprintf("%s, ELBO %.3f", structure, median(bests[i])), "to 1e-3", "rate", "to 1e-6", "rate")
		for j, c := range contestants() {
			fmt.Fprintf(w, "%-30s", c.name)
			for goal := range (outcome{}).steps {
				var counts, rates []float64
				for _, o := range results[i][j] {
					count := float64(o.steps[goal])
					if count < 0 {
						count = float64(s.steps) + 1
					}
					counts, rates = append(counts, count), append(rates, o.rates[goal])
				}
				if n := median(counts); n > float64(s.steps) {
					fmt.Fprintf(w, " %8s %8s", fmt.Sprintf("> %d", s.steps), "")
				} else {
					fmt.Fprintf(w, " %8.0f %8.3g", n, median(rates))
				}
			}
			fmt.Fprintln(w)
		}
	}
}

// predictive prints the table of predictions.
func predictive(w io.Writer, predictions [][]score) {
	fmt.Fprintf(w, "\n%-30s %8s %8s\n", "test part", "accuracy", "NLL")
	for i, way := range ways() {
		var accuracies, nlls []float64
		for _, v := range predictions[i] {
			accuracies, nlls = append(accuracies, v.accuracy), append(nlls, v.nll)
		}
		fmt.Fprintf(w, "%-30s %7.1f%% %8.4f\n", way, 100*median(accuracies), median(nlls))
	}
}

// median is the middle of a list, or the greater of the two there.
func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}
