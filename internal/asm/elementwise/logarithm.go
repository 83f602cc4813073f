package main

import (
	"math"

	"github.com/gokfac/gokfac/internal/asm/simd"
)

// logarithmTail is the polynomial q of log(1+f) = f + f²·q(f) for 1+f from √½
// to √2, with a minimax relative error of 6e-9 (Remez).
var logarithmTail = []float64{-0.5, 0.333333313, -0.250008196, 0.200012267, -0.166233569, 0.142017588,
	-0.131601825, 0.12761575, -0.0763449371}

// logarithm1 returns log(1+f) for 1+f from √½ to √2.
func (m machine) logarithm1(f simd.Vec) simd.Vec {
	q := m.Polynomial(f, logarithmTail)
	m.Nest(q, m.Multiply(f, f), f)
	return q
}

// logarithm1p returns log(1+t) for t from 0 to 1. Beyond √2-1 it is
// ln2 + log(1 + (t-1)/2), where t-1 is exact to the accuracy of the result.
func (m machine) logarithm1p(t simd.Vec) simd.Vec {
	large := m.Compare(t, simd.GreaterThan, simd.Number(math.Sqrt2-1))
	half := m.Multiply(m.Subtract(t, simd.Number(1)), simd.Number(0.5))
	sum := m.logarithm1(m.Choose(large, half, t))
	m.AddWhere(large, simd.Number(math.Ln2), sum)
	return sum
}

func emitLog(m machine) {
	m.function("log", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = log(x[i])",
		"\t}")
	m.forEach(m.costly(), func(c chunk) {
		x := c.read("x")
		m.Comment("Numbers below the least normal one are scaled by 2²³.")
		small := m.Compare(x, simd.LessThan, simd.Number(leastNormal))
		normal := m.Choose(small, m.Multiply(x, simd.Number(1<<exponent)), x)
		m.Comment("x = (1+f)·2ᵏ with 1+f from √½ to √2.")
		root := math.Float32bits(math.Sqrt2 / 2)
		b := m.SubtractLanes(normal, simd.Bits(root))
		k := m.FromInt(m.ShiftLanesRight(exponent, b))
		m.AddWhere(small, simd.Number(-exponent), k)
		f := m.Subtract(m.AddLanes(m.And(b, simd.Bits(1<<exponent-1)), simd.Bits(root)), simd.Number(1))
		y := m.logarithm1(f)
		m.AddProduct(k, simd.Number(ln2Low), y)
		m.AddProduct(k, simd.Number(ln2High), y)
		m.Comment("log 0 = -Inf, log of less is NaN, +Inf and NaN stay.")
		m.AddWhere(m.Compare(x, simd.Equal, simd.Number(0)), simd.Bits(minusInf), y)
		m.AddWhere(m.Compare(x, simd.LessThan, simd.Number(0)), simd.Bits(quietNaN), y)
		m.AddWhere(m.Compare(x, simd.NotLessThan, simd.Number(math.Inf(1))), x, y)
		c.write("y", y)
	}, "x", "y")
	m.End()
}
