package losstest

import (
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// gradient checks the gradients of all means against finite differences.
func (c *checker) gradient() {
	const n = 5
	for _, p := range c.parts() {
		if p.mean {
			rows := p.rows(c.r, n)
			c.gradientOf(c.compile(graph.Float64, n, p), rows)
		}
	}
}

func (c *checker) gradientOf(p *program, rows [][][]float64) {
	n, name := p.b.Batch, p.part.name
	got := p.run(rows).gradient
	z := flat(rows[0])
	want, bound := make([]float64, len(z)), make([]float64, len(z))
	kinks := 0
	for i := range z {
		s := c.slope(func(h float64) []float64 {
			return p.run(append([][][]float64{split(moved(z, i, h), c.outputs)}, rows[1:]...)).value
		})
		want[i], bound[i] = s.Values[0], s.Errors[0]
		if s.Kink[0] {
			kinks++
			bound[i] = math.Inf(1)
		}
	}
	if kinks > max(1, len(z)/4) {
		c.faultf("%s has no derivative at %d of %d random outputs: its value jumps, or bends, there: is it rounded to float32?", name, kinks, len(z))
		return
	}
	if !c.compare(partcheck.Comparison{What: "the gradient of " + name, Than: "the finite difference of " + name, Got: got, Want: want,
		Tolerance: bound, Shape: []int{n, c.outputs}, Batch: n}) {
		return
	}
	const seed = 0.7
	p.setSeed(seed)
	scaled := p.run(rows).gradient
	p.setSeed(1)
	for i := range got {
		got[i] *= seed
	}
	c.compare(partcheck.Comparison{What: "the gradient of " + name + " for a seed of 0.7", Than: "0.7 times the gradient for 1", Got: scaled, Want: got,
		Tolerance: rounding(got), Shape: []int{n, c.outputs}, Batch: n,
		Hint: "Diff must multiply by d.Grad, which is 1 only where the cost is all that is minimised"})
}

// constant checks that no gradient flows from a part to operand i.
func (c *checker) constant(p part, i int, fault string) {
	const n = 3
	b := c.builder(graph.Float64, n, c.cfg.Seed)
	in := make([]*graph.Node, len(p.operands))
	rows := p.rows(c.r, n)
	for j, o := range p.operands {
		var memory *tensor.Dense
		in[j], memory = b.Input(o.name, o.shape(n)...)
		partcheck.Fill(memory, flat(rows[j]))
	}
	out, err := p.add(b, in)
	c.must(err, p.name)
	grads, err := b.Backward(out, b.Ones(out.Shape()...), in[i])
	if err != nil {
		c.faultf("%s: set Const in its op, or return nil for the operand: %v", fault, err)
		return
	}
	if grads[0] == nil {
		return
	}
	copied := c.snapshot(b, grads[0])
	program, err := b.Compile(copied)
	c.must(err, p.name)
	c.must(program.Run(), p.name)
	if partcheck.Largest(partcheck.Doubles(graph.Value(copied))) != 0 {
		c.faultf("%s: set Const in its op, or return nil for the operand", fault)
	}
}
