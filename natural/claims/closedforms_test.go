package claims_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// distribution is a family with parameters.
type distribution struct {
	f     natural.Family
	theta []float64
	xs    [][]float64 // some outcomes
}

func (d distribution) String() string { return d.f.String() }

// exponentials are exponential families in their natural parameters.
func exponentials(t *testing.T) []distribution {
	t.Helper()
	known, err := natural.NewGaussianKnownCovariance(mat.NewSymDense(2, []float64{2, 1, 1, 2}))
	require.NoError(t, err)
	return []distribution{
		{natural.BernoulliLogOdds{}, []float64{0.4}, [][]float64{{0}, {1}}},
		{natural.CategoricalLogOdds{Classes: 3}, []float64{0.4, -0.7}, [][]float64{{0}, {1}, {2}}},
		{natural.PoissonLogRate{}, []float64{0.5}, [][]float64{{0}, {3}, {9}}},
		{natural.ExponentialNatural{}, []float64{-1.5}, [][]float64{{0.1}, {2}}},
		{natural.GammaNatural{}, []float64{2.5, -1.5}, [][]float64{{0.3}, {4}}},
		{natural.GaussianMean{Sigma: 2}, []float64{0.5}, [][]float64{{0}, {3}}},
		{natural.GaussianNatural{}, []float64{0.5, -0.7}, [][]float64{{0}, {2}}},
		{natural.GaussianPrecision{Dim: 2}, []float64{0.5, -0.2, -1, 0.3, -0.8}, [][]float64{{1, 2}, {-1, 0}}},
		{natural.MeanFieldNatural(2), []float64{0.5, -1, -0.7, -0.4}, [][]float64{{1, 2}, {-1, 0}}},
		{known, []float64{0.5, -0.3}, [][]float64{{1, 2}, {-1, 0}}},
	}
}

// others are parameterisations that are not natural.
func others() []distribution {
	return []distribution{
		{natural.BernoulliProbability{}, []float64{0.6}, [][]float64{{0}, {1}}},
		{natural.CategoricalProbabilities{Classes: 3}, []float64{0.5, 0.2}, [][]float64{{0}, {1}, {2}}},
		{natural.PoissonRate{}, []float64{1.5}, [][]float64{{0}, {3}, {9}}},
		{natural.GaussianSigma{}, []float64{0.5, 1.3}, [][]float64{{0}, {2}}},
		{natural.GaussianLogSigma{}, []float64{0.5, 0.3}, [][]float64{{0}, {2}}},
		{natural.GaussianVariance{}, []float64{0.5, 1.3}, [][]float64{{0}, {2}}},
		{natural.GammaLogs{}, []float64{0.6, 0.3}, [][]float64{{0.3}, {4}}},
	}
}

// score is ∂ log p(x|θ)/∂θ.
func score(f natural.Family, x, theta []float64) []float64 {
	s := make([]float64, len(theta))
	f.Score(s, x, theta)
	return s
}

// naturalOf is F⁻¹g.
func naturalOf(f natural.Family, g, theta []float64) []float64 {
	s := make([]float64, len(theta))
	f.NaturalGradient(s, g, theta)
	return s
}

func fisherOf(f natural.Family, theta []float64) *mat.SymDense {
	var m mat.SymDense
	f.Fisher(&m, theta)
	return &m
}

func negative(v []float64) []float64 {
	w := append([]float64{}, v...)
	floats.Scale(-1, w)
	return w
}

func meanOf(f natural.ExponentialFamily, theta []float64) []float64 {
	mu := make([]float64, len(theta))
	f.Mean(mu, theta)
	return mu
}

func fromMean(t *testing.T, f natural.ExponentialFamily, mu []float64) []float64 {
	t.Helper()
	theta := make([]float64, len(mu))
	require.NoError(t, f.FromMean(theta, mu))
	return theta
}
