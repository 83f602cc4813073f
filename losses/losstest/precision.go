package losstest

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// precision checks that both float types compute the same, from inputs that both can hold. 64 roundings of a number as large
// as the largest are allowed.
func (c *checker) precision() {
	const n = 5
	for _, p := range c.parts() {
		rows := p.rows(c.r, n)
		size := 1.0
		for _, operand := range rows {
			for i, row := range operand {
				operand[i] = rounded(row)
				size = max(size, partcheck.Largest(row))
			}
		}
		narrow, wide := c.compute(graph.Float32, p, rows), c.compute(graph.Float64, p, rows)
		same := func(what string, narrow, wide []float64, columns int) {
			c.compare(partcheck.Comparison{What: what + " in float32", Than: "in float64", Got: narrow, Want: wide,
				Tolerance: []float64{64 * epsilon32 * max(size, partcheck.Largest(wide))}, Shape: []int{len(wide) / columns, columns}, Batch: n})
		}
		same(p.name, narrow.value, wide.value, max(1, len(wide.value)/n))
		if p.mean {
			same("the gradient of "+p.name, narrow.gradient, wide.gradient, c.outputs)
		}
	}
}

func rounded(row []float64) []float64 {
	out := make([]float64, len(row))
	for i, v := range row {
		out[i] = float64(float32(v))
	}
	return out
}

// large checks that all parts are finite at large outputs, where a network may get to: that exponentials do not overflow.
func (c *checker) large() {
	if c.cfg.Large == graph.None {
		return
	}
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		size := c.cfg.Large
		if size == 0 {
			size = 1000
			if dtype == graph.Float32 {
				size = 100
			}
		}
		c.largeIn(dtype, size)
	}
}

func (c *checker) largeIn(dtype tensor.Dtype, size float64) {
	const n = 6
	var z [][]float64
	for i := range n {
		row := make([]float64, c.outputs)
		for j := range row {
			row[j] = size
			if i == 1 || i == 2 && j > 0 || i == 3 && j == 0 || i > 3 && c.r.IntN(2) == 0 {
				row[j] = -size
			}
		}
		z = append(z, row)
	}
	for _, p := range c.parts() {
		rows := p.rows(c.r, n)
		rows[0] = z
		r := c.compute(dtype, p, rows)
		for _, x := range []struct {
			what   string
			values []float64
		}{{p.name, r.value}, {"the gradient of " + p.name, r.gradient}} {
			for i, v := range x.values {
				if v-v != 0 {
					c.faultf("%s is %v at outputs of ±%v in %v (element %d): an exponential overflows, or a logarithm is of 0; "+
						"if such outputs cannot be, set Config.Large", x.what, v, size, dtype, i)
					break
				}
			}
		}
	}
	for i, row := range c.draw(dtype, z, c.cfg.Seed) {
		for _, v := range row {
			if v-v != 0 {
				c.faultf("Sample is %v at outputs %v in %v", v, z[i], dtype)
				return
			}
		}
	}
}
