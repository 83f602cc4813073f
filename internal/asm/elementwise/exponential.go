package main

import (
	"math"

	"github.com/gokfac/gokfac/internal/asm/simd"
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
func (m machine) reduced(x simd.Vec) (less1, k simd.Vec) {
	k = m.Round(m.Multiply(x, simd.Number(math.Log2E)))
	m.SubtractProduct(k, simd.Number(ln2High), x)
	m.SubtractProduct(k, simd.Number(ln2Low), x)
	q := m.Polynomial(x, exponentialTail)
	m.Nest(q, m.Multiply(x, x), x)
	return q, k
}

// exponential returns eˣ for x from leastExponent to greatestExponent, and NaN
// for NaN. x is used up.
func (m machine) exponential(x simd.Vec) simd.Vec {
	q, k := m.reduced(x)
	return m.Scale(m.Add(q, simd.Number(1)), k)
}

// flushed is the least x whose exponential is not 0 in the functions built on
// it: e^x is just above the least normal number. Results below that take the
// processor some hundred cycles each, and the lanes beyond the end of a row of
// a softmax have them in every row.
const flushed = -87.33

// flushedExponential returns eˣ for x up to greatestExponent, 0 for x below
// flushed, which low holds, and NaN for NaN.
func (m machine) flushedExponential(x, low simd.Vec) simd.Vec {
	normal := m.Compare(x, simd.NotLessThan, low)
	q, k := m.reduced(m.AtLeast(low, x))
	return m.Keep(normal, m.ScaleNormal(m.Add(q, simd.Number(1)), k))
}

func emitExp(m machine) {
	m.function("exp", "(y, x []float32)",
		"\tfor i := range x {",
		"\t\ty[i] = exp(x[i])",
		"\t}")
	low, high := m.Constant(simd.Number(leastExponent)), m.Constant(simd.Number(greatestExponent))
	m.forEach(m.costly(), func(c chunk) {
		c.write("y", m.exponential(m.AtMost(high, m.AtLeast(low, c.read("x")))))
	}, "x", "y")
	m.End()
}
