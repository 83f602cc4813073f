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
// constants to derivatives.
func (c *checker) sample() {
	const n = 64
	z := c.z().row(c.r)
	rows := repeat(z, n)
	first := flat(c.draw(graph.Float64, rows, 1))
	if !slices.Equal(first, flat(c.draw(graph.Float64, rows, 1))) {
		c.faultf("Sample draws other targets for the same seed: draw by Builder.DrawsOf, or from Streams.Sample, alone")
		return
	}
	if slices.Equal(first, flat(c.draw(graph.Float64, rows, 2))) {
		advice := "draw by Builder.DrawsOf"
		if slices.Equal(first, flat(repeat(first[:c.width], n))) {
			advice = fmt.Sprintf("all %d samples at outputs %s are %v: is this the most probable target, or the mean, in the place of a sample?",
				n, numbers(z), first[:c.width])
		}
		c.faultf("Sample draws the same targets for two seeds: %s", advice)
		return
	}
	c.programs(rows)
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		c.differ(dtype)
		c.shares(dtype)
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

// differ checks that samples at the same outputs differ.
func (c *checker) differ(dtype tensor.Dtype) {
	const n = 256
	z := rounded(c.z().row(c.r))
	if y := c.draw(dtype, repeat(z, n), c.cfg.Seed); slices.Equal(flat(y), flat(repeat(y[0], n))) {
		c.faultf("all %d samples at outputs %s are %v (%v): is this the most probable target, or the mean, in the place of a sample, "+
			"or one random number for all examples?", n, numbers(z), y[0], dtype)
	}
}

// shares checks that processes which share a mini-batch draw the targets that one process draws. A loss that draws from
// the stream itself is right without, and the log says so.
func (c *checker) shares(dtype tensor.Dtype) {
	const n, processes = 9, 2
	z := make([][]float64, n)
	for i := range z {
		z[i] = rounded(c.z().row(c.r))
	}
	whole := c.drawAt(dtype, z, 1, &graph.Places{Active: true})
	if !slices.Equal(flat(whole), flat(c.drawAt(dtype, z, 2, &graph.Places{Active: true}))) {
		c.notef("whether processes that share a mini-batch draw the targets that one draws: they do not, since Sample draws from " +
			"Streams.Sample itself: draw by Builder.DrawsOf and graph.ByExample")
		return
	}
	for rank := range processes {
		var outputs, want [][]float64
		for i := rank; i < n; i += processes {
			outputs, want = append(outputs, z[i]), append(want, whole[i])
		}
		got := c.drawAt(dtype, outputs, 1, &graph.Places{Active: true, First: rank, Stride: processes})
		c.compare(partcheck.Comparison{What: fmt.Sprintf("the targets that process %d of %d draws (%v)", rank, processes, dtype),
			Than: "those of one process for the same examples", Got: flat(got), Want: flat(want), Shape: c.targetShape(len(want)), Batch: len(want),
			Tolerance: []float64{dtypeRounding(dtype) * (1 + partcheck.Largest(flat(want)))},
			Hint:      "call Draws.Example once for each example, with its number in the batch, or take graph.ByExample"})
	}
}

// dtypeRounding is a relative tolerance for a few operations that are done in another order.
func dtypeRounding(dtype tensor.Dtype) float64 {
	if dtype == graph.Float32 {
		return 1e-5
	}
	return 1e-13
}

// frequencies compares how often each target is drawn with its probability, where all targets are known.
func (c *checker) frequencies(dtype tensor.Dtype, e ensemble) (ok bool) {
	n := c.cfg.Samples
	drawn := make([]float64, len(e.y))
	for _, row := range c.draw(dtype, repeat(e.z, n), c.cfg.Seed) {
		i := slices.IndexFunc(e.y, func(one []float64) bool { return slices.Equal(one, row) })
		if i < 0 {
			c.faultf("Sample draws %v %s (%v), which is not among the %d targets that there are", row, e.at(), dtype, len(e.y))
			return false
		}
		drawn[i] += 1 / float64(n)
	}
	bound := make([]float64, len(e.p))
	for i, p := range e.p {
		bound[i] = 5*math.Sqrt(p*(1-p)/float64(n)) + 5/float64(n)
	}
	return c.compare(partcheck.Comparison{What: fmt.Sprintf("how often Sample draws each target (%v, %d samples %s)", dtype, n, e.at()),
		Than: "its probability by NegativeLogLikelihood", Got: drawn, Want: e.p, Tolerance: bound, Hint: "samples are not from p(y|z)"})
}
