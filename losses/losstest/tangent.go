package losstest

import (
	"math"

	"github.com/gokfac/gokfac/graph"
)

// tangent checks forward-mode derivatives, where there are rules for them: how a part and the gradient of a mean move as z
// does. Without rules for the gradients of costs there are no products with the Hessian and Gauss–Newton matrices.
func (c *checker) tangent() {
	for _, p := range c.parts() {
		if p.name == "FactorProduct" || p.name == "FactorTransposeProduct" {
			continue // constants
		}
		c.tangentOf(p, false)
		if p.mean {
			c.tangentOf(p, true)
		}
	}
}

func (c *checker) tangentOf(part part, ofGradient bool) {
	const n = 5
	p := c.compile(graph.Float64, n, part)
	node, what := p.value, part.name
	if ofGradient {
		node, what = p.gradient, "the gradient of "+part.name
	}
	direction, memory := p.b.Input("direction", n, c.outputs)
	move := make([]float64, n*c.outputs)
	for i := range move {
		move[i] = c.r.NormFloat64()
	}
	fill(memory, move)
	dot, err := p.b.Forward(node, p.in[:1], []*graph.Node{direction})
	if err != nil {
		c.notef("%s has no tangent, which Hessian and Gauss–Newton products need: %v", what, err)
		return
	}
	rows := part.rows(c.r, n)
	z := flat(rows[0])
	want, bound := slope(func(h float64) []float64 {
		moved := make([]float64, len(z))
		for i, v := range z {
			moved[i] = v + h*move[i]
		}
		r := p.run(append([][][]float64{split(moved, c.outputs)}, rows[1:]...))
		if ofGradient {
			return r.gradient
		}
		return r.value
	}, c.step())
	got := make([]float64, len(want)) // nil: no dependence
	if dot != nil {
		copied := c.snapshot(p.b, dot)
		program, err := p.b.Compile(copied)
		c.must(err, "the tangent of "+what)
		p.set(rows)
		c.must(program.Run(), "the tangent of "+what)
		got = elements(graph.Value(copied))
	}
	for i, e := range bound {
		if e > 1e-4*(1+math.Abs(want[i])) { // a kink is near
			want[i], bound[i] = got[i], 1
		}
	}
	c.compare(comparison{what: "the tangent of " + what, other: "its finite difference", got: got, want: want, tolerance: bound,
		element: c.cell(max(1, len(got)/n)), n: n})
}
