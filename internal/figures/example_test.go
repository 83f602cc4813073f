package figures_test

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/figures"
)

func ExampleChart() {
	chart := figures.Chart{
		X: figures.Axis{Label: "steps"},
		Y: figures.Axis{Label: "test accuracy", Percent: true, Min: 0.9, Max: 1},
		Series: []figures.Series{
			{Label: "K-FAC", Points: []figures.Point{{X: 100, Y: 0.95, Low: 0.94, High: 0.96}, {X: 200, Y: 0.98, Low: 0.975, High: 0.985}}},
			{Label: "Adam", Points: []figures.Point{{X: 100, Y: 0.92}, {X: 200, Y: 0.95}}},
		},
		Lines: []figures.Line{{Y: 0.98, Label: "target"}},
	}
	svg, err := chart.SVG()
	fmt.Printf("%.4s %v\n", svg, err)
	// Output: <svg <nil>
}

func ExampleBars() {
	bars := figures.Bars{
		X:     figures.Axis{Label: "time per step (ms)"},
		Parts: []string{"gradient", "factors", "inverses"},
		Rows: []figures.BarRow{
			{Label: "K-FAC", Values: []float64{9.3, 4.4, 5}},
			{Label: "Adam", Values: []float64{9.3, 0, 0}},
		},
	}
	svg, err := bars.SVG()
	fmt.Printf("%.4s %v\n", svg, err)
	// Output: <svg <nil>
}
