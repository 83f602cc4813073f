package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// cheap is the number of vectors in a trip of the kernels that wait for memory.
const cheap = 4

func emitReLU(m machine) {
	m.function("relu", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = max(x[i], 0)",
		"\t}")
	zero := m.zero()
	m.forEach(cheap, func(c chunk) {
		Comment("The sum makes +0 of -0.")
		c.write("y", m.add(m.atLeast(zero, c.read("x")), zero))
	}, "x", "y")
	finish()
}

func emitReLUGrad(m machine) {
	m.function("reluGrad", "(dx, y, dy []float32)",
		"\tfor i := range y {",
		"\t\tdx[i] = 0",
		"\t\tif y[i] > 0 {",
		"\t\t\tdx[i] = dy[i]",
		"\t\t}",
		"\t}")
	zero := m.zero()
	m.forEach(cheap, func(c chunk) {
		c.write("dx", m.keep(m.compare(c.read("y"), greater, zero), c.read("dy")))
	}, "y", "dy", "dx")
	finish()
}

// tanhLimit is where tanh is 1 to the last bit; below tanhSplit it is a
// polynomial.
const (
	tanhLimit = 10
	tanhSplit = 0.6
)

// tanhTail is the polynomial q of tanh x = x + x·x²·q(x²) for |x| ≤ tanhSplit,
// with a minimax relative error of 3e-9 (Remez).
var tanhTail = []float64{-0.333332986, 0.133319244, -0.0537838303, 0.0207959712, -0.00589515828}

// emitTanh uses tanh|x| = 1 - 2/(e²ˣ+1), which loses digits where it is small;
// there it takes the polynomial.
func emitTanh(m machine) {
	m.function("tanh", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = tanh(x[i])",
		"\t}")
	limit, unit, two := m.constant(number(tanhLimit)), m.constant(number(1)), m.constant(number(2))
	m.forEach(1, func(c chunk) {
		x := c.read("x")
		magnitude := m.and(x, bits(^uint32(signBit)))
		sign := m.xor(x, magnitude)
		square := m.multiply(magnitude, magnitude)
		// Not x³·q, which would be subnormal, and slow, from |x| = 2e-13 down.
		small := m.multiply(m.polynomial(square, tanhTail), square)
		m.nest(small, magnitude, magnitude)
		bounded := m.atMost(limit, magnitude)
		less1, k := m.reduced(m.add(bounded, bounded))
		power := m.register()
		if m.wide {
			VSCALEFPS(k, unit, power)
		} else {
			whole := m.register()
			VCVTPS2DQ(k, whole)
			power = m.powerOfTwo(whole)
		}
		denominator := m.add(less1, unit)
		m.nest(denominator, power, unit)
		large := m.subtract(unit, m.divide(two, denominator))
		isSmall := m.compare(magnitude, less, number(tanhSplit))
		c.write("y", m.or(m.choose(isSmall, small, large), sign))
	}, "x", "y")
	finish()
}

func emitTanhGrad(m machine) {
	m.function("tanhGrad", "(dx, y, dy []float32)",
		"\tfor i := range y {",
		"\t\tdx[i] = dy[i] * (1 - y[i]*y[i]) // y² is not rounded",
		"\t}")
	unit := m.constant(number(1))
	m.forEach(cheap, func(c chunk) {
		y, slope := c.read("y"), m.copy(unit)
		m.subtractProduct(y, y, slope)
		c.write("dx", m.multiply(slope, c.read("dy")))
	}, "y", "dy", "dx")
	finish()
}

// decay returns e^-|x|, which never overflows.
func (m machine) decay(x, low reg.VecVirtual) reg.VecVirtual {
	return m.flushedExponential(m.or(x, bits(signBit)), low)
}

// emitSigmoid uses t = e^-|x|: 1/(1+t), or t/(1+t) for negative x. What rounding
// takes from 1+t is made good, to the half at least, so that the error is below
// 2 ulp instead of 2.4.
func emitSigmoid(m machine) {
	m.function("sigmoid", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = 1 / (1 + exp(-x[i]))",
		"\t}")
	low, unit := m.constant(number(flushed)), m.constant(number(1))
	m.forEach(1, func(c chunk) {
		c.write("y", m.logistic(c.read("x"), low, unit))
	}, "x", "y")
	finish()
}

// logistic returns 1/(1+e⁻ˣ).
func (m machine) logistic(x, low, unit reg.VecVirtual) reg.VecVirtual {
	t := m.decay(x, low)
	denominator := m.add(t, unit)
	lost := m.subtract(t, m.subtract(denominator, unit))
	var negative mask = x // AVX2 asks for the sign only
	if m.wide {
		negative = m.compare(x, less, number(0))
	}
	y := m.divide(m.choose(negative, t, unit), denominator)
	m.subtractProduct(lost, y, y)
	return y
}

func emitSigmoidGrad(m machine) {
	m.function("sigmoidGrad", "(dx, y, dy []float32)",
		"\tfor i := range y {",
		"\t\tdx[i] = dy[i] * y[i] * (1 - y[i])",
		"\t}")
	unit := m.constant(number(1))
	m.forEach(cheap, func(c chunk) {
		y := c.read("y")
		c.write("dx", m.multiply(m.multiply(c.read("dy"), y), m.subtract(unit, y)))
	}, "y", "dy", "dx")
	finish()
}

func emitResidual(m machine) {
	m.function("residual", "(dz, p, y []float32, scale float32)",
		"\tfor i := range p {",
		"\t\tdz[i] = (p[i] - y[i]) * scale",
		"\t}")
	scale := m.parameter("scale")
	m.forEach(cheap, func(c chunk) {
		c.write("dz", m.multiply(m.subtract(c.read("p"), c.read("y")), scale))
	}, "p", "y", "dz")
	finish()
}

// parameter returns a register full of a function's argument.
func (m machine) parameter(name string) reg.VecVirtual {
	at, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return m.constant(at.Addr)
}
