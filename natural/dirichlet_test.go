package natural_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/gokfac/gokfac/natural"
)

// simplex has outcomes of n classes, x₀ = σ(s), x₁ = σ(−s)σ(t)… by the trapezoidal rule in s, t….
// Its error is about exp(−2πy/step) for each y < π, times cos(y/2)^−2Σα, as the poles of σ are π away from the line.
func simplex(n int, end, step float64) ([][]float64, []float64) {
	xs, weights := [][]float64{{}}, []float64{1}
	left := []float64{1}
	for k := range n - 1 {
		var nextX [][]float64
		var nextW, nextLeft []float64
		for i, x := range xs {
			for t := -end; t <= end; t += step {
				up, down := 1/(1+math.Exp(-t)), 1/(1+math.Exp(t))
				// The last elements are exact, and no 1 − x.
				point := append(append([]float64(nil), x...), left[i]*up)
				if k == n-2 {
					point = append(point, left[i]*down)
				}
				w := weights[i] * step * left[i] * up * down
				nextX, nextW, nextLeft = append(nextX, point), append(nextW, w), append(nextLeft, left[i]*down)
			}
		}
		xs, weights, left = nextX, nextW, nextLeft
	}
	return xs, weights
}

func dirichletRows() []row {
	nan, inf := math.NaN(), math.Inf(1)
	beta := row{
		family:   natural.Dirichlet{Classes: 2},
		points:   [][]float64{{2, 3}, {2.2, 2.7}, {1.1, 1}, {9, 1.5}},
		extreme:  [][]float64{{1e-300, 1}, {1e300, 1}, {1e300, 1e300}, {1e-300, 1e-300}, {1e10, 1e10}},
		outside:  [][]float64{{0, 1}, {1, -1}, {nan, 1}, {1, inf}, {1e308, 1e308}},
		badMeans: [][]float64{{-0.1, -0.1}, {0, -5}, {-math.Ln2, -math.Ln2}, {nan, -1}, {-1, -inf}},
		nodes:    func([]float64) ([][]float64, []float64) { return simplex(2, 36, 0.25) },
	}
	three := row{
		family:   natural.Dirichlet{Classes: 3},
		points:   [][]float64{{2, 3, 4}, {2.2, 2.7, 4}},
		extreme:  [][]float64{{1e-300, 1, 1e300}},
		outside:  [][]float64{{0, 1, 1}, {1, 1, nan}},
		badMeans: [][]float64{{-1, -1, -1}},
		nodes:    func([]float64) ([][]float64, []float64) { return simplex(3, 16, 0.4) },
	}
	return []row{beta, expectationOf(beta), three}
}

func TestDirichletFromMean(t *testing.T) {
	mu, back := make([]float64, 3), make([]float64, 3)
	f := natural.Dirichlet{Classes: 3}
	for _, alpha := range [][]float64{{1, 1, 1}, {1e-5, 1, 20}, {0.3, 0.4, 0.01}, {17, 15, 1e3}, {1e5, 2e5, 3e5}, {1e-100, 3e-100, 2e-100}} {
		f.Mean(mu, alpha)
		require.NoError(t, f.FromMean(back, mu))
		// The mean has the rounding 1e-16·log, of which the concentrations make Σα times as much.
		tolerance := 1e-14 + 2e-15*floats.Sum(alpha)*(1+floats.Norm(mu, math.Inf(1)))
		if floats.Max(alpha) < 1e-80 {
			tolerance = 1e-13 // log s is −200: its rounding is 200·2⁻⁵³
		}
		for k, a := range alpha {
			assert.InEpsilon(t, a, back[k], tolerance, "α = %g", alpha)
		}
	}
}

// TestDirichletRetractKeepsTheSumFinite, which is a concentration itself.
func TestDirichletRetractKeepsTheSumFinite(t *testing.T) {
	f, theta := natural.Dirichlet{Classes: 3}, []float64{1, 1, 1}
	f.Retract(theta, theta, []float64{1.7e308, 1.7e308, 1.7e308})
	assert.NoError(t, f.Validate(theta))
}
