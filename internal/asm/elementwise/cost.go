package main

import (
	"github.com/gokfac/gokfac/internal/asm/simd"
)

// emitSigmoidCost has only log(1+e^-|z|), the small term, in float32. The
// product of two float32 is exact in float64, so that nothing is lost where
// max(z,0) and zy nearly cancel.
func emitSigmoidCost(m machine) {
	m.function("sigmoidCost", "(z, y []float32) float64",
		"\tvar sum float64",
		"\tfor i := range z {",
		"\t\tsum += max(z[i], 0) + log1p(exp(-abs(z[i]))) - z[i]*y[i]",
		"\t}",
		"\treturn sum")
	low, zero := m.Constant(simd.Number(flushed)), m.Zero()
	sums, products := m.accumulator(), m.accumulator()
	m.forEach(m.costly(), func(c chunk) {
		z := c.read("z")
		soft := m.logarithm1p(m.decay(z, low))
		if !c.tail.Whole() {
			soft = m.Keep(m.MaskOf(c.tail), soft)
		}
		wide, target := m.Widened(z), m.Widened(c.read("y"))
		linear := m.Widened(m.AtLeast(zero, z))
		for i, w := range wide {
			m.Of(simd.Double).SubtractProduct(w, target[i], linear[i])
		}
		m.accumulate(m.Widened(soft), sums)
		m.accumulate(linear, products)
	}, "z", "y")
	for i := range sums {
		m.Of(simd.Double).Into(sums[i]).Add(sums[i], products[i])
	}
	m.Return(0, m.total(sums))
	m.End()
}
