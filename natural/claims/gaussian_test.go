package claims_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// Claim: of the bivariate Gaussian with Σ = [[2, 1], [1, 2]] and y = (1, 2), the natural
// gradient at m = 0 is (−4, −5).
//
// It is that of the squared error ½‖y − m‖², whose gradient is −(1, 2): F is Σ⁻¹, and
// F⁻¹ is Σ. The loss that belongs to the distribution, −log p(y|m), has the gradient
// −Σ⁻¹y = (0, −1) and the natural gradient −(1, 2), since Σ cancels: its natural step of
// rate 1 leads to y.
func TestBivariateGaussian(t *testing.T) {
	f, err := natural.NewGaussianKnownCovariance(mat.NewSymDense(2, []float64{2, 1, 1, 2}))
	require.NoError(t, err)
	m, y := []float64{0, 0}, []float64{1, 2}
	near(t, []float64{-4, -5}, naturalOf(f, negative(y), m), 1e-15)
	g := negative(score(f, y, m))
	assert.InDeltaSlice(t, []float64{0, -1}, g, 1e-15)
	assert.InDeltaSlice(t, []float64{-1, -2}, naturalOf(f, g, m), 1e-15)
}

// Claim: of a Gaussian of fixed variance the natural gradient is the plain one.
//
// It is σ² times the plain one: the same direction, and the same step only with σ = 1 or
// the rate divided by σ². In several dimensions it is Σ times the plain one, which is
// another direction unless Σ is a multiple of I or the gradient an eigenvector.
func TestFixedVarianceNaturalIsPlain(t *testing.T) {
	for _, sigma := range []float64{0.5, 1, 3} {
		f := natural.GaussianMean{Sigma: sigma}
		for _, m := range []float64{-2, 0, 7} {
			g := []float64{m - 1.5} // of ½(m − 1.5)²
			near(t, []float64{sigma * sigma * g[0]}, naturalOf(f, g, []float64{m}), 1e-14)
		}
	}
	f, err := natural.NewGaussianKnownCovariance(mat.NewSymDense(2, []float64{2, 1, 1, 2}))
	require.NoError(t, err)
	assert.Less(t, cosine([]float64{1, 0}, naturalOf(f, []float64{1, 0}, []float64{0, 0})), 0.9)
	assert.InDelta(t, 1, cosine([]float64{1, 1}, naturalOf(f, []float64{1, 1}, []float64{0, 0})), 1e-12)
}

// Claim: of a mean-field Gaussian F is diag(1/σ², 2/σ²), and the natural gradient scales
// the plain one by σ².
//
// By σ² for the means and by σ²/2 for the standard deviations. In log σ the second is a
// half, whatever σ is.
func TestMeanFieldScaling(t *testing.T) {
	theta, g := []float64{1, -2, 0.5, 4}, []float64{0.3, -1, 2, 0.7}
	f := fisherOf(natural.MeanFieldSigma(2), theta)
	for i, want := range []float64{4, 1. / 16, 8, 2. / 16} {
		for j := range 4 {
			if i == j {
				assert.InDelta(t, want, f.At(i, i), 1e-15)
			} else {
				assert.Zero(t, f.At(i, j))
			}
		}
	}
	near(t, []float64{0.25 * 0.3, -16, 0.125 * 2, 8 * 0.7}, naturalOf(natural.MeanFieldSigma(2), g, theta), 1e-14)
	logs := []float64{1, -2, -0.7, 1.4}
	near(t, []float64{1, 0.35}, naturalOf(natural.MeanFieldLogSigma(2), g, logs)[2:], 1e-14)
}

// Claim: the Fisher matrix of softmax, diag(π) − ππᵀ, has rank K − 1.
//
// Its null vector is (1 … 1): one number added to all logits changes no probability. A
// gradient of a loss of the probabilities has no part in it, so that every solution of
// F·u = ∇L moves the distribution alike, to first order; the pseudo-inverse has the
// shortest. The whole step is another matter: see TestNaturalStepsFromASureMistakeAreTooLong.
func TestSoftmaxFisherHasRankKMinusOne(t *testing.T) {
	f := natural.CategoricalLogits{Classes: 5}
	theta := []float64{0.3, -1, 2, 0, 0.5}
	pi := make([]float64, 5)
	f.Probabilities(pi, theta)
	fisher := fisherOf(f, theta)
	want := mat.NewSymDense(5, nil)
	want.SymOuterK(-1, mat.NewDense(5, 1, pi))
	for i, p := range pi {
		want.SetSym(i, i, want.At(i, i)+p)
	}
	assert.Less(t, distance(fisher, want), 1e-15)
	e := eigenvalues(t, fisher)
	t.Logf("eigenvalues %.4f", e)
	assert.InDelta(t, 0, e[0], 1e-15)
	assert.Greater(t, e[1], 0.03)
	assert.InDeltaSlice(t, make([]float64, 5), times(fisher, []float64{1, 1, 1, 1, 1}), 1e-15)

	g := negative(score(f, []float64{3}, theta))
	u := naturalOf(f, g, theta)
	assert.InDeltaSlice(t, g, times(fisher, u), 1e-14)
	shortest, rank := pseudoSolve(t, fisher, g)
	assert.Equal(t, 4, rank)
	near(t, shortest, u, 1e-12)
}
