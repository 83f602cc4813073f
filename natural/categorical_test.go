package natural_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

func categoricalRows() []row {
	nan, inf := math.NaN(), math.Inf(1)
	bad := [][]float64{{0, 0.2, 0.2}, {0.5, 0.5, 0.1}, {0.5, 0.25, 0.25}, {-0.1, 0.2, 0.2}, {nan, 0.1, 0.1}, {inf, 0.1, 0.1}}
	odds := row{
		family:   natural.CategoricalLogOdds{Classes: 4},
		points:   [][]float64{{0, 0, 0}, {0.5, -0.5, 0.2}, {2, -1, 1}, {-3, 0, -2}},
		extreme:  [][]float64{{700, -700, 0}, {-700, -700, -700}, {1e4, 1e4, -1e4}, {0, 1e300, 0}},
		outside:  [][]float64{{nan, 0, 0}, {0, inf, 0}},
		badMeans: bad,
		nodes:    count(4),
	}
	return []row{odds, expectationOf(odds), {
		family:  natural.CategoricalProbabilities{Classes: 4},
		points:  [][]float64{{0.25, 0.25, 0.25}, {0.3, 0.2, 0.4}, {0.1, 0.05, 0.8}, {0.02, 0.03, 0.04}},
		extreme: [][]float64{{1e-300, 1e-300, 1e-10}, {0.5, 0.5 - 0x1p-50, 1e-20}},
		outside: bad,
		nodes:   count(4),
	}, {
		family:    natural.CategoricalLogits{Classes: 4},
		points:    [][]float64{{0, 0, 0, 0}, {0.5, -0.5, 0.2, 1}, {2, -1, 1, 0}, {-3, 0, -2, 5}},
		extreme:   [][]float64{{700, -700, 0, 0}, {-700, -700, -700, -700}, {1e4, 1e4, -1e4, 0}, {0, 1e300, 0, -1e300}},
		outside:   [][]float64{{nan, 0, 0, 0}, {0, 0, 0, inf}},
		nodes:     count(4),
		redundant: true,
	}}
}

func TestCategoricalOfTwoIsBernoulli(t *testing.T) {
	two, one := natural.CategoricalLogOdds{Classes: 2}, natural.BernoulliLogOdds{}
	a, b := []float64{0}, []float64{0}
	for _, theta := range [][]float64{{0}, {1.5}, {-700}, {40}} {
		for _, x := range [][]float64{{0}, {1}, {2}, {0.5}} {
			assert.InEpsilon(t, math.Exp(one.LogProb(x, theta))+1, math.Exp(two.LogProb(x, theta))+1, 1e-15)
		}
		two.NaturalGradient(a, []float64{-0.5}, theta)
		one.NaturalGradient(b, []float64{-0.5}, theta)
		assert.InEpsilon(t, b[0], a[0], 1e-13)
		assert.InDelta(t, one.KL(theta, []float64{0.3}), two.KL(theta, []float64{0.3}), 1e-12)
	}
}

// TestLogitsHaveASingularFisherMatrix: its rank is K−1, and the natural gradient is the solution of least norm.
func TestLogitsHaveASingularFisherMatrix(t *testing.T) {
	f, theta := natural.CategoricalLogits{Classes: 3}, []float64{0, math.Log(2), math.Log(5)} // π = 1/8, 2/8, 5/8
	want := mat.NewSymDense(3, []float64{7, -2, -5, -2, 12, -10, -5, -10, 15})
	want.ScaleSym(1./64, want)
	assert.True(t, mat.EqualApprox(want, fisher(f, theta), 1e-15))
	var eigen mat.EigenSym
	require.True(t, eigen.Factorize(fisher(f, theta), false))
	values := eigen.Values(nil)
	assert.InDelta(t, 0, values[0], 1e-16)
	assert.Greater(t, values[1], 0.1)
	step := make([]float64, 3)
	f.NaturalGradient(step, []float64{7. / 8, -2. / 8, -5. / 8}, theta) // the score of class 0
	for i, v := range []float64{16. / 3, -8. / 3, -8. / 3} {            // g/π = 7, −1, −1 less its mean
		assert.InDelta(t, v, step[i], 1e-14)
	}
	f.NaturalGradient(step, []float64{1, 1, 1}, theta) // no distribution changes that way
	assert.Equal(t, []float64{0, 0, 0}, step)
}

