package natural

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// GaussianVariance is the Gaussian N(μ, v) in its mean and variance,
// θ = (μ, v). F = diag(1/v, 1/2v²). [GaussianCovariance] is the same in several
// dimensions.
type GaussianVariance struct{}

var _ Family = GaussianVariance{}

func (GaussianVariance) String() string { return "Gaussian, mean and variance" }
func (GaussianVariance) Params() int    { return 2 }
func (GaussianVariance) Size() int      { return 1 }

// Validate wants a finite mean and a variance above 0.
func (f GaussianVariance) Validate(theta []float64) error {
	if err := wantFinite(f.String(), "mean", theta[0]); err != nil {
		return err
	}
	return wantPositive(f.String(), "variance", theta[1])
}

func (GaussianVariance) LogProb(x, theta []float64) float64 {
	return gaussianLogProb(x[0], theta[0], math.Sqrt(theta[1]))
}

func (GaussianVariance) Score(dst, x, theta []float64) {
	r, v := x[0]-theta[0], theta[1]
	dst[0], dst[1] = r/v, (r/v*r-1)/(2*v)
}

func (GaussianVariance) Fisher(dst *mat.SymDense, theta []float64) {
	v := theta[1]
	diagonalSym(dst, 1/v, 1/v/v/2)
}

func (GaussianVariance) NaturalGradient(dst, gradient, theta []float64) {
	v := theta[1]
	dst[0], dst[1] = v*gradient[0], 2*v*(v*gradient[1])
}

func (GaussianVariance) KL(theta, phi []float64) float64 {
	d := theta[0] - phi[0]
	return (divergence(1, 0, logRatio(theta[1], phi[1])) + d/phi[1]*d) / 2
}

func (GaussianVariance) Sample(dst, theta []float64, rng *rand.Rand) {
	dst[0] = theta[0] + math.Sqrt(theta[1])*rng.NormFloat64()
}

// Retract is (μ + step, [RetractPositive] of v).
func (GaussianVariance) Retract(dst, theta, step []float64) {
	dst[0], dst[1] = straight(theta[0], step[0]), RetractPositive(theta[1], step[1])
}
