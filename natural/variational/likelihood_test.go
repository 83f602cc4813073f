package variational

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
)

var likelihoods = []Likelihood{Noise{2.5}, Logistic{}, StudentT{Degrees: 4, Scale: 0.5}, StudentT{Degrees: 1, Scale: 3}}

// TestLogDensities are gonum's densities, and derivatives are central differences.
func TestLogDensities(t *testing.T) {
	for _, z := range []float64{-30, -2, -0.1, 0, 0.3, 4, 40} {
		for _, y := range []float64{0, 1} {
			want := map[string]float64{
				Noise{2.5}.String():                       distuv.Normal{Mu: z, Sigma: 1 / math.Sqrt(2.5)}.LogProb(y),
				Logistic{}.String():                       -math.Log1p(math.Exp(z * (1 - 2*y))),
				StudentT{Degrees: 4, Scale: 0.5}.String(): distuv.StudentsT{Mu: z, Sigma: 0.5, Nu: 4}.LogProb(y),
				StudentT{Degrees: 1, Scale: 3}.String():   distuv.StudentsT{Mu: z, Sigma: 3, Nu: 1}.LogProb(y),
			}
			for _, l := range likelihoods {
				e := l.Log(y, z)
				assert.InDelta(t, want[l.String()], e.Value, 1e-12*(1+math.Abs(e.Value)), "%s %g %g", l, y, z)
				const h = 1e-4
				up, down := l.Log(y, z+h), l.Log(y, z-h)
				assert.InDelta(t, (up.Value-down.Value)/(2*h), e.Slope, 1e-6, "%s %g %g", l, y, z)
				assert.InDelta(t, (up.Slope-down.Slope)/(2*h), e.Curvature, 1e-6, "%s %g %g", l, y, z)
			}
		}
	}
	assert.Equal(t, Expected{-1e4, 1, 0}, Logistic{}.Log(1, -1e4), "nothing overflows")
	assert.Equal(t, Expected{0, 0, 0}, Logistic{}.Log(1, 1e4))
}

// fine is E[f(z)] by Gauss–Legendre panels, narrow beside the likelihoods' widths.
func fine(mean, variance float64, f func(z float64) float64) float64 {
	s := math.Sqrt(variance)
	const panels = 1500
	sum := 0.0
	for k := range panels {
		a, b := mean+s*(-12+24*float64(k)/panels), mean+s*(-12+24*float64(k+1)/panels)
		sum += quad.Fixed(func(z float64) float64 {
			u := (z - mean) / s
			return f(z) * math.Exp(-u*u/2)
		}, a, b, 8, quad.Legendre{}, 0)
	}
	return sum / s / math.Sqrt(2*math.Pi)
}

// TestExpectations are integrals over narrow panels, whether the posterior is narrow or wide.
func TestExpectations(t *testing.T) {
	for _, l := range likelihoods {
		for _, v := range []float64{1e-6, 0.01, 1, 9, 100} {
			for _, mean := range []float64{-5, 0.2, 3} {
				got := l.Expect(1, mean, v)
				for i, pair := range [][2]float64{
					{fine(mean, v, func(z float64) float64 { return l.Log(1, z).Value }), got.Value},
					{fine(mean, v, func(z float64) float64 { return l.Log(1, z).Slope }), got.Slope},
					{fine(mean, v, func(z float64) float64 { return l.Log(1, z).Curvature }), got.Curvature},
				} {
					assert.InDelta(t, pair[0], pair[1], 1e-12*(1+math.Abs(pair[0])), "%s, mean %g, variance %g, derivative %d", l, mean, v, i)
				}
				want := math.Log(fine(mean, v, func(z float64) float64 { return math.Exp(l.Log(1, z).Value) }))
				assert.InDelta(t, want, l.Predict(1, mean, v), 1e-10, "%s, mean %g, variance %g", l, mean, v)
			}
		}
		assert.Equal(t, l.Log(1, 0.7), l.Expect(1, 0.7, 0), l)
		assert.InDelta(t, l.Log(1, 0.7).Value, l.Predict(1, 0.7, 0), 1e-14, l)
	}
}

// TestQuadrature: a Gauss–Hermite rule of 32 points has the same where the posterior is as
// narrow as posteriors become, and is far off where it is as wide as priors are.
func TestQuadrature(t *testing.T) {
	x, w := make([]float64, 32), make([]float64, 32)
	quad.Hermite{}.FixedLocations(x, w, math.Inf(-1), math.Inf(1))
	hermite := func(mean, variance float64) float64 {
		sum := 0.0
		for k := range x {
			sum += w[k] / math.Sqrt(math.Pi) * Logistic{}.Log(0, mean+math.Sqrt(2*variance)*x[k]).Value
		}
		return sum
	}
	assert.InDelta(t, hermite(0.3, 1), Logistic{}.Expect(0, 0.3, 1).Value, 1e-13)
	off := math.Abs(hermite(0.3, 100) - Logistic{}.Expect(0, 0.3, 100).Value)
	t.Logf("32 points of Gauss–Hermite are off by %.1e at a deviation of 10", off)
	assert.Greater(t, off, 1e-3)
}

// TestPredictFar: of a target that is nearly impossible the probability keeps its digits, where
// E[σ(z)] = exp(m + v/2) for z far below 0.
func TestPredictFar(t *testing.T) {
	assert.InDelta(t, -300+25./2, Logistic{}.Predict(1, -300, 25), 1e-9)
	assert.InDelta(t, -300+25./2, Logistic{}.Predict(0, 300, 25), 1e-9)
	v := Logistic{}.Predict(1, -1e6, 1e4)
	assert.InDelta(t, -1e6+5e3, v, 1e-6)
	assert.InDelta(t, StudentT{4, 1}.Log(1e6, 0).Value, StudentT{4, 1}.Predict(1e6, 0, 1), 1e-4)
	assert.False(t, math.IsNaN(Logistic{}.Expect(1, 1e8, 1e12).Value))
	assert.InDelta(t, math.Log(0.5), Logistic{}.Predict(1, 0, 1e12), 1e-3)
}

// TestBadTargets are named.
func TestBadTargets(t *testing.T) {
	for want, err := range map[string]error{
		"target 2 of logistic regression: want 0 or 1":                       Logistic{}.Validate(2),
		"target NaN: want a finite number":                                   Noise{1}.Validate(math.NaN()),
		"precision -1 of the noise: want a positive finite number":           Noise{-1}.Validate(1),
		"degrees of freedom 0 of Student's t: want a positive finite number": StudentT{0, 1}.Validate(1),
		"scale +Inf of Student's t: want a positive finite number":           StudentT{1, math.Inf(1)}.Validate(1),
		"target +Inf: want a finite number":                                  StudentT{1, 1}.Validate(math.Inf(1)),
	} {
		require.Error(t, err, want)
		assert.Equal(t, "variational: "+want, err.Error())
	}
}
