package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// normalSplit and normalTail are c and the polynomial q of the standard normal
// distribution's tail, 1 - Φ(a) = e^(-a²/2)·t·q(t) with t = 1/(1 + c·a), for a from 0 to
// 13.6, beyond which it is no normal float32. The relative error is below 3.2e-8 (least
// squares whose weights were changed until all errors were alike).
const normalSplit = 0.35

var normalTail = []float64{0.1396215260028839, 0.13985975086688995, 0.11984776705503464, 0.10545084625482559, -0.022978298366069794,
	0.1589876115322113, -0.2555544674396515, 0.14389589428901672, -0.029130633920431137}

// normalLimit bounds |x|. Beyond 13.216 the bell is 0, below the least normal number.
const normalLimit = 14

// normal returns e^(-x²/2), (1 - Φ(|x|))/e^(-x²/2), and |x|, which is normalLimit at most.
func (m machine) normal(x, low, unit reg.VecVirtual) (bell, ratio, a reg.VecVirtual) {
	a = m.atMost(m.constant(number(normalLimit)), m.and(x, bits(^uint32(signBit))))
	// What rounding takes from a² is made good: it would be 5e-6 of the result.
	square := m.multiply(a, a)
	lost := m.xor(square, bits(signBit))
	m.addProduct(a, a, lost)
	bell = m.flushedExponential(m.multiply(square, number(-0.5)), low)
	m.subtractProduct(m.multiply(lost, number(0.5)), bell, bell)
	t := m.copy(unit)
	m.addProduct(a, number(normalSplit), t)
	t = m.divide(unit, t)
	return bell, m.multiply(m.polynomial(t, normalTail), t), a
}

// emitGELU has the distribution itself, no approximation by a tanh. It uses
// x·Φ(x) = max(x, 0) - |x|·(1 - Φ(|x|)), where no factor of the small term is subnormal.
func emitGELU(m machine) {
	m.function("gelu", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = x[i] * erfc(-x[i]/√2) / 2",
		"\t}")
	low, unit, zero := m.constant(number(flushed)), m.constant(number(1)), m.zero()
	m.forEach(1, func(c chunk) {
		x := c.read("x")
		bell, ratio, a := m.normal(x, low, unit)
		y := m.atLeast(zero, x)
		m.subtractProduct(m.multiply(ratio, a), bell, y)
		c.write("y", y)
	}, "x", "y")
	finish()
}

func emitGELUGrad(m machine) {
	m.function("geluGrad", "(dx, x, dy []float32)",
		"\tfor i := range x {",
		"\t\tdx[i] = dy[i] * (erfc(-x[i]/√2)/2 + x[i]*exp(-x[i]*x[i]/2)/√(2π))",
		"\t}")
	low, unit, zero := m.constant(number(flushed)), m.constant(number(1)), m.zero()
	m.forEach(1, func(c chunk) {
		x := c.read("x")
		bell, ratio, a := m.normal(x, low, unit)
		tail := m.multiply(ratio, bell)
		m.subtractProduct(m.multiply(a, number(1/math.Sqrt(2*math.Pi))), bell, tail)
		Comment("tail is 1 - Φ(a) - a·φ(a), the slope at -a; that at a is 1 - tail.")
		slope := m.choose(m.compare(x, greater, zero), m.subtract(unit, tail), tail)
		c.write("dx", m.multiply(slope, c.read("dy")))
	}, "x", "dy", "dx")
	finish()
}
