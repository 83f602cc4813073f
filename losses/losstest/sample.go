package losstest

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// sample checks where samples come from: the graph's stream, anew in each run, the same for all programs of a run, and
// from p(y|z), of which they are constants.
func (c *checker) sample() {
	const n = 64
	z := c.z().row(c.r)
	rows := repeat(z, n)
	first := flat(c.draw(graph.Float64, rows, 1))
	if !slices.Equal(first, flat(c.draw(graph.Float64, rows, 1))) {
		c.faultf("Sample draws other targets for the same seed: draw from the builder's Streams.Sample alone")
		return
	}
	if slices.Equal(first, flat(c.draw(graph.Float64, rows, 2))) {
		advice := "draw from the builder's Streams.Sample"
		if slices.Equal(first, flat(repeat(first[:c.width], n))) {
			advice = fmt.Sprintf("all %d samples at outputs %s are %v: is this the most probable target, or the mean, in the place of a sample?",
				n, numbers(z), first[:c.width])
		}
		c.faultf("Sample draws the same targets for two seeds: %s", advice)
		return
	}
	c.programs(rows)
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		c.frequencies(dtype)
	}
}

// programs checks samples in the programs of a graph.
func (c *checker) programs(rows [][]float64) {
	n := len(rows)
	b := c.builder(graph.Float64, n, 1)
	z, memory := b.Input("z", n, c.outputs)
	partcheck.Fill(memory, flat(rows))
	drawn := c.sampleNode(b, z)
	y := c.snapshot(b, drawn)
	nll, err := c.loss.NegativeLogLikelihood(b, z, drawn)
	c.must(err, "NegativeLogLikelihood of samples")
	grads, err := b.Backward(nll, b.Ones(1), z)
	if err != nil {
		c.stopf("the gradient of NegativeLogLikelihood of samples: set Const in Sample's op: %v", err)
	}
	if grads[0] == nil {
		c.stopf("no gradient flows from NegativeLogLikelihood of samples to the outputs")
	}
	gradient := c.snapshot(b, grads[0])
	forward, err := b.Compile(y, nll)
	c.must(err, "Sample")
	backward, err := b.Compile(y, gradient)
	c.must(err, "the gradient of NegativeLogLikelihood of samples")
	read := func() []float64 { return partcheck.Doubles(graph.Value(y)) }
	c.must(forward.Run(), "a run of Sample")
	before := read()
	c.must(backward.Resume(), "a run of Sample")
	if !slices.Equal(before, read()) {
		c.faultf("Sample draws other targets when a second program goes on with the same run: samples must be of an op of their own, " +
			"which graph.Program.Resume does not compute again")
		return
	}
	got, want := partcheck.Doubles(graph.Value(gradient)), c.compute(graph.Float64, c.nll(), [][][]float64{rows, split(before, c.width)}).gradient
	c.compare(partcheck.Comparison{What: "the gradient of NegativeLogLikelihood of samples", Than: "the gradient of the same targets as data",
		Got: got, Want: want, Tolerance: []float64{1e-12 * (1 + partcheck.Largest(want))}, Shape: []int{n, c.outputs}, Batch: n,
		Hint: "a gradient flows through Sample, whose op must have Const set"})
	c.must(forward.Run(), "a run of Sample")
	if slices.Equal(before, read()) {
		c.faultf("Sample gives the same targets in every run: draw in the op's F32 and F64, not when the graph is built")
	}
}

// frequencies compares how often each target is drawn with its probability, if all targets are known.
func (c *checker) frequencies(dtype tensor.Dtype) {
	n := c.cfg.Samples
	if len(c.support) == 0 {
		n = 256 // aspects Mean, Likelihood and Fisher compare real targets with the density
	}
	for range 3 {
		z := rounded(c.z().row(c.r))
		y := c.draw(dtype, repeat(z, n), c.cfg.Seed)
		if slices.Equal(flat(y), flat(repeat(y[0], n))) {
			c.faultf("all %d samples at outputs %s are %v (%v): is this the most probable target, or the mean, in the place of a sample, "+
				"or one random number for all examples?", n, numbers(z), y[0], dtype)
			return
		}
		if len(c.support) == 0 {
			continue
		}
		e := c.ensemble(z)
		drawn := make([]float64, len(e.y))
		for _, row := range y {
			i := slices.IndexFunc(e.y, func(one []float64) bool { return slices.Equal(one, row) })
			if i < 0 {
				c.faultf("Sample draws %v %s (%v), which is not among the %d targets that there are", row, e.at(), dtype, len(e.y))
				return
			}
			drawn[i] += 1 / float64(n)
		}
		bound := make([]float64, len(e.p))
		for i, p := range e.p {
			bound[i] = 5*math.Sqrt(p*(1-p)/float64(n)) + 5/float64(n)
		}
		if !c.compare(partcheck.Comparison{What: fmt.Sprintf("how often Sample draws a target (%v, %d samples %s)", dtype, n, e.at()),
			Than: "its probability by NegativeLogLikelihood", Got: drawn, Want: e.p, Tolerance: bound,
			Hint: "samples are not from p(y|z), or exp(−NLL) are no probabilities"}) {
			return
		}
	}
}

// mean checks Mean against the mean over the targets, and in float32 against samples.
func (c *checker) mean() {
	for _, e := range c.points() {
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
