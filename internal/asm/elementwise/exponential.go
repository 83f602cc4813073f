package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The limits of x in eˣ: below the lower one the result is less than half the
// least float32, above the upper one it is infinite.
const (
	leastExponent    = -104
	greatestExponent = 89
)

// ln2 in two parts; log₂e.
var (
	ln2High = float64(float32(math.Ln2))
	ln2Low  = math.Ln2 - ln2High
)

// exponentialTail is the polynomial q of eʳ = 1 + r + r²·q(r) for |r| ≤ ln2/2,
// with a minimax relative error of eʳ-1 of 1.4e-8 (Remez).
var exponentialTail = []float64{0.5, 0.16666539, 0.041666612, 0.00836707931, 0.00139169989}

// reduced returns e^r - 1 and whole k with x = k·ln2 + r, |r| ≤ ln2/2 (Cody and
// Waite's reduction; fused products make it exact but for one rounding). x is
// used up.
func (m machine) reduced(x reg.VecVirtual) (less1, k reg.VecVirtual) {
	k = m.round(m.multiply(x, number(math.Log2E)))
	m.subtractProduct(k, number(ln2High), x)
	m.subtractProduct(k, number(ln2Low), x)
	q := m.polynomial(x, exponentialTail)
	m.nest(q, m.multiply(x, x), x)
	return q, k
}

// exponential returns eˣ for x from leastExponent to greatestExponent, and NaN
// for NaN. x is used up.
func (m machine) exponential(x reg.VecVirtual) reg.VecVirtual {
	q, k := m.reduced(x)
	return m.scale(m.add(q, number(1)), k)
}

// scale returns x·2ᵏ, rounded once: k from -150 to 128 takes two factors, of
// which the first is exact, where no instruction does it.
func (m machine) scale(x, k reg.VecVirtual) reg.VecVirtual {
	r := m.register()
	if m.wide {
		VSCALEFPS(k, x, r)
		return r
	}
	whole, half := m.register(), m.register()
	VCVTPS2DQ(k, whole)
	VPSRAD(U8(1), whole, half)
	rest := m.subtractInt(whole, half)
	return m.multiply(m.multiply(x, m.powerOfTwo(half)), m.powerOfTwo(rest))
}

// powerOfTwo returns 2ᵏ of int32 from -126 to 127.
func (m machine) powerOfTwo(k reg.VecVirtual) reg.VecVirtual {
	r := m.register()
	VPSLLD(U8(exponent), k, r)
	return m.addInt(r, bits(one))
}

// flushed is the least x whose exponential is not 0 in the functions built on
// it: e^x is just above the least normal number. Results below that take the
// processor some hundred cycles each, and the lanes beyond the end of a row of
// a softmax have them in every row.
const flushed = -87.33

// flushedExponential returns eˣ for x up to greatestExponent, 0 for x below
// flushed, which low holds, and NaN for NaN.
func (m machine) flushedExponential(x, low reg.VecVirtual) reg.VecVirtual {
	normal := m.compare(x, notLess, low)
	return m.keep(normal, m.exponential(m.atLeast(low, x)))
}

func emitExp(m machine) {
	m.function("exp", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = exp(x[i])",
		"\t}")
	low, high := m.constant(number(leastExponent)), m.constant(number(greatestExponent))
	m.forEach(1, func(c chunk) {
		c.write("y", m.exponential(m.atMost(high, m.atLeast(low, c.read("x")))))
	}, "x", "y")
	finish()
}
