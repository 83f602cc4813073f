package main

import (
	"math"

	"github.com/gokfac/gokfac/internal/asm/simd"
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
func (m machine) normal(x, low, unit simd.Vec) (bell, ratio, a simd.Vec) {
	a = m.AtMost(m.Constant(simd.Number(normalLimit)), m.And(x, simd.Bits(^uint32(signBit))))
	// What rounding takes from a² is made good: it would be 5e-6 of the result.
	square := m.Multiply(a, a)
	lost := m.Xor(square, simd.Bits(signBit))
	m.AddProduct(a, a, lost)
	bell = m.flushedExponential(m.Multiply(square, simd.Number(-0.5)), low)
	m.SubtractProduct(m.Multiply(lost, simd.Number(0.5)), bell, bell)
	t := m.Copy(unit)
	m.AddProduct(a, simd.Number(normalSplit), t)
	t = m.Divide(unit, t)
	return bell, m.Multiply(m.Polynomial(t, normalTail), t), a
}

// emitGELU has the distribution itself, no approximation by a tanh. It uses
// x·Φ(x) = max(x, 0) - |x|·(1 - Φ(|x|)), where no factor of the small term is subnormal.
func emitGELU(m machine) {
	m.function("gelu", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = x[i] * erfc(-x[i]/√2) / 2",
		"\t}")
	low, unit, zero := m.Constant(simd.Number(flushed)), m.Constant(simd.Number(1)), m.Zero()
	m.forEach(m.costly(), func(c chunk) {
		x := c.read("x")
		bell, ratio, a := m.normal(x, low, unit)
		y := m.AtLeast(zero, x)
		m.SubtractProduct(m.Multiply(ratio, a), bell, y)
		c.write("y", y)
	}, "x", "y")
	m.End()
}

func emitGELUGrad(m machine) {
	m.function("geluGrad", "(dx, x, dy []float32)",
		"\tfor i := range x {",
		"\t\tdx[i] = dy[i] * (erfc(-x[i]/√2)/2 + x[i]*exp(-x[i]*x[i]/2)/√(2π))",
		"\t}")
	low, unit, zero := m.Constant(simd.Number(flushed)), m.Constant(simd.Number(1)), m.Zero()
	m.forEach(m.costly(), func(c chunk) {
		x := c.read("x")
		bell, ratio, a := m.normal(x, low, unit)
		tail := m.Multiply(ratio, bell)
		m.SubtractProduct(m.Multiply(a, simd.Number(1/math.Sqrt(2*math.Pi))), bell, tail)
		m.Comment("tail is 1 - Φ(a) - a·φ(a), the slope at -a; that at a is 1 - tail.")
		slope := m.Choose(m.Compare(x, simd.GreaterThan, zero), m.Subtract(unit, tail), tail)
		c.write("dx", m.Multiply(slope, c.read("dy")))
	}, "x", "dy", "dx")
	m.End()
}
