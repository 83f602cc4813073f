package figures_test

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/figures"
)

func ExampleMatrix() {
	matrix := figures.Matrix{
		Title:   "What test images were taken for",
		Classes: []string{"cat", "dog"},
		Counts:  [][]int{{48, 2}, {5, 45}},
	}
	svg, err := matrix.SVG()
	fmt.Printf("%.4s %v\n", svg, err)
	// Output: <svg <nil>
}

func ExampleReliability() {
	diagram := figures.Reliability{Bins: []figures.ReliabilityBin{
		{Low: 0, High: 0.5, Examples: 20, Confidence: 0.4, Accuracy: 0.35},
		{Low: 0.5, High: 1, Examples: 80, Confidence: 0.9, Accuracy: 0.8},
	}}
	svg, err := diagram.SVG()
	fmt.Printf("%.4s %v\n", svg, err)
	// Output: <svg <nil>
}
