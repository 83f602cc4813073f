package main

import (
	. "github.com/mmcloughlin/avo/build"
)

func emitSoftplus(m machine) {
	m.function("softplus", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = max(x[i], 0) + log1p(exp(-abs(x[i])))",
		"\t}")
	low, zero := m.constant(number(flushed)), m.zero()
	m.forEach(1, func(c chunk) {
		x := c.read("x")
		c.write("y", m.add(m.logarithm1p(m.decay(x, low)), m.atLeast(zero, x)))
	}, "x", "y")
	finish()
}

func emitSoftplusGrad(m machine) {
	m.function("softplusGrad", "(dx, x, dy []float32)",
		"\tfor i := range x {",
		"\t\tdx[i] = dy[i] / (1 + exp(-x[i]))",
		"\t}")
	low, unit := m.constant(number(flushed)), m.constant(number(1))
	m.forEach(1, func(c chunk) {
		s := m.logistic(c.read("x"), low, unit)
		c.write("dx", m.multiply(s, c.read("dy")))
	}, "x", "dy", "dx")
	finish()
}

func emitSiLU(m machine) {
	m.function("silu", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = x[i] / (1 + exp(-x[i]))",
		"\t}")
	low, unit := m.constant(number(flushed)), m.constant(number(1))
	m.forEach(1, func(c chunk) {
		x := c.read("x")
		c.write("y", m.multiply(m.logistic(x, low, unit), x))
	}, "x", "y")
	finish()
}

func emitSiLUGrad(m machine) {
	m.function("siluGrad", "(dx, x, dy []float32)",
		"\tfor i := range x {",
		"\t\ts := 1 / (1 + exp(-x[i]))",
		"\t\tdx[i] = dy[i] * s * (1 + x[i]*(1-s))",
		"\t}")
	low, unit := m.constant(number(flushed)), m.constant(number(1))
	m.forEach(1, func(c chunk) {
		x := c.read("x")
		s := m.logistic(x, low, unit)
		slope := m.subtract(unit, s)
		m.nest(slope, x, unit)
		c.write("dx", m.multiply(m.multiply(slope, s), c.read("dy")))
	}, "x", "dy", "dx")
	finish()
}

func emitELU(m machine) {
	m.function("elu", "(y, x []float32, scale float32)",
		"\tfor i := range x {",
		"\t\ty[i] = x[i]",
		"\t\tif !(x[i] > 0) {",
		"\t\t\ty[i] = scale * expm1(x[i])",
		"\t\t}",
		"\t}")
	alpha, unit, zero := m.parameter("scale"), m.constant(number(1)), m.zero()
	least := m.constant(number(-2 * tanhLimit))
	m.forEach(1, func(c chunk) {
		x := c.read("x")
		Comment("eˣ - 1 = 2ᵏ·(eʳ - 1) + (2ᵏ - 1), which is exact to the last bit but one near 0.")
		less1, k := m.reduced(m.atMost(zero, m.atLeast(least, x)))
		power := m.register()
		if m.wide {
			VSCALEFPS(k, unit, power)
		} else {
			whole := m.register()
			VCVTPS2DQ(k, whole)
			power = m.powerOfTwo(whole)
		}
		m.nest(less1, power, m.subtract(power, unit))
		c.write("y", m.choose(m.compare(x, greater, number(0)), x, m.multiply(less1, alpha)))
	}, "x", "y")
	finish()
}

func emitELUGrad(m machine) {
	m.function("eluGrad", "(dx, y, dy []float32, scale float32)",
		"\tfor i := range y {",
		"\t\tdx[i] = dy[i]",
		"\t\tif !(y[i] > 0) {",
		"\t\t\tdx[i] *= y[i] + scale",
		"\t\t}",
		"\t}")
	alpha := m.parameter("scale")
	m.forEach(cheap, func(c chunk) {
		y, dy := c.read("y"), c.read("dy")
		c.write("dx", m.choose(m.compare(y, greater, number(0)), dy, m.multiply(m.add(y, alpha), dy)))
	}, "y", "dy", "dx")
	finish()
}

func emitLeakyReLU(m machine) {
	m.function("leakyReLU", "(y, x []float32, scale float32)",
		"\tfor i := range x {",
		"\t\ty[i] = x[i]",
		"\t\tif !(x[i] > 0) {",
		"\t\t\ty[i] = x[i] * scale",
		"\t\t}",
		"\t}")
	slope := m.parameter("scale")
	m.forEach(cheap, func(c chunk) {
		x := c.read("x")
		c.write("y", m.choose(m.compare(x, greater, number(0)), x, m.multiply(x, slope)))
	}, "x", "y")
	finish()
}

func emitLeakyReLUGrad(m machine) {
	m.function("leakyReLUGrad", "(dx, x, dy []float32, scale float32)",
		"\tfor i := range x {",
		"\t\tdx[i] = dy[i]",
		"\t\tif !(x[i] > 0) {",
		"\t\t\tdx[i] = dy[i] * scale",
		"\t\t}",
		"\t}")
	slope := m.parameter("scale")
	m.forEach(cheap, func(c chunk) {
		dy := c.read("dy")
		c.write("dx", m.choose(m.compare(c.read("x"), greater, number(0)), dy, m.multiply(dy, slope)))
	}, "x", "dy", "dx")
	finish()
}
