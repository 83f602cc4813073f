package natural

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// GaussianMean is the Gaussian N(μ, σ²) of known σ, θ = (μ). F = 1/σ² at every
// μ, so the natural gradient is the plain one times σ². It is an exponential
// family with T(x) = x/σ² and A(μ) = μ²/2σ²: μ itself is the natural parameter.
type GaussianMean struct {
	Sigma float64 // standard deviation σ > 0, in units of x
}

var _ ExponentialFamily = GaussianMean{}

func (f GaussianMean) String() string {
	return fmt.Sprintf("Gaussian of standard deviation %g, mean", f.Sigma)
}
func (GaussianMean) Params() int { return 1 }
func (GaussianMean) Size() int   { return 1 }

// Validate wants a finite mean, and a positive Sigma.
func (f GaussianMean) Validate(theta []float64) error {
	if err := wantPositive(f.String(), "standard deviation", f.Sigma); err != nil {
		return err
	}
	return wantFinite(f.String(), "mean", theta[0])
}

func (f GaussianMean) LogProb(x, theta []float64) float64 {
	return gaussianLogProb(x[0], theta[0], f.Sigma)
}

func (f GaussianMean) Score(dst, x, theta []float64) {
	dst[0] = (x[0] - theta[0]) / f.Sigma / f.Sigma
}

func (f GaussianMean) Fisher(dst *mat.SymDense, theta []float64) {
	symmetric(dst, 1)
	dst.SetSym(0, 0, 1/f.Sigma/f.Sigma)
}

func (f GaussianMean) NaturalGradient(dst, gradient, theta []float64) {
	dst[0] = f.Sigma * (f.Sigma * gradient[0])
}

func (f GaussianMean) KL(theta, phi []float64) float64 {
	z := (theta[0] - phi[0]) / f.Sigma
	return z * z / 2
}

func (f GaussianMean) Sample(dst, theta []float64, rng *rand.Rand) {
	dst[0] = theta[0] + f.Sigma*rng.NormFloat64()
}

// Retract is θ + step.
func (GaussianMean) Retract(dst, theta, step []float64) { dst[0] = straight(theta[0], step[0]) }

// Statistics is x/σ².
func (f GaussianMean) Statistics(dst, x []float64) { dst[0] = x[0] / f.Sigma / f.Sigma }

func (f GaussianMean) LogPartition(theta []float64) float64 {
	z := theta[0] / f.Sigma
	return z * z / 2
}

func (f GaussianMean) LogBase(x []float64) float64 { return gaussianLogProb(x[0], 0, f.Sigma) }

// Mean is μ/σ².
func (f GaussianMean) Mean(dst, theta []float64) { dst[0] = theta[0] / f.Sigma / f.Sigma }

func (f GaussianMean) FromMean(dst, mu []float64) error {
	if err := wantFinite(f.String(), "expectation of x/σ²", mu[0]); err != nil {
		return err
	}
	dst[0] = f.Sigma * (f.Sigma * mu[0])
	return nil
}

// gaussianLogProb is log N(x; μ, σ²).
func gaussianLogProb(x, mu, sigma float64) float64 {
	z := (x - mu) / sigma
	return -z*z/2 - math.Log(sigma) - halfLogTwoPi
}

const halfLogTwoPi = 0.918938533204672741780329736405617639861397473637783412817151540483 // ½ log 2π

// gaussianKL is KL(N(μ, σ²) ‖ N(m, s²)). With r = σ/s it is r − 1 − log r + ½(r − 1)² + ½(μ − m)²/s²:
// no term is negative, and near r = 1 none is a difference of larger ones.
func gaussianKL(mu, sigma, m, s float64) float64 {
	d, z := (sigma-s)/s, (mu-m)/s
	return divergence(1, 0, logRatio(sigma, s)) + (d*d+z*z)/2
}

// logRatio is log(p/q) of positive numbers, exact to rounding for close ones, of which the logarithms
// would cancel, and for those whose ratio leaves the range of float64.
func logRatio(p, q float64) float64 { return logTo(q, p, p-q) }
