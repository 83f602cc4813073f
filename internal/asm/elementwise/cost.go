package main

import (
	. "github.com/mmcloughlin/avo/build"
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
	low, zero := m.constant(number(flushed)), m.zero()
	sums, products := m.accumulator(), m.accumulator()
	m.forEach(1, func(c chunk) {
		z := c.read("z")
		soft := m.logarithm1p(m.decay(z, low))
		if c.tail != nil {
			soft = m.keep(c.tail, soft)
		}
		wide, target := m.widened(z), m.widened(c.read("y"))
		linear := m.widened(m.atLeast(zero, z))
		for i, w := range wide {
			VFNMADD231PD(target[i], w, linear[i])
		}
		sums.add(m.widened(soft))
		products.add(linear)
	}, "z", "y")
	for i := range sums {
		VADDPD(products[i], sums[i], sums[i])
	}
	Store(m.total(sums).AsX(), ReturnIndex(0))
	finish()
}
