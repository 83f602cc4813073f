package losstest

import (
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// prepare finds the number of outputs, the targets' shape, and targets to take.
func (c *checker) prepare() {
	sizes := []int{c.cfg.Outputs}
	if c.cfg.Outputs == 0 {
		sizes = []int{3, 4, 2}
		for i := 5; i <= 32; i++ {
			sizes = append(sizes, i)
		}
		sizes = append(sizes, 1)
	}
	var err error
	for _, size := range sizes {
		if c.shape, err = c.loss.TargetShape(tensor.Shape{1, size}); err == nil {
			c.outputs = size
			break
		}
	}
	if err != nil {
		c.stopf("TargetShape refuses all of the numbers of outputs that were tried, %d…%d: give Config.Outputs: %v",
			slices.Min(sizes), slices.Max(sizes), err)
	}
	if c.shape.Dims() == 0 || c.shape[0] != 1 {
		c.stopf("TargetShape of outputs (1, %d), 1 example, is %v: the first axis is the examples'", c.outputs, c.shape)
	}
	c.width = c.shape.TotalSize()
	const pool = 256
	z := make([][]float64, pool)
	for i := range z {
		z[i] = c.z().row(c.r)
	}
	c.pool = c.draw(graph.Float64, z, c.cfg.Seed)
	c.findSupport()
	if c.cfg.More != nil {
		c.moreFits()
	}
	if c.cfg.Targets != nil {
		if row := c.cfg.Targets(c.r); len(row) != c.width {
			c.stopf("Config.Targets returns %d elements for an example, and TargetShape has %d", len(row), c.width)
		}
	}
}

// draw samples targets for the outputs z, one row for each.
func (c *checker) draw(dtype tensor.Dtype, z [][]float64, seed uint64) [][]float64 {
	return c.drawAt(dtype, z, seed, nil)
}

func (c *checker) drawAt(dtype tensor.Dtype, z [][]float64, seed uint64, places *graph.Places) [][]float64 {
	b := c.placed(dtype, len(z), seed, places)
	in, memory := b.Input("z", len(z), c.outputs)
	sample := c.sampleNode(b, in)
	partcheck.Fill(memory, flat(z))
	p, err := b.Compile(c.snapshot(b, sample))
	c.must(err, "Sample")
	c.must(p.Run(), "a run of Sample")
	return split(partcheck.Doubles(graph.Value(sample)), c.width)
}

func (c *checker) sampleNode(b *graph.Builder, z *graph.Node) *graph.Node {
	n, err := c.loss.Sample(b, z)
	c.must(err, "Sample")
	if n == nil {
		c.stopf("Sample returns nil and no error")
	}
	if want := c.targetShape(b.Batch); !n.Shape().Eq(want) {
		c.stopf("Sample of %d examples is of shape %v, and TargetShape %v: samples are targets", b.Batch, n.Shape(), want)
	}
	return n
}

func split(x []float64, width int) [][]float64 {
	rows := make([][]float64, 0, len(x)/width)
	for ; len(x) > 0; x = x[width:] {
		rows = append(rows, x[:width])
	}
	return rows
}

// findSupport finds what all targets of an example are, where the samples say so.
func (c *checker) findSupport() {
	whole := func(below float64) bool {
		for _, v := range flat(c.pool) {
			if !(v >= 0 && v < below && v == math.Trunc(v)) {
				return false
			}
		}
		return true
	}
	c.labels = c.shape.Dims() == 1 && c.outputs > 1 && whole(float64(c.outputs))
	c.binary = !c.labels && whole(2)
	switch {
	case c.cfg.Support != nil:
		c.support = c.cfg.Support
		for i, row := range c.support {
			if len(row) != c.width {
				c.stopf("Config.Support[%d] has %d elements, and targets of one example %d", i, len(row), c.width)
			}
		}
	case c.labels:
		for i := range c.outputs {
			c.support = append(c.support, []float64{float64(i)})
		}
	case c.binary && c.width <= 10:
		for bits := range 1 << c.width {
			row := make([]float64, c.width)
			for i := range row {
				row[i] = float64(bits >> i & 1)
			}
			c.support = append(c.support, row)
		}
	}
}
