package natural

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/mathext"
)

// TestDigamma against values in closed form, its recurrence and, to 1e-10, gonum's.
func TestDigamma(t *testing.T) {
	const gamma = 0.57721566490153286061
	assert.InDelta(t, -gamma, digamma(1), 1e-15)
	assert.InDelta(t, -gamma-2*math.Ln2, digamma(0.5), 2e-15)
	assert.InDelta(t, -gamma-math.Pi/2-3*math.Ln2, digamma(0.25), 3e-15)
	assert.InEpsilon(t, -1e300, digamma(1e-300), 1e-15)
	for x := 1e-3; x < 1e5; x *= 1.07 {
		assert.InDelta(t, mathext.Digamma(x), digamma(x), 1e-10*math.Max(1, math.Abs(digamma(x))), "x = %g", x)
		// ψ(x + 1) = ψ(x) + 1/x, on both sides of the border of the series
		assert.InDelta(t, digamma(x)+1/x, digamma(x+1), 1e-14*math.Max(1, 1/x), "x = %g", x)
	}
	for _, x := range []float64{1e6, 1e10, 1e100} {
		assert.InEpsilon(t, 1/(2*x), logMinusDigamma(x), 1/x+1e-15)
	}
}

// TestTrigammaExcess against gonum's Hurwitz zeta function, ψ′(x) = ζ(2, x), of which xψ′(x) − 1 is 1/(2x)
// for large x: relative to it the zeta function's rounding is 2x times as large.
func TestTrigammaExcess(t *testing.T) {
	assert.InEpsilon(t, math.Pi*math.Pi/6-1, trigammaExcess(1), 1e-14)
	assert.InEpsilon(t, math.Pi*math.Pi/4-1, trigammaExcess(0.5), 1e-14)
	assert.InEpsilon(t, 1e300, trigammaExcess(1e-300), 1e-15)
	for x := 1e-3; x < 1e4; x *= 1.07 {
		assert.InEpsilon(t, x*mathext.Zeta(2, x)-1, trigammaExcess(x), 4e-15*(1+2*x), "x = %g", x)
	}
	for _, x := range []float64{15, 15.999, 15.5} { // ψ′(x) = ψ′(x + 1) + 1/x²
		assert.InEpsilon(t, x*((1+trigammaExcess(x+1))/(x+1)+1/x/x)-1, trigammaExcess(x), 1e-13)
	}
}

func TestStirling(t *testing.T) {
	for _, x := range []float64{large, 20, 77.5, 1e3} {
		want := logGamma(x) - (x-0.5)*math.Log(x) + x - math.Log(2*math.Pi)/2
		assert.InDelta(t, want, stirling(x), 1e-15*x*math.Log(x), "x = %g", x)
		// d stirling/dx = 1/(2x) − (log x − ψ(x))
		h := x / 100
		slope := (8*(stirling(x+h)-stirling(x-h)) - (stirling(x+2*h) - stirling(x-2*h))) / (12 * h)
		assert.InEpsilon(t, 0.5/x-logMinusDigamma(x), slope, 1e-6, "x = %g", x)
	}
}

// TestDivergence against sums of 300 bits.
func TestDivergence(t *testing.T) {
	for _, d := range []float64{1e-9, -1e-6, 1e-3, -0.1, 0.5, 0.999, -1, 1.001, -1.001, 5, -30, 600} {
		for _, a := range []float64{1, 1e-300, 3e4} {
			// exp d − 1 − d = Σ dⁿ/n! from n = 2
			x := new(big.Float).SetPrec(3000).SetFloat64(d)
			term, sum := new(big.Float).Copy(x), new(big.Float).SetPrec(3000)
			for n := 2.0; n < 150+4*math.Abs(d); n++ {
				term.Mul(term, x).Quo(term, big.NewFloat(n))
				sum.Add(sum, term)
			}
			want, _ := sum.Float64()
			// d is a difference of logarithms: its rounding is relative to them
			rounding := 2e-16 * (math.Abs(math.Log(a)) + math.Abs(d) + 4) * (1 + 2/math.Abs(d))
			if a == 1 {
				rounding = 1e-15 * (4 + math.Abs(d))
			}
			assert.InEpsilon(t, a*want, divergence(a, math.Log(a), math.Log(a)+d), rounding, "a = %g, d = %g", a, d)
		}
	}
	assert.Equal(t, 0., divergence(0.3, math.Log(0.3), math.Log(0.3)))
	assert.Equal(t, 0., divergence(0, -1e4, -2e4))
	assert.Equal(t, math.Inf(1), divergence(1e300, 690, 800))
}

// TestSeriesAtTheirBorder against 40 digits by H₁₅, Σ1/k² and log 15!.
func TestSeriesAtTheirBorder(t *testing.T) {
	assert.InEpsilon(t, 0.0315753939123208692822115826861154743509, logMinusDigamma(16), 5e-16)
	assert.InEpsilon(t, 0.0319005344518297885073723569908356066777, trigammaExcess(16), 5e-16)
	assert.InEpsilon(t, 0.0052076559196096404407179968579018986510, stirling(16), 5e-16)
}

// TestGammaKLOfOneMean: the divergence between shapes of the same mean is ½δ²(ψ′(α) − 1/α) up to δ/α of it.
// Differences of log Γ have a rounding of 1e-15, almost as much as the whole.
func TestGammaKLOfOneMean(t *testing.T) {
	const a, d = 1000, 1e-4
	assert.InEpsilon(t, d*d/2*trigammaExcess(a)/a, gammaKL(a, a, a+d, a+d), 1e-6)
}

func TestInsideJoinsSmoothly(t *testing.T) {
	const x, h = 3.0, 1e-6
	assert.Equal(t, 1.5, inside(x, -1.5))
	assert.InDelta(t, 1.5-h, inside(x, -1.5-h), h*h)
	assert.InEpsilon(t, x*x/40, inside(x, -10), 1e-15)
	assert.Equal(t, 13., inside(x, 10))
	assert.Equal(t, smallest, inside(1e-200, -1))
	assert.Equal(t, 1-0x1p-53, between(0.5, 1e300))
	assert.Equal(t, 0.75, between(0.5, 0.25))
	assert.InDelta(t, 1-0.25/4/0.5, between(0.5, 0.5), 1e-15)
}
