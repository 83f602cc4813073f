package losstest

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
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
	partcheck.Fill(memory, move)
	dot, err := p.b.Forward(node, p.in[:1], []*graph.Node{direction})
	if err != nil {
		switch {
		case ofGradient && c.cfg.Hessian:
			c.faultf("%s has no tangent: %v", what, err)
		case ofGradient && part.name == "Build":
			c.notef("%s has no tangent, and so there are no products with the Hessian and Gauss–Newton matrices: %v", what, err)
		}
		return
	}
	rows := part.rows(c.r, n)
	z := flat(rows[0])
	slope := c.slope(func(h float64) []float64 {
		moved := make([]float64, len(z))
		for i, v := range z {
			moved[i] = v + h*move[i]
		}
		r := p.run(append([][][]float64{split(moved, c.outputs)}, rows[1:]...))
		if ofGradient {
			return r.gradient
		}
		return r.value
	})
	got := make([]float64, len(slope.Values))
	if dot != nil {
		copied := c.snapshot(p.b, dot)
		program, err := p.b.Compile(copied)
		c.must(err, "the tangent of "+what)
		p.set(rows)
		c.must(program.Run(), "the tangent of "+what)
		got = partcheck.Doubles(graph.Value(copied))
	} else if !part.mean {
		return // nobody needs the derivative of a mean
	}
	for i, kink := range slope.Kink {
		if kink {
			slope.Errors[i] = math.Inf(1)
		}
	}
	m := partcheck.Comparison{What: "the tangent of " + what, Than: "its finite difference", Got: got, Want: slope.Values,
		Tolerance: slope.Errors, Shape: []int{len(got)}, Batch: n}
	if len(got) > 1 {
		m.Shape = []int{n, len(got) / n}
	}
	if dot == nil && ofGradient {
		m.Hint = "an op of the gradient has Const set, so that products with the Hessian are 0 and nobody is told: leave it out"
	}
	c.compare(m)
}
