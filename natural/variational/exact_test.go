package variational

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// TestLinearInOneStep: from anywhere, a whole natural-gradient step over all data is the exact
// posterior. Its ELBO is the log evidence, log N(y; 0, I/β + XXᵀ/τ).
func TestLinearInOneStep(t *testing.T) {
	const beta, tau = 3.0, 0.4
	m := drawn(t, Noise{beta}, 30, 5, tau, 1)
	// the textbook's formulas with gonum's matrices
	var lambda, xxt mat.SymDense
	lambda.SymOuterK(beta, m.x.T())
	for i := range 5 {
		lambda.SetSym(i, i, lambda.At(i, i)+tau)
	}
	var sigma, cov mat.Dense
	require.NoError(t, sigma.Inverse(&lambda))
	var mean mat.VecDense
	mean.MulVec(m.x.T(), mat.NewVecDense(30, m.y))
	mean.MulVec(&sigma, &mean)
	mean.ScaleVec(beta, &mean)
	xxt.SymOuterK(1/tau, m.x)
	for i := range 30 {
		xxt.SetSym(i, i, xxt.At(i, i)+1/beta)
	}
	marginal := make([]float64, 30+natural.PackedSize(30))
	natural.Pack(marginal[30:], &xxt)
	evidence := natural.GaussianCovariance{Dim: 30}.LogProb(m.y, marginal)

	exact, got, err := m.Exact()
	require.NoError(t, err)
	assert.InDelta(t, evidence, got, 1e-9)
	laplace, approximate, err := m.Laplace()
	require.NoError(t, err)
	assert.InDelta(t, evidence, approximate, 1e-9)

	for _, start := range []*Posterior{nil, somewhere(t, m, Full, 3)} {
		for _, method := range []Method{&NaturalGradient{}, &Online{}} {
			r := fit(t, m, FitConfig{Method: method, Steps: 1, Start: start})
			for _, q := range []*Posterior{r.Posterior, exact, laplace} {
				var s mat.SymDense
				q.Covariance(&s)
				assert.InDeltaSlice(t, mean.RawVector().Data, q.Mean(), 1e-11, method)
				assert.True(t, mat.EqualApprox(&sigma, &s, 1e-12), method)
			}
			assert.InDelta(t, evidence, r.ELBO(), 1e-9)
			assert.Less(t, r.Records[0].ELBO, evidence-1)
		}
	}
	cov.Mul(&sigma, &lambda)
	assert.InDelta(t, 5, cov.Trace(), 1e-10)
}

// TestLinearMeanField: the best diagonal posterior has the exact mean, and the diagonal of the
// exact precision, not of the exact covariance. One whole step has that diagonal. Its mean is a
// step of Jacobi's method, and the best one only where inputs are orthogonal.
func TestLinearMeanField(t *testing.T) {
	m := drawn(t, Noise{2}, 40, 4, 1, 2)
	exact, evidence, err := m.Exact()
	require.NoError(t, err)
	packed := make([]float64, exact.precision.size())
	exact.precision.packed(packed)
	r := fit(t, m, FitConfig{Method: &NaturalGradient{}, Structure: MeanField, Steps: 1})
	for i, d := range r.Posterior.precision.(*diagonal).d {
		assert.InDelta(t, packed[at(i, i)], d, 1e-12)
	}
	jacobi := make([]float64, 4) // from 0: Λᵢᵢ⁻¹(βXᵀy)ᵢ
	exact.precision.multiply(jacobi, exact.mean)
	for i := range jacobi {
		jacobi[i] /= packed[at(i, i)]
	}
	assert.InDeltaSlice(t, jacobi, r.Posterior.Mean(), 1e-12)
	assert.Greater(t, mat.Norm(difference(jacobi, exact.mean), 2), 0.1)

	r = fit(t, m, FitConfig{Method: &NaturalGradient{Rate{Initial: 0.4}}, Structure: MeanField, Steps: 400, Tolerance: 1e-13})
	assert.InDeltaSlice(t, exact.mean, r.Posterior.Mean(), 1e-6)
	// The ELBO there is the evidence less KL(q ‖ p), ½(Σ log Λᵢᵢ − log det Λ).
	gap := -exact.precision.logDet()
	for i := range 4 {
		gap += math.Log(packed[at(i, i)])
	}
	assert.InDelta(t, evidence-gap/2, r.ELBO(), 1e-9)

	orthogonal, err := NewModel(Config{X: mat.NewDense(4, 2, []float64{1, 1, 1, -1, 1, 1, 1, -1}), Y: []float64{1, 2, 3, 4}, Likelihood: Noise{2}})
	require.NoError(t, err)
	exact, evidence, err = orthogonal.Exact()
	require.NoError(t, err)
	r = fit(t, orthogonal, FitConfig{Method: &NaturalGradient{}, Structure: MeanField, Steps: 1})
	assert.InDeltaSlice(t, exact.mean, r.Posterior.Mean(), 1e-13)
	assert.InDelta(t, evidence, r.ELBO(), 1e-9)
}

// TestMeanFieldRates: means converge for ρ < 2/λ, λ the greatest eigenvalue of diag(Λ)⁻¹Λ, and
// for no more. λ is at most D.
func TestMeanFieldRates(t *testing.T) {
	const d = 6
	m := drawn(t, Noise{1}, 50, d, 1, 26)
	exact, _, err := m.Exact()
	require.NoError(t, err)
	packed := make([]float64, exact.precision.size())
	exact.precision.packed(packed)
	var a mat.SymDense
	natural.Unpack(&a, packed, d)
	for i := range d {
		for j := range i + 1 {
			a.SetSym(i, j, a.At(i, j)/math.Sqrt(packed[at(i, i)]*packed[at(j, j)]))
		}
	}
	var e mat.EigenSym
	require.True(t, e.Factorize(&a, false))
	lambda := e.Values(nil)[d-1]
	assert.Greater(t, lambda, 2.0)
	assert.LessOrEqual(t, lambda, float64(d))
	for _, part := range []float64{0.95, 1.05} {
		r := fit(t, m, FitConfig{Method: &NaturalGradient{Rate{Initial: part * 2 / lambda}}, Structure: MeanField, Steps: 400, Every: 200})
		off := mat.Norm(difference(exact.mean, r.Posterior.Mean()), 2)
		if part < 1 {
			assert.Less(t, off, 1e-6)
		} else {
			assert.Greater(t, off, 100.0)
		}
	}
}

// TestExactRefuses a likelihood without a known posterior.
func TestExactRefuses(t *testing.T) {
	_, _, err := drawn(t, Logistic{}, 10, 2, 1, 1).Exact()
	assert.EqualError(t, err, "variational: the posterior of a model with logistic is not known: use Laplace or Fit")
}
