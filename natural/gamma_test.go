package natural_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/natural"
)

// halfLine has outcomes x = exp t for densities of positive numbers of the scale 1/b, with
// shapes from about 0.5 to 100.
func halfLine(a, b float64) ([][]float64, []float64) {
	scale := -math.Log(b)
	return line(scale-100/math.Min(a, 1), scale+math.Log(a+100), 0.04, math.Exp, math.Exp)
}

func gammaRows() []row {
	nan, inf := math.NaN(), math.Inf(1)
	fill := row{
		family:   natural.GammaNatural{},
		points:   [][]float64{{2, -1}, {2.2, -0.9}, {0.7, -3}, {30, -0.5}},
		extreme:  [][]float64{{1e-300, -1}, {1e300, -1}, {1, -1e-300}, {1, -1e300}, {1e300, -1e300}, {1e-300, -1e-300}, {1e10, -1e10}},
		outside:  [][]float64{{0, -1}, {-1, -1}, {1, 0}, {1, 1}, {nan, -1}, {1, nan}, {inf, -1}, {1, -inf}},
		badMeans: [][]float64{{0, 1}, {1, 1}, {-1, 0}, {-1, -1}, {nan, 1}, {-1, nan}, {-inf, 1}, {-1, inf}},
		nodes:    func(theta []float64) ([][]float64, []float64) { return halfLine(theta[0], -theta[1]) },
	}
	return []row{fill, expectationOf(fill), {
		family:  natural.GammaShapeRate{},
		points:  [][]float64{{1, 1}, {1.2, 0.9}, {0.6, 30}, {40, 2}},
		extreme: [][]float64{{1e-300, 1}, {1e-300, 1e300}, {1e300, 1}, {1, 1e-300}, {1, 1e300}, {1e300, 1e300}, {1e-300, 1e-300}},
		outside: [][]float64{{0, 1}, {1, 0}, {-1, 1}, {1, -1}, {nan, 1}, {1, inf}},
		nodes:   func(theta []float64) ([][]float64, []float64) { return halfLine(theta[0], theta[1]) },
	}, {
		family:  natural.GammaLogs{},
		points:  [][]float64{{0, 0}, {0.3, -0.2}, {-0.5, 2}, {3.5, -1}},
		extreme: [][]float64{{690, 0}, {-690, 0}, {0, 690}, {0, -690}, {708, 708}, {-708, 708}},
		outside: [][]float64{{nan, 0}, {0, nan}, {0, inf}, {709, 0}, {0, -1e9}},
		nodes: func(theta []float64) ([][]float64, []float64) {
			return halfLine(math.Exp(theta[0]), math.Exp(theta[1]))
		},
	}}
}

// TestGammaFromMeanIsExactToRounding from shapes next to 0 to large ones. log E[x] − E[log x] is 1/(2α) for
// large shapes, and its rounding 1e-16·log: α is exact to α·1e-15 relative.
func TestGammaFromMeanIsExactToRounding(t *testing.T) {
	f := natural.GammaNatural{}
	mu, back := make([]float64, 2), make([]float64, 2)
	for _, a := range []float64{1e-300, 1e-12, 0.01, 0.3, 0.9, 1.4, 3, 8, 15.9, 16.1, 50, 1e3, 1e6, 1e10} {
		for _, b := range []float64{1, 1e-5, 300} {
			f.Mean(mu, []float64{a, -b})
			require.NoError(t, f.FromMean(back, mu))
			tolerance := 1e-14 + 1e-15*a*(1+math.Abs(math.Log(a/b)))
			assert.InEpsilon(t, a, back[0], tolerance, "α = %g, β = %g", a, b)
			assert.InEpsilon(t, b, -back[1], tolerance, "α = %g, β = %g", a, b)
		}
	}
}

// TestGammaKLOfLargeShapes: the divergence is that of normal distributions of the logarithm of
// x up to 1/α, while the terms of the textbook's formula cancel to 1e-7 at 1e8.
func TestGammaKLOfLargeShapes(t *testing.T) {
	f := natural.GammaShapeRate{}
	for _, a := range []float64{1e6, 1e8, 1e12} {
		d := 0.1 * math.Sqrt(a)
		assert.InEpsilon(t, 0.005, f.KL([]float64{a, 1}, []float64{a + d, 1}), 2/math.Sqrt(a), "α = %g", a)
		assert.InEpsilon(t, 0.005, f.KL([]float64{a, a}, []float64{a, a + d}), 2/math.Sqrt(a), "α = %g", a)
	}
	// Across the border of the formulas, and exact values: Γ(2, 1) ‖ Γ(1, 1) has ψ(2) = 1 − γ.
	const gamma = 0.57721566490153286
	assert.InDelta(t, 1-gamma, f.KL([]float64{2, 1}, []float64{1, 1}), 3e-15) // roundings of terms of size 1
	assert.InDelta(t, f.KL([]float64{16, 1}, []float64{17, 1}), f.KL([]float64{16 - 1e-12, 1}, []float64{17, 1}), 1e-12)
}
