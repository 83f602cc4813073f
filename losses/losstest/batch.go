package losstest

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// batch checks that examples do not know of each Than: a mean over a batch is the mean of the examples' own, and a
// part's rows are what each example has alone. It is so for all batch sizes.
func (c *checker) batch() {
	for _, p := range c.parts() {
		c.batchOf(p)
	}
}

func (c *checker) batchOf(p part) {
	const most = 17
	rows := p.rows(c.r, most)
	alone := c.compile(graph.Float64, 1, p)
	var single []result
	for i := range most {
		single = append(single, alone.run(pick(rows, i, i+1)))
	}
	for _, n := range []int{2, 3, most} {
		r := c.compute(graph.Float64, p, pick(rows, 0, n))
		m := partcheck.Comparison{What: fmt.Sprintf("%s of a batch of %d", p.name, n), Got: r.value, Batch: n}
		if p.mean {
			m.Than, m.Want = "the mean of its examples' own", make([]float64, 1)
			for i := range n {
				m.Want[0] += single[i].value[0] / float64(n)
			}
		} else {
			m.Than = "its examples' own rows"
			for i := range n {
				m.Want = append(m.Want, single[i].value...)
			}
			m.Shape = []int{n, len(m.Want) / n}
		}
		m.Tolerance = rounding(m.Want)
		if !c.compare(m) {
			return
		}
		if !p.mean {
			continue
		}
		g := partcheck.Comparison{What: fmt.Sprintf("the gradient of %s of a batch of %d", p.name, n), Than: "its examples' own over N",
			Got: r.gradient, Shape: []int{n, c.outputs}, Batch: n}
		for i := range n {
			for _, v := range single[i].gradient {
				g.Want = append(g.Want, v/float64(n))
			}
		}
		g.Tolerance = rounding(g.Want)
		if !c.compare(g) {
			return
		}
	}
}

// pick takes examples from … to of an operand's rows.
func pick(rows [][][]float64, from, to int) [][][]float64 {
	some := make([][][]float64, len(rows))
	for i, operand := range rows {
		some[i] = operand[from:to]
	}
	return some
}
