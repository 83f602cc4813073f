package losstest

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// mixed checks BuildMixed against Build: (1/N) Σ λ·cost(z, y) + (1−λ)·cost(z, y′).
func (c *checker) mixed() {
	p, ok := c.mixedPart()
	if !ok {
		return
	}
	const n = 5
	rows := p.rows(c.r, n)
	own := c.compute(graph.Float64, c.build(), rows[:2])
	others := c.compute(graph.Float64, c.build(), [][][]float64{rows[0], rows[2]})
	program := c.compile(graph.Float64, n, p)
	with := func(share float64) result {
		return program.run([][][]float64{rows[0], rows[1], rows[2], repeat([]float64{share}, n)})
	}
	const advice = "BuildMixed is of another cost than Build: a type that embeds a loss has its BuildMixed, too"
	for _, at := range []struct {
		share float64
		other string
	}{{1, "Build of the targets y"}, {0, "Build of the others y′"}, {0.25, "¼ Build of y + ¾ Build of y′"}} {
		blend := func(y, other []float64) []float64 {
			sum := make([]float64, len(y))
			for i := range y {
				sum[i] = at.share*y[i] + (1-at.share)*other[i]
			}
			return sum
		}
		got := with(at.share)
		m := partcheck.Comparison{What: "BuildMixed with shares " + numbers([]float64{at.share}), Than: at.other, Got: got.value,
			Want: blend(own.value, others.value), Batch: n, Hint: advice}
		m.Tolerance = rounding(m.Want)
		if at.share == 1 || at.share == 0 {
			swapped := m
			swapped.Want = blend(others.value, own.value)
			if holds(swapped) {
				m.Hint = "the shares are the others' in the place of the targets'"
			}
		}
		if !c.compare(m) {
			return
		}
	}
	c.mixedRows(rows, own)
}

// mixedRows checks that each example has its own share.
func (c *checker) mixedRows(rows [][][]float64, own result) {
	p, _ := c.mixedPart()
	n := len(rows[0])
	alone := c.compile(graph.Float64, 1, c.build())
	var want float64
	for i := range n {
		share := rows[3][i][0]
		want += share * alone.run([][][]float64{{rows[0][i]}, {rows[1][i]}}).value[0] / float64(n)
		want += (1 - share) * alone.run([][][]float64{{rows[0][i]}, {rows[2][i]}}).value[0] / float64(n)
	}
	c.compare(partcheck.Comparison{What: "BuildMixed with a share for each example", Than: "the mean of λ·cost(y) + (1−λ)·cost(y′)",
		Got: c.compute(graph.Float64, p, rows).value, Want: []float64{want}, Tolerance: rounding([]float64{want}), Batch: n})
}
