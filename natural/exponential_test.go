package natural_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/gokfac/gokfac/natural"
)

// eachExponential runs a test on every exponential family at each of its points.
func eachExponential(t *testing.T, test func(t *testing.T, r row, f natural.ExponentialFamily, theta []float64)) {
	each(t, func(t *testing.T, r row, theta []float64) {
		if f, ok := r.family.(natural.ExponentialFamily); ok {
			test(t, r, f, theta)
		}
	})
}

func TestExponentialFamiliesHaveTheirForm(t *testing.T) {
	eachExponential(t, func(t *testing.T, r row, f natural.ExponentialFamily, theta []float64) {
		xs, _ := r.nodes(theta)
		statistics := make([]float64, len(theta))
		for k := 0; k < len(xs); k += 1 + len(xs)/50 {
			x := xs[k]
			f.Statistics(statistics, x)
			size := math.Abs(f.LogBase(x)) + math.Abs(f.LogPartition(theta)) + 1
			for i, v := range statistics {
				size += math.Abs(v * theta[i])
			}
			assert.InDelta(t, f.LogBase(x)+floats.Dot(theta, statistics)-f.LogPartition(theta), f.LogProb(x, theta), 1e-14*size,
				"x = %g, θ = %g", x, theta)
		}
		impossible := make([]float64, f.Size())
		fill(impossible, -0.5)
		if math.IsInf(f.LogProb(impossible, theta), -1) {
			assert.Equal(t, math.Inf(-1), f.LogBase(impossible))
		}
	})
}

func TestMeanIsTheSlopeOfTheLogPartition(t *testing.T) {
	eachExponential(t, func(t *testing.T, r row, f natural.ExponentialFamily, theta []float64) {
		n := len(theta)
		mu, h := make([]float64, n), steps(f, theta)
		f.Mean(mu, theta)
		want, size := expect(r, theta, n, f.Statistics)
		for i := range mu {
			assert.InDelta(t, want[i], mu[i], integral*math.Max(1, size[i]), "θ = %g, E[T]", theta)
			d := slope(1, theta, unit(n, i), h[i], func(dst, at []float64) { dst[0] = f.LogPartition(at) })
			assert.InDelta(t, d[0], mu[i], 1e-9*math.Max(math.Abs(mu[i]), 1/(128*h[i])), "θ = %g, ∇A", theta)
		}
	})
}

func TestFromMeanInvertsMean(t *testing.T) {
	eachExponential(t, func(t *testing.T, r row, f natural.ExponentialFamily, theta []float64) {
		n := len(theta)
		mu, back, again := make([]float64, n), make([]float64, n), make([]float64, n)
		f.Mean(mu, theta)
		require.NoError(t, f.FromMean(back, mu))
		f.Mean(again, back)
		// μ is exact to rounding, so that θ is exact to F⁻¹ times that.
		for i := range mu {
			assert.InDelta(t, mu[i], again[i], 1e-14*math.Max(1, floats.Norm(mu, math.Inf(1))), "θ = %g", theta)
		}
		rounding := make([]float64, n)
		f.NaturalGradient(rounding, mu, theta)
		for i := range theta {
			assert.InDelta(t, theta[i], back[i], 1e-14*(floats.Norm(rounding, 1)+floats.Norm(theta, 1)+1)*1e2, "θ = %g", theta)
		}
		require.NoError(t, f.FromMean(mu, mu), "in place")
		assert.Equal(t, back, mu)
		require.NotEmpty(t, r.badMeans)
		for _, mu := range r.badMeans {
			var domain *natural.DomainError
			require.ErrorAs(t, f.FromMean(back, mu), &domain, "μ = %g", mu)
			assert.Contains(t, domain.Error(), ": want ")
		}
	})
}

// TestExpectationParametersAreDual: F_μ = F_θ⁻¹, and the gradient by μ is the natural gradient by θ.
func TestExpectationParametersAreDual(t *testing.T) {
	eachExponential(t, func(t *testing.T, r row, f natural.ExponentialFamily, theta []float64) {
		n, dual := len(theta), natural.Expectation(f)
		mu, g, byMu, byTheta := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		f.Mean(mu, theta)
		for i := range g {
			g[i] = float64(i) - 0.6
		}
		c, err := natural.Convert(dual, f)
		require.NoError(t, err)
		c.Gradient(byMu, g, mu)
		f.NaturalGradient(byTheta, g, theta)
		for i := range g {
			assert.InEpsilon(t, byTheta[i], byMu[i], 1e-9, "∇_μL = F⁻¹∇_θL at θ = %g", theta)
		}
		dual.NaturalGradient(byMu, g, mu)
		f.NaturalGradient(byMu, byMu, theta)
		for i := range g {
			assert.InEpsilon(t, g[i], byMu[i], 1e-9, "F_μ⁻¹ = F_θ at θ = %g", theta)
		}
	})
}

// TestExpectationRetraction goes at most half of the way out of the domain, by halving.
func TestExpectationRetraction(t *testing.T) {
	f, dst := natural.Expectation(natural.PoissonLogRate{}), []float64{0}
	f.Retract(dst, []float64{1}, []float64{-10})
	assert.Equal(t, 1-10./32, dst[0])
	f.Retract(dst, []float64{1}, []float64{-0.25})
	assert.Equal(t, 0.75, dst[0])
}

// TestMeansWhoseParametersOverflow are refused in expectation parameters too.
func TestMeansWhoseParametersOverflow(t *testing.T) {
	err := natural.Expectation(natural.ExponentialNatural{}).Validate([]float64{5e-324})
	assert.EqualError(t, err, "natural: exponential distribution, expectation: rate's negative -Inf: want a negative finite number")
	assert.ErrorContains(t, natural.GammaNatural{}.FromMean(make([]float64, 2), []float64{-1e300, 1e300}), "numbers that fit float64")
}

func fill(dst []float64, v float64) {
	for i := range dst {
		dst[i] = v
	}
}
