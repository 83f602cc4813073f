package natural

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// GaussianSigma is the Gaussian N(μ, σ²) in its mean and standard deviation,
// θ = (μ, σ). F = diag(1/σ², 2/σ²): lengths are those of the hyperbolic half
// plane.
type GaussianSigma struct{}

var _ Family = GaussianSigma{}

func (GaussianSigma) String() string { return "Gaussian, mean and standard deviation" }
func (GaussianSigma) Params() int    { return 2 }
func (GaussianSigma) Size() int      { return 1 }

// Validate wants a finite mean and a standard deviation above 0.
func (f GaussianSigma) Validate(theta []float64) error {
	if err := wantFinite(f.String(), "mean", theta[0]); err != nil {
		return err
	}
	return wantPositive(f.String(), "standard deviation", theta[1])
}

func (GaussianSigma) LogProb(x, theta []float64) float64 {
	return gaussianLogProb(x[0], theta[0], theta[1])
}

func (GaussianSigma) Score(dst, x, theta []float64) {
	sigma := theta[1]
	z := (x[0] - theta[0]) / sigma
	dst[0], dst[1] = z/sigma, (z*z-1)/sigma
}

func (GaussianSigma) Fisher(dst *mat.SymDense, theta []float64) {
	p := 1 / theta[1] / theta[1]
	diagonalSym(dst, p, 2*p)
}

func (GaussianSigma) NaturalGradient(dst, gradient, theta []float64) {
	sigma := theta[1]
	dst[0], dst[1] = sigma*(sigma*gradient[0]), sigma*(sigma*gradient[1])/2
}

func (GaussianSigma) KL(theta, phi []float64) float64 {
	return gaussianKL(theta[0], theta[1], phi[0], phi[1])
}

func (GaussianSigma) Sample(dst, theta []float64, rng *rand.Rand) {
	dst[0] = theta[0] + theta[1]*rng.NormFloat64()
}

// Retract is (μ + step, [RetractPositive] of σ).
func (GaussianSigma) Retract(dst, theta, step []float64) {
	dst[0], dst[1] = straight(theta[0], step[0]), RetractPositive(theta[1], step[1])
}

// GaussianLogSigma is the Gaussian N(μ, σ²) in its mean and the logarithm of
// its standard deviation, θ = (μ, ρ), ρ = log σ. F = diag(1/σ², 2).
type GaussianLogSigma struct{}

var _ Family = GaussianLogSigma{}

func (GaussianLogSigma) String() string { return "Gaussian, mean and log standard deviation" }
func (GaussianLogSigma) Params() int    { return 2 }
func (GaussianLogSigma) Size() int      { return 1 }

// maxLog bounds |log σ| such that neither σ nor 1/σ leaves the range of float64.
const maxLog = 708

// Validate wants a finite mean, and −708 ≤ ρ ≤ 708: σ and 1/σ are then within the range of float64.
func (f GaussianLogSigma) Validate(theta []float64) error {
	if err := wantFinite(f.String(), "mean", theta[0]); err != nil {
		return err
	}
	if !(math.Abs(theta[1]) <= maxLog) {
		return &DomainError{f.String(), fmt.Sprintf("log standard deviation %g: want a number from −%d to %d", theta[1], maxLog, maxLog)}
	}
	return nil
}

func (GaussianLogSigma) LogProb(x, theta []float64) float64 {
	z := (x[0] - theta[0]) / math.Exp(theta[1])
	return -z*z/2 - theta[1] - halfLogTwoPi
}

func (GaussianLogSigma) Score(dst, x, theta []float64) {
	sigma := math.Exp(theta[1])
	z := (x[0] - theta[0]) / sigma
	dst[0], dst[1] = z/sigma, z*z-1
}

func (GaussianLogSigma) Fisher(dst *mat.SymDense, theta []float64) {
	diagonalSym(dst, math.Exp(-2*theta[1]), 2)
}

func (GaussianLogSigma) NaturalGradient(dst, gradient, theta []float64) {
	sigma := math.Exp(theta[1])
	dst[0], dst[1] = sigma*(sigma*gradient[0]), gradient[1]/2
}

func (GaussianLogSigma) KL(theta, phi []float64) float64 {
	z := (theta[0] - phi[0]) / math.Exp(phi[1])
	d := math.Expm1(theta[1] - phi[1])
	return divergence(1, 0, theta[1]-phi[1]) + (d*d+z*z)/2
}

func (GaussianLogSigma) Sample(dst, theta []float64, rng *rand.Rand) {
	dst[0] = theta[0] + math.Exp(theta[1])*rng.NormFloat64()
}

// Retract is θ + step, with a ρ beyond ±708 stopped there.
func (GaussianLogSigma) Retract(dst, theta, step []float64) {
	dst[0], dst[1] = straight(theta[0], step[0]), min(max(theta[1]+step[1], -maxLog), maxLog)
}

// diagonalSym sets dst, of order len(d) or empty, to diag(d).
func diagonalSym(dst *mat.SymDense, d ...float64) {
	symmetric(dst, len(d))
	dst.Zero()
	for i, v := range d {
		dst.SetSym(i, i, v)
	}
}