func TestDampedIsTheDampedSystem(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		n := len(theta)
		g := unit(n, 0)
		g[n-1] -= 0.4
		for _, damping := range []float64{1e-3, 1, 1e3} {
			got, again := make([]float64, n), make([]float64, n)
			require.NoError(t, natural.Damped(r.family, got, g, theta, damping))
			var m mat.Dense
			m.CloneFrom(fisher(r.family, theta))
			for i := range n {
				m.Set(i, i, m.At(i, i)+damping)
			}
			var want mat.VecDense
			require.NoError(t, want.SolveVec(&m, mat.NewVecDense(n, g)))
			tolerance := 1e-14 * mat.Cond(&m, 2) * mat.Norm(&want, 2)
			for i := range g {
				assert.InDelta(t, want.AtVec(i), got[i], tolerance)
			}
			if f, ok := r.family.(natural.CategoricalLogits); ok {
				f.Damped(again, g, theta, damping)
				for i := range g {
					assert.InDelta(t, want.AtVec(i), again[i], tolerance)
				}
			}
		}
	})
}

func TestSolveIsTheNaturalGradient(t *testing.T) {
	each(t, func(t *testing.T, r row, theta []float64) {
		n := len(theta)
		g, want, got := unit(n, 0), make([]float64, n), make([]float64, n)
		r.family.NaturalGradient(want, g, theta)
		require.NoError(t, natural.Solve(r.family, got, g, theta))
		f := fisher(r.family, theta)
		var pseudo mat.SymDense
		require.NoError(t, natural.PseudoInverse(&pseudo, f))
		tolerance := 1e-14 * mat.Norm(f, 2) * mat.Norm(&pseudo, 2) * mat.Norm(mat.NewVecDense(n, want), 2) * float64(n)
		for i := range g {
			assert.InDelta(t, want[i], got[i], tolerance, "θ = %g", theta)
		}
	})
}

// TestSimplexRetraction by hand: the step meets the boundary after the part u = ¼, so that it goes ¼ − 1/64.
func TestSimplexRetraction(t *testing.T) {
	f, dst := natural.CategoricalProbabilities{Classes: 3}, make([]float64, 2)
	f.Retract(dst, []float64{0.25, 0.5}, []float64{-1, 0.5})
	assert.Equal(t, []float64{0.015625, 0.6171875}, dst)
	// Class 0 has ¼ and loses ½ with the whole step, u = ½, which goes 7/16.
	f.Retract(dst, []float64{0.25, 0.5}, []float64{0.25, 0.25})
	assert.Equal(t, []float64{0.25 + 7./64, 0.5 + 7./64}, dst)
	f.Retract(dst, []float64{0.25, 0.5}, []float64{0.125, -0.25})
	assert.Equal(t, []float64{0.375, 0.25}, dst, "half of the way at most: the sum itself")
}

func TestSystemsWithoutASolution(t *testing.T) {
	logits, v := natural.CategoricalLogits{Classes: 3}, make([]float64, 3)
	assert.EqualError(t, natural.Damped(logits, v, []float64{1, 0, 0}, []float64{0, 0, 0}, 0),
		"natural: categorical of 3, logits: the Fisher matrix is singular to rounding: ask for more damping")
	rate := natural.PoissonRate{}
	assert.EqualError(t, natural.Solve(rate, v[:1], []float64{1}, []float64{0}),
		"natural: Poisson, rate: element 0, 0 of the matrix is +Inf: want finite numbers")
}

func TestOneClassIsNoDistribution(t *testing.T) {
	for _, f := range []natural.Family{natural.CategoricalLogits{Classes: 1}, natural.CategoricalLogOdds{Classes: 1},
		natural.CategoricalProbabilities{}, natural.Dirichlet{Classes: 1}} {
		assert.ErrorContains(t, f.Validate(make([]float64, max(f.Params(), 0))), " classes: want 2 or more")
	}
	assert.ErrorContains(t, natural.NegativeBinomialProbability{}.Validate([]float64{0.5}), "number of successes 0")
	assert.ErrorContains(t, natural.NegativeBinomialNatural{}.Validate([]float64{-1}), "number of successes 0")
}
