package main

import (
	"github.com/gokfac/gokfac/internal/asm/simd"
)

func emitSoftplus(m machine) {
	m.function("softplus", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = max(x[i], 0) + log1p(exp(-abs(x[i])))",
		"\t}")
	low, zero := m.Constant(simd.Number(flushed)), m.Zero()
	m.forEach(m.costly(), func(c chunk) {
		x := c.read("x")
		c.write("y", m.Add(m.logarithm1p(m.decay(x, low)), m.AtLeast(zero, x)))
	}, "x", "y")
	m.End()
}

func emitSoftplusGrad(m machine) {
	m.function("softplusGrad", "(dx, x, dy []float32)",
		"\tfor i := range x {",
		"\t\tdx[i] = dy[i] / (1 + exp(-x[i]))",
		"\t}")
	low, unit := m.Constant(simd.Number(flushed)), m.Constant(simd.Number(1))
	m.forEach(m.costly(), func(c chunk) {
		s := m.logistic(c.read("x"), low, unit)
		c.write("dx", m.Multiply(s, c.read("dy")))
	}, "x", "dy", "dx")
	m.End()
}

func emitSiLU(m machine) {
	m.function("silu", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = x[i] / (1 + exp(-x[i]))",
		"\t}")
	low, unit := m.Constant(simd.Number(flushed)), m.Constant(simd.Number(1))
	m.forEach(m.costly(), func(c chunk) {
		x := c.read("x")
		c.write("y", m.Multiply(m.logistic(x, low, unit), x))
	}, "x", "y")
	m.End()
}

func emitSiLUGrad(m machine) {
	m.function("siluGrad", "(dx, x, dy []float32)",
		"\tfor i := range x {",
		"\t\ts := 1 / (1 + exp(-x[i]))",
		"\t\tdx[i] = dy[i] * s * (1 + x[i]*(1-s))",
		"\t}")
	low, unit := m.Constant(simd.Number(flushed)), m.Constant(simd.Number(1))
	m.forEach(m.costly(), func(c chunk) {
		x := c.read("x")
		s := m.logistic(x, low, unit)
		slope := m.Subtract(unit, s)
		m.Nest(slope, x, unit)
		c.write("dx", m.Multiply(m.Multiply(slope, s), c.read("dy")))
	}, "x", "dy", "dx")
	m.End()
}

func emitELU(m machine) {
	m.function("elu", "(y, x []float32, scale float32)",
		"\tfor i := range x {",
		"\t\ty[i] = x[i]",
		"\t\tif !(x[i] > 0) {",
		"\t\t\ty[i] = scale * expm1(x[i])",
		"\t\t}",
		"\t}")
	alpha, unit, zero := m.Scalar("scale"), m.Constant(simd.Number(1)), m.Zero()
	least := m.Constant(simd.Number(-2 * tanhLimit))
	m.forEach(m.costly(), func(c chunk) {
		x := c.read("x")
		m.Comment("eˣ - 1 = 2ᵏ·(eʳ - 1) + (2ᵏ - 1), which is exact to the last bit but one near 0.")
		less1, k := m.reduced(m.AtMost(zero, m.AtLeast(least, x)))
		power := m.PowerOfTwo(k, unit)
		m.Nest(less1, power, m.Subtract(power, unit))
		c.write("y", m.Choose(m.Compare(x, simd.GreaterThan, simd.Number(0)), x, m.Multiply(less1, alpha)))
	}, "x", "y")
	m.End()
}

func emitELUGrad(m machine) {
	m.function("eluGrad", "(dx, y, dy []float32, scale float32)",
		"\tfor i := range y {",
		"\t\tdx[i] = dy[i]",
		"\t\tif !(y[i] > 0) {",
		"\t\t\tdx[i] *= y[i] + scale",
		"\t\t}",
		"\t}")
	alpha := m.Scalar("scale")
	m.forEach(cheap, func(c chunk) {
		y, dy := c.read("y"), c.read("dy")
		c.write("dx", m.Choose(m.Compare(y, simd.GreaterThan, simd.Number(0)), dy, m.Multiply(m.Add(y, alpha), dy)))
	}, "y", "dy", "dx")
	m.End()
}

func emitLeakyReLU(m machine) {
	m.function("leakyReLU", "(y, x []float32, scale float32)",
		"\tfor i := range x {",
		"\t\ty[i] = x[i]",
		"\t\tif !(x[i] > 0) {",
		"\t\t\ty[i] = x[i] * scale",
		"\t\t}",
		"\t}")
	slope := m.Scalar("scale")
	m.forEach(cheap, func(c chunk) {
		x := c.read("x")
		c.write("y", m.Choose(m.Compare(x, simd.GreaterThan, simd.Number(0)), x, m.Multiply(x, slope)))
	}, "x", "y")
	m.End()
}

func emitLeakyReLUGrad(m machine) {
	m.function("leakyReLUGrad", "(dx, x, dy []float32, scale float32)",
		"\tfor i := range x {",
		"\t\tdx[i] = dy[i]",
		"\t\tif !(x[i] > 0) {",
		"\t\t\tdx[i] = dy[i] * scale",
		"\t\t}",
		"\t}")
	slope := m.Scalar("scale")
	m.forEach(cheap, func(c chunk) {
		dy := c.read("dy")
		c.write("dx", m.Choose(m.Compare(c.read("x"), simd.GreaterThan, simd.Number(0)), dy, m.Multiply(dy, slope)))
	}, "x", "dy", "dx")
	m.End()
}
