package losstest

import (
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
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
		d, e := slope(func(h float64) []float64 {
			moved := slices.Clone(z)
			moved[i] += h
			return p.run(append([][][]float64{split(moved, c.outputs)}, rows[1:]...)).value
		}, c.step())
		want[i], bound[i] = d[0], e[0]
		if e[0] > 1e-4*(1+math.Abs(d[0])) { // a kink is near
			kinks++
			want[i], bound[i] = got[i], 1
		}
	}
	if kinks > max(1, len(z)/4) {
		c.faultf("%s has no derivative at %d of %d random outputs: central differences of steps %.2g and half of it do not agree",
			name, kinks, len(z), c.step())
		return
	}
	if !c.compare(comparison{what: "the gradient of " + name, other: "the finite difference of " + name, got: got, want: want, tolerance: bound,
		element: c.cell(c.outputs), n: n}) {
		return
	}
	const seed = 0.7
	p.setSeed(seed)
	scaled := p.run(rows).gradient
	p.setSeed(1)
	for i := range got {
		got[i] *= seed
	}
	c.compare(comparison{what: "the gradient of " + name + " for a seed of 0.7", other: "0.7 times the gradient for 1", got: scaled, want: got,
		tolerance: []float64{32 * epsilon * (1 + largest(got))}, element: c.cell(c.outputs), n: n,
		advice: "Diff must multiply by d.Grad, which is 1 only where the cost is all that is minimised"})
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
		fill(memory, flat(rows[j]))
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
	if largest(elements(graph.Value(copied))) != 0 {
		c.faultf("%s: set Const in its op, or return nil for the operand", fault)
	}
}
