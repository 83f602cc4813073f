package claims_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// observed is the Hessian of −log p(x|θ), by differences of scores.
func observed(f natural.Family, x, theta []float64) *mat.SymDense {
	return symmetric(derivatives(theta, func(v []float64) []float64 { return negative(score(f, x, v)) }))
}

// Claim, loose: the Fisher matrix is the Hessian of −log p.
//
// Of an exponential family in natural parameters it is, for every single outcome: the
// Hessian is ∇²A, and x has no part in it. Newton's method on a likelihood is natural
// gradient descent there. In other parameters it is so only on average over the model's
// outcomes, and for those of the data where E_data[T] is the model's, as at the most likely
// parameters.
func TestHessianIsFisherInNaturalParameters(t *testing.T) {
	for _, d := range exponentials(t) {
		for _, x := range d.xs {
			assert.Less(t, distance(observed(d.f, x, d.theta), fisherOf(d.f, d.theta)), 1e-8, "%s, %v", d, x)
		}
	}
	for _, d := range others() {
		far := 0.0
		for _, x := range d.xs {
			far = max(far, distance(observed(d.f, x, d.theta), fisherOf(d.f, d.theta)))
		}
		t.Logf("%-44s one outcome's Hessian is %.2f of F beside it", d, far)
		assert.Greater(t, far, 0.1, d)
	}
	prob, p := natural.BernoulliProbability{}, []float64{0.6}
	zero, one := observed(prob, []float64{0}, p), observed(prob, []float64{1}, p)
	assert.InDelta(t, 1/0.16, zero.At(0, 0), 1e-8)
	assert.InDelta(t, 1/0.36, one.At(0, 0), 1e-8)
	assert.InDelta(t, fisherOf(prob, p).At(0, 0), 0.4*zero.At(0, 0)+0.6*one.At(0, 0), 1e-8, "on average")

	// In (μ, σ) the Hessian of one outcome near the mean is indefinite: Newton goes uphill.
	e := eigenvalues(t, observed(natural.GaussianSigma{}, []float64{0.5}, []float64{0.5, 1.3}))
	assert.Less(t, e[0], 0.0)
}

// Claim, loose: the score has mean zero, and F is both its covariance and the expected
// Hessian of −log p.
//
// All families here have it, by sums and integrals
// (natural's TestScoreHasMeanZeroAndTheFisherMatrixForCovariance). It needs a support that
// does not depend on θ. Of the uniform distribution on [0, θ] the score is −1/θ for every
// x: its mean is not 0, its second moment is 1/θ², its covariance is 0, and the expected
// Hessian of −log p is −1/θ². KL to a smaller θ is infinite and to a greater one
// log(1 + d/θ), of first order in d. There is no Fisher matrix, and no natural gradient.
func TestUniformDistributionHasNoFisherMatrix(t *testing.T) {
	const theta, n = 2.0, 1000
	log := func(at []float64) float64 { return -math.Log(at[0]) } // of the density, inside
	mean, second := 0.0, 0.0
	for range n { // outcomes (i + ½)θ/n, all with one score
		s := slopeOf([]float64{theta}, log)[0]
		mean, second = mean+s/n, second+s*s/n
	}
	bend := derivatives([]float64{theta}, func(v []float64) []float64 { return slopeOf(v, log) }).At(0, 0)
	assert.InDelta(t, -0.5, mean, 1e-9)
	assert.InDelta(t, 0.25, second, 1e-9)
	assert.InDelta(t, -0.25, -bend, 1e-6)
	kl := func(d float64) float64 { return math.Log1p(d / theta) }
	assert.InDelta(t, 1, order([]float64{1e-3, 1e-4}, []float64{kl(1e-3), kl(1e-4)}), 0.01)
}

// Claim, wrong: the empirical Fisher matrix E, the mean of scoreᵀscore of the data, is F at
// the optimum.
//
// It is so if the data come from the model, and there are many. Of a Gaussian's mean,
// with σ = 1 and data of variance v, F is 1 and E is v + (ȳ − m)²: at the optimum v, which
// is anything, and far from it (ȳ − m)². A step by E is there 1/(ȳ − m), so that it is
// the shorter the farther there is to go; the natural step ends at ȳ from everywhere.
func TestEmpiricalFisherOfAGaussian(t *testing.T) {
	f, data := natural.GaussianMean{Sigma: 1}, []float64{-0.1, 0.1, 0.2, -0.2} // ȳ = 0, v = 0.025
	for _, m := range []float64{0, 0.05, 1, 10, 100} {
		e, g := 0.0, 0.0
		for _, x := range data {
			s := score(f, []float64{x}, []float64{m})[0]
			e, g = e+s*s/4, g-s/4
		}
		assert.InDelta(t, 0.025+m*m, e, 1e-9*(1+m*m))
		assert.Equal(t, 1.0, fisherOf(f, []float64{m}).At(0, 0))
		assert.InDelta(t, m, naturalOf(f, []float64{g}, []float64{m})[0], 1e-9, "to ȳ, at once")
		if m >= 1 {
			assert.InEpsilon(t, 1/m, g/e, 0.03, "shorter from farther away")
		}
		if m == 0.05 {
			assert.Greater(t, g/e, 1.5*m, "and beyond ȳ from near by")
		}
	}
}

// Claim, loose: damping interpolates between the natural gradient and the plain one.
//
// The direction turns from the one to the other, and the step becomes shorter, to g/λ. But
// λI belongs to the coordinates: F + λI of σ and of log σ are two metrics, so that a damped
// step is another one in other parameters, in first order too.
func TestDampingDependsOnCoordinates(t *testing.T) {
	sigma, logs := natural.GaussianSigma{}, natural.GaussianLogSigma{}
	theta, g := []float64{1, 0.5}, []float64{2, -1}
	gLog := []float64{2, -0.5} // ∂L/∂log σ = σ·∂L/∂σ
	damped := func(f natural.Family, g, theta []float64, lambda float64) []float64 {
		u := make([]float64, 2)
		assert.NoError(t, natural.Damped(f, u, g, theta, lambda))
		return u
	}
	at := []float64{1, math.Log(0.5)}
	last := cosine(g, naturalOf(sigma, g, theta))
	for _, lambda := range []float64{1e-12, 0.1, 1, 10, 1e3, 1e9} {
		u := damped(sigma, g, theta, lambda)
		for i, f := range []float64{4, 8} { // diag(1/σ², 2/σ²)
			assert.InEpsilon(t, g[i]/(f+lambda), u[i], 1e-12)
		}
		assert.GreaterOrEqual(t, cosine(g, u), last-1e-12)
		last = cosine(g, u)

		inLogs := damped(logs, gLog, at, lambda)[1] * 0.5 // the change of σ, to first order
		if lambda < 1e-9 {
			assert.InEpsilon(t, u[1], inLogs, 1e-9)
		} else {
			assert.Greater(t, math.Abs(u[1]/inLogs-1), 0.01, "λ = %g", lambda)
		}
	}
	assert.InDelta(t, 1, last, 1e-9)
}
