package job

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// mostValues are as many values of a target as are scored by themselves, and written out
// for an example.
const mostValues = 16

// assessValues is about a regression. Targets are standardised by an affine map, so an
// absolute error, or the root of a mean of squares, times the deviation is the error in
// the units of the data; R² is the same in both.
func assessValues(d *datasets.Dataset) (metrics []trainer.Metric, tell func(*results.Assessment)) {
	r2, mae, rmse := trainer.R2(), trainer.MAE(), trainer.RMSE()
	pick := &picker{most: examplesOf(d, 1), judge: furthest, outputs: true}
	return []trainer.Metric{r2, mae, rmse, pick}, func(a *results.Assessment) {
		own := [][]float64{r2.PerValue(), inUnits(d, mae.PerValue()), inUnits(d, rmse.PerValue())}
		note(a, r2.Name(), r2.Value(), true)
		note(a, mae.Name(), average(own[1]), false)
		note(a, rmse.Name(), average(own[2]), false)
		if n := d.Outputs(); n > mostValues {
			a.Notes = append(a.Notes, fmt.Sprintf("%d values are predicted: each is scored by itself where there are up to %d", n, mostValues))
		} else if n > 1 {
			for j := range n {
				for i, m := range []*trainer.ValueMetric{r2, mae, rmse} {
					note(a, m.Name()+" of "+valueName(d, j), own[i][j], m.HigherIsBetter())
				}
			}
		}
		a.Examples = pick.examples(a, d, func(e *results.Example, p picked) {
			width := d.Outputs()
			truth, err := d.TargetScaling.Invert(d.Test.Targets[p.index*width : (p.index+1)*width])
			made, also := d.TargetScaling.Invert(p.output)
			if err != nil || also != nil { // of other columns: of no data set that was opened
				e.Output = nil
				return
			}
			e.Truth, e.Predicted = valuesText(truth), valuesText(made)
			e.Output = inFloat32(made)
		})
	}
}

// furthest weighs an example by the sum of its squared errors, as the loss does.
func furthest(p picked, output, target []float64) (picked, bool) {
	for j, v := range output {
		p.weight += (v - target[j]) * (v - target[j])
	}
	return p, true
}

// inUnits are errors of targets as the model has them, in the units of the data.
func inUnits(d *datasets.Dataset, errors []float64) []float64 {
	deviations := d.TargetScaling.Deviation
	for j := range errors {
		if len(deviations) > 0 {
			errors[j] *= deviations[j%len(deviations)]
		}
	}
	return errors
}

func average(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// valueName is the header of a value that is predicted, or its number from 1. A name that
// another value has gets the number as well.
func valueName(d *datasets.Dataset, j int) string {
	number := strconv.Itoa(j + 1)
	if j >= len(d.TargetNames) || d.TargetNames[j] == "" {
		return number
	}
	for i, name := range d.TargetNames {
		if i != j && printable(name) == printable(d.TargetNames[j]) {
			return printable(name) + " " + number
		}
	}
	return printable(d.TargetNames[j])
}

func valuesText(values []float64) string {
	var list []string
	for _, v := range values[:min(len(values), mostValues)] {
		list = append(list, strconv.FormatFloat(v, 'g', 6, 64))
	}
	if len(values) > mostValues {
		list = append(list, "…")
	}
	return strings.Join(list, ", ")
}
