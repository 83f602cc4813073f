package losstest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
	"github.com/gokfac/gokfac/losses"
)

// morePart is BuildMore, if the loss has it and its further targets are known.
func (c *checker) morePart() (part, bool) {
	m, ok := losses.AsMoreTargets(c.loss)
	if !ok {
		return part{}, false
	}
	shapes, err := m.MoreShapes(tensor.Shape{1, c.outputs})
	if err != nil || c.cfg.More == nil && !c.weights(shapes) {
		return part{}, false // aspect More says so
	}
	p := part{name: "BuildMore", mean: true, operands: []operand{c.z(), c.y("the targets y")}, further: c.cfg.More,
		add: func(b *graph.Builder, in []*graph.Node) (*graph.Node, error) {
			return m.BuildMore(b, in[0], in[1], in[2:])
		}}
	if p.further == nil {
		p.further = func(r *rand.Rand) [][]float64 { return [][]float64{{0.5 + r.Float64()}} } // a weight
	}
	for i := range shapes {
		p.operands = append(p.operands, operand{name: "a further target", shape: func(n int) tensor.Shape {
			shape := shapes[i].Clone()
			shape[0] = n
			return shape
		}})
	}
	return p, true
}

// weights reports whether further targets of these shapes are taken for a weight of each example.
func (c *checker) weights(shapes []tensor.Shape) bool {
	return len(shapes) == 1 && shapes[0].Eq(tensor.Shape{1})
}

// more checks the shapes and values of further targets, and that weights are what they are called.
func (c *checker) more() {
	m, ok := losses.AsMoreTargets(c.loss)
	if !ok {
		return
	}
	one, err := m.MoreShapes(tensor.Shape{1, c.outputs})
	c.must(err, "MoreShapes of 1 example")
	if c.cfg.More == nil && !c.weights(one) {
		c.stopf("MoreShapes of 1 example are %v, which are not a weight for each: give Config.More", one)
	}
	for _, n := range []int{2, 3, 17} {
		shapes, err := m.MoreShapes(tensor.Shape{n, c.outputs})
		c.must(err, fmt.Sprintf("MoreShapes of %d examples", n))
		for i, shape := range shapes {
			want := one[i].Clone()
			want[0] = n
			if !shape.Eq(want) {
				c.stopf("MoreShapes of %d examples have %v, want %v: they must follow the number of examples", n, shape, want)
			}
		}
	}
	p, _ := c.morePart()
	c.moreValidates(m, p)
	if c.cfg.More == nil {
		c.weigh(p)
	}
}

// moreFits checks that Config.More returns what MoreShapes asks for.
func (c *checker) moreFits() {
	m, ok := losses.AsMoreTargets(c.loss)
	if !ok {
		c.stopf("Config.More is for a losses.MoreTargets, and the loss is none")
	}
	shapes, err := m.MoreShapes(tensor.Shape{1, c.outputs})
	c.must(err, "MoreShapes of 1 example")
	rows := c.cfg.More(c.r)
	if len(rows) != len(shapes) {
		c.stopf("Config.More returns %d rows, and MoreShapes has %d shapes", len(rows), len(shapes))
	}
	for i, row := range rows {
		if len(row) != shapes[i].TotalSize() {
			c.stopf("Config.More returns %d elements for further target %d of an example, and MoreShapes has %v", len(row), i, shapes[i])
		}
	}
}

func (c *checker) moreValidates(m losses.MoreTargets, p part) {
	const n = 3
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		var more []*tensor.Dense
		rows := p.rows(c.r, n)
		for i, o := range p.operands[2:] {
			t := graph.NewDense(dtype, o.shape(n)...)
			partcheck.Fill(t, flat(rows[2+i]))
			more = append(more, t)
		}
		if err := m.ValidateMore(more, c.outputs); err != nil {
			c.faultf("ValidateMore refuses good further targets (%v): %v", dtype, err)
			return
		}
		for i, t := range more {
			x := partcheck.Doubles(t)
			last := len(x) - 1
			x[last] = math.NaN()
			partcheck.Fill(t, x)
			if m.ValidateMore(more, c.outputs) == nil {
				c.faultf("ValidateMore takes NaN as element %d of further target %d (%v): it must return an error that names it", last, i, dtype)
				return
			}
			x[last] = 1
			partcheck.Fill(t, x)
		}
	}
}

// weigh checks that further targets of shape (N) are weights of examples: (1/N) Σ a·cost.
func (c *checker) weigh(p part) {
	const n = 5
	rows := p.rows(c.r, n)
	got := c.compute(graph.Float64, p, rows)
	alone := c.compile(graph.Float64, 1, c.build())
	want := result{value: make([]float64, 1)}
	for i := range n {
		r := alone.run(pick(rows[:2], i, i+1))
		a := rows[2][i][0] / n
		want.value[0] += a * r.value[0]
		for _, v := range r.gradient {
			want.gradient = append(want.gradient, a*v)
		}
	}
	const not = ": if the further target is no weight of an example, give Config.More"
	if !c.compare(partcheck.Comparison{What: "BuildMore with weights a", Than: "the mean of a·cost over examples", Got: got.value, Want: want.value,
		Tolerance: rounding(want.value), Batch: n, Hint: "it is of another cost than Build, or weighs otherwise" + not}) {
		return
	}
	c.compare(partcheck.Comparison{What: "the gradient of BuildMore with weights a", Than: "a/N times the gradient of each example", Got: got.gradient,
		Want: want.gradient, Tolerance: rounding(want.gradient), Shape: []int{n, c.outputs}, Batch: n, Hint: "a row must have its example's weight" + not})
}
