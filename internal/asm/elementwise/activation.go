package main

import (
	"github.com/gokfac/gokfac/internal/asm/simd"
)

// cheap is the number of vectors in a trip of the kernels that wait for memory.
const cheap = 4

func emitReLU(m machine) {
	m.function("relu", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = max(x[i], 0)",
		"\t}")
	zero := m.Zero()
	m.forEach(cheap, func(c chunk) {
		c.write("y", m.Positive(c.read("x"), zero))
	}, "x", "y")
	m.End()
}

func emitReLUGrad(m machine) {
	m.function("reluGrad", "(dx, y, dy []float32)",
		"\tfor i := range y {",
		"\t\tdx[i] = 0",
		"\t\tif y[i] > 0 {",
		"\t\t\tdx[i] = dy[i]",
		"\t\t}",
		"\t}")
	zero := m.Zero()
	m.forEach(cheap, func(c chunk) {
		c.write("dx", m.Keep(m.Compare(c.read("y"), simd.GreaterThan, zero), c.read("dy")))
	}, "y", "dy", "dx")
	m.End()
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
	limit, unit, two := m.Constant(simd.Number(tanhLimit)), m.Constant(simd.Number(1)), m.Constant(simd.Number(2))
	m.forEach(m.costly(), func(c chunk) {
		x := c.read("x")
		magnitude := m.And(x, simd.Bits(^uint32(signBit)))
		sign := m.Xor(x, magnitude)
		square := m.Multiply(magnitude, magnitude)
		// Not x³·q, which would be subnormal, and slow, from |x| = 2e-13 down.
		small := m.Multiply(m.Polynomial(square, tanhTail), square)
		m.Nest(small, magnitude, magnitude)
		bounded := m.AtMost(limit, magnitude)
		less1, k := m.reduced(m.Add(bounded, bounded))
		power := m.PowerOfTwo(k, unit)
		denominator := m.Add(less1, unit)
		m.Nest(denominator, power, unit)
		large := m.Subtract(unit, m.Divide(two, denominator))
		isSmall := m.Compare(magnitude, simd.LessThan, simd.Number(tanhSplit))
		c.write("y", m.Or(m.Choose(isSmall, small, large), sign))
	}, "x", "y")
	m.End()
}

func emitTanhGrad(m machine) {
	m.function("tanhGrad", "(dx, y, dy []float32)",
		"\tfor i := range y {",
		"\t\tdx[i] = dy[i] * (1 - y[i]*y[i]) // y² is not rounded",
		"\t}")
	unit := m.Constant(simd.Number(1))
	m.forEach(cheap, func(c chunk) {
		y, slope := c.read("y"), m.Copy(unit)
		m.SubtractProduct(y, y, slope)
		c.write("dx", m.Multiply(slope, c.read("dy")))
	}, "y", "dy", "dx")
	m.End()
}

// decay returns e^-|x|, which never overflows.
func (m machine) decay(x, low simd.Vec) simd.Vec {
	return m.flushedExponential(m.Or(x, simd.Bits(signBit)), low)
}

// emitSigmoid uses t = e^-|x|: 1/(1+t), or t/(1+t) for negative x. What rounding
// takes from 1+t is made good, to the half at least, so that the error is below
// 2 ulp instead of 2.4.
func emitSigmoid(m machine) {
	m.function("sigmoid", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = 1 / (1 + exp(-x[i]))",
		"\t}")
	low, unit := m.Constant(simd.Number(flushed)), m.Constant(simd.Number(1))
	m.forEach(m.costly(), func(c chunk) {
		c.write("y", m.logistic(c.read("x"), low, unit))
	}, "x", "y")
	m.End()
}

// logistic returns 1/(1+e⁻ˣ).
func (m machine) logistic(x, low, unit simd.Vec) simd.Vec {
	t := m.decay(x, low)
	denominator := m.Add(t, unit)
	lost := m.Subtract(t, m.Subtract(denominator, unit))
	y := m.Divide(m.Choose(m.Negative(x), t, unit), denominator)
	m.SubtractProduct(lost, y, y)
	return y
}

func emitSigmoidGrad(m machine) {
	m.function("sigmoidGrad", "(dx, y, dy []float32)",
		"\tfor i := range y {",
		"\t\tdx[i] = dy[i] * y[i] * (1 - y[i])",
		"\t}")
	unit := m.Constant(simd.Number(1))
	m.forEach(cheap, func(c chunk) {
		y := c.read("y")
		c.write("dx", m.Multiply(m.Multiply(c.read("dy"), y), m.Subtract(unit, y)))
	}, "y", "dy", "dx")
	m.End()
}

func emitResidual(m machine) {
	m.function("residual", "(dz, p, y []float32, scale float32)",
		"\tfor i := range p {",
		"\t\tdz[i] = (p[i] - y[i]) * scale",
		"\t}")
	scale := m.Scalar("scale")
	m.forEach(cheap, func(c chunk) {
		c.write("dz", m.Multiply(m.Subtract(c.read("p"), c.read("y")), scale))
	}, "p", "y", "dz")
	m.End()
}
