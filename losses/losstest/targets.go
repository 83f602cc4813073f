package losstest

import (
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// targets checks TargetShape and Validate.
func (c *checker) targets() {
	for _, n := range []int{1, 2, 3, 17} {
		shape, err := c.loss.TargetShape(tensor.Shape{n, c.outputs})
		if err != nil {
			c.faultf("TargetShape refuses a batch of %d examples and takes one of 1: %v", n, err)
		} else if want := c.targetShape(n); !shape.Eq(want) {
			c.faultf("TargetShape of outputs (%d, %d) is %v, want %v: it must follow the number of examples", n, c.outputs, shape, want)
		}
	}
	if shape, err := c.loss.TargetShape(tensor.Shape{3, c.outputs, 2, 2}); err == nil && (shape.Dims() == 0 || shape[0] != 3) {
		c.faultf("TargetShape takes outputs (3, %d, 2, 2) and says %v: want an error, or 3 examples", c.outputs, shape)
	}
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		c.validates(dtype, "samples", c.drawn())
		if c.cfg.Targets != nil {
			c.validates(dtype, "Config.Targets", c.y(""))
		}
		var wrong [][]float64
		for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			for i := range c.width {
				row := slices.Clone(c.goodRow())
				row[i] = v
				wrong = append(wrong, row)
			}
		}
		if c.labels {
			wrong = append(wrong, []float64{-1}, []float64{float64(c.outputs)}, []float64{0.5})
		}
		if c.binary && c.cfg.Support == nil && c.costIsLikelihood() {
			wrong = append(wrong, slices.Repeat([]float64{-1}, c.width), slices.Repeat([]float64{2}, c.width))
		}
		for _, row := range append(wrong, c.cfg.Wrong...) {
			c.refuses(dtype, row)
		}
	}
}

// validates checks that good targets pass.
func (c *checker) validates(dtype tensor.Dtype, what string, o operand) {
	for _, n := range []int{1, 2, 3, 17} {
		y := graph.NewDense(dtype, c.targetShape(n)...)
		var rows [][]float64
		for range n {
			rows = append(rows, o.row(c.r))
		}
		partcheck.Fill(y, flat(rows))
		before := partcheck.Doubles(y)
		if err := c.loss.Validate(y, c.outputs); err != nil {
			c.faultf("Validate refuses %s, %v of %d examples: %v", what, dtype, n, err)
			return
		}
		if !slices.Equal(before, partcheck.Doubles(y)) {
			c.faultf("Validate writes to the targets")
		}
	}
}

// refuses checks that a batch with a wrong row among good ones does not pass, whichever example has it.
func (c *checker) refuses(dtype tensor.Dtype, wrong []float64) {
	const n = 3
	if len(wrong) != c.width {
		c.stopf("a row of Config.Wrong has %d elements, and targets of one example %d", len(wrong), c.width)
	}
	for example := range n {
		rows := repeat(c.goodRow(), n)
		rows[example] = wrong
		y := graph.NewDense(dtype, c.targetShape(n)...)
		partcheck.Fill(y, flat(rows))
		if c.loss.Validate(y, c.outputs) == nil {
			c.faultf("Validate takes targets %v of example %d of %d (%v): it must return an error that names the target", wrong, example, n, dtype)
			return
		}
	}
}

func (c *checker) goodRow() []float64 { return c.y("").row(rand.New(rand.NewPCG(c.cfg.Seed, 99))) }
