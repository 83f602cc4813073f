package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// logarithmTail is the polynomial q of log(1+f) = f + f²·q(f) for 1+f from √½
// to √2, with a minimax relative error of 6e-9 (Remez).
var logarithmTail = []float64{-0.5, 0.333333313, -0.250008196, 0.200012267, -0.166233569, 0.142017588,
	-0.131601825, 0.12761575, -0.0763449371}

// logarithm1 returns log(1+f) for 1+f from √½ to √2.
func (m machine) logarithm1(f reg.VecVirtual) reg.VecVirtual {
	q := m.polynomial(f, logarithmTail)
	m.nest(q, m.multiply(f, f), f)
	return q
}

// logarithm1p returns log(1+t) for t from 0 to 1. Beyond √2-1 it is
// ln2 + log(1 + (t-1)/2), where t-1 is exact to the accuracy of the result.
func (m machine) logarithm1p(t reg.VecVirtual) reg.VecVirtual {
	large := m.compare(t, greater, number(math.Sqrt2-1))
	half := m.multiply(m.subtract(t, number(1)), number(0.5))
	sum := m.logarithm1(m.choose(large, half, t))
	m.addWhere(large, number(math.Ln2), sum)
	return sum
}

func emitLog(m machine) {
	m.function("log", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = log(x[i])",
		"\t}")
	m.forEach(1, func(c chunk) {
		x := c.read("x")
		Comment("Numbers below the least normal one are scaled by 2²³.")
		small := m.compare(x, less, number(leastNormal))
		normal := m.choose(small, m.multiply(x, number(1<<exponent)), x)
		Comment("x = (1+f)·2ᵏ with 1+f from √½ to √2.")
		root := math.Float32bits(math.Sqrt2 / 2)
		b := m.subtractInt(normal, bits(root))
		shifted, k := m.register(), m.register()
		VPSRAD(U8(exponent), b, shifted)
		VCVTDQ2PS(shifted, k)
		m.addWhere(small, number(-exponent), k)
		f := m.subtract(m.addInt(m.and(b, bits(1<<exponent-1)), bits(root)), number(1))
		y := m.logarithm1(f)
		m.addProduct(k, number(ln2Low), y)
		m.addProduct(k, number(ln2High), y)
		Comment("log 0 = -Inf, log of less is NaN, +Inf and NaN stay.")
		m.addWhere(m.compare(x, equal, number(0)), bits(minusInf), y)
		m.addWhere(m.compare(x, less, number(0)), bits(quietNaN), y)
		m.addWhere(m.compare(x, notLess, number(math.Inf(1))), x, y)
		c.write("y", y)
	}, "x", "y")
	finish()
}
