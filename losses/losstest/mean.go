package losstest

import (
	"fmt"
	"math"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// mean checks Mean against the mean over the targets, and in float32 against samples.
func (c *checker) mean() {
	for _, e := range c.ensembles() {
		got := c.compute(graph.Float64, c.meanPart(), [][][]float64{{e.z}}).value
		if !c.meanIs(got, e, "Mean") {
			return
		}
	}
	if len(c.support) > 0 {
		return // samples are as probable as they should be
	}
	z := rounded(c.z().row(c.r))
	e := ensemble{z: z, y: c.draw(graph.Float32, repeat(z, c.cfg.Samples), c.cfg.Seed)}
	e.p = slices.Repeat([]float64{1 / float64(len(e.y))}, len(e.y))
	c.meanIs(c.compute(graph.Float32, c.meanPart(), [][][]float64{{z}}).value, e, "Mean in float32")
}

// meanIs compares a mean with the mean of targets. The mean of class labels is the classes' probabilities.
func (c *checker) meanIs(got []float64, e ensemble, what string) bool {
	target := func(i int) []float64 { return e.y[i] }
	if c.labels {
		target = func(i int) []float64 {
			one := make([]float64, c.outputs)
			one[int(e.y[i][0])] = 1
			return one
		}
	}
	want, bound := e.expect(target)
	if len(got) != len(want) {
		c.faultf("%s of one example has %d elements, and its targets %d: it must be of the targets' shape, or N×C of class labels",
			what, len(got), len(want))
		return false
	}
	for i, v := range want {
		bound[i] += 64 * epsilon * math.Abs(v)
	}
	return c.compare(partcheck.Comparison{What: fmt.Sprintf("%s %s", what, e.at()), Than: "the mean of targets " + e.over(),
		Got: got, Want: want, Tolerance: bound, Rough: e.rough()})
}
