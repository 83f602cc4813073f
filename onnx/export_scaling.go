package onnx

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/scaling"
)

// scale adds (x − mean)·(1/deviation), bounded.
//
// In float32, x − mean would be off by the rounding of the mean, which counts in units of the deviation: by 0.06 for a
// column such as a date of 1,600,000,000 ± 60. The mean is therefore taken off in two parts, high and low, where the
// second one matters: x − high is exact if x is near.
func (g *Graph) scale(x Value, s scaling.Scaling) Value {
	if len(s.Mean) == 0 {
		return x
	}
	shape := columns(len(s.Mean), x.Shape)
	high, low, inverse := make([]float64, len(s.Mean)), make([]float64, len(s.Mean)), make([]float64, len(s.Mean))
	matters := false
	for i, mean := range s.Mean {
		high[i] = mean
		if !g.double {
			high[i] = float64(float32(mean))
			low[i] = mean - high[i]
		}
		if s.Deviation[i] == 0 { // a constant column becomes 0
			low[i] = 0
			continue
		}
		inverse[i] = 1 / s.Deviation[i]
		matters = matters || math.Abs(low[i]*inverse[i]) > 1.0/(1<<24)
		if v := inverse[i]; v-v != 0 || !g.double && math.Abs(v) > math.MaxFloat32 {
			g.fail(fmt.Errorf("the scaling of inputs: column %d has a deviation of %g, too small to divide by", i, s.Deviation[i]))
			return x
		}
	}
	if slices.ContainsFunc(high, func(v float64) bool { return v != 0 }) {
		x = x.Same(g.Node("Sub", []string{x.name, g.Floats("input.mean", high, shape...)}))
	}
	if matters {
		x = x.Same(g.Node("Sub", []string{x.name, g.Floats("input.mean.low", low, shape...)}))
	}
	if slices.ContainsFunc(inverse, func(v float64) bool { return v != 1 }) {
		x = x.Same(g.Node("Mul", []string{x.name, g.Floats("input.factor", inverse, shape...)}))
	}
	if s.Bound != 0 {
		x = x.Same(g.Node("Clip", []string{x.name, g.Floats("input.least", []float64{-s.Bound}), g.Floats("input.most", []float64{s.Bound})}))
	}
	return x
}

// columns is the shape of a scaling of so many columns for examples of a shape.
func columns(n int, shape []int) []int {
	if n > 1 && n == tensor.Shape(shape).TotalSize() {
		return shape
	}
	return []int{n}
}
