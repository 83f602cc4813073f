package natural

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// GammaNatural is the gamma distribution as an exponential family: θ = (α, −β),
// T(x) = (log x, x), A(θ) = log Γ(α) − α·log β and h(x) = 1/x. With h = 1 instead, as some have it, the
// first parameter would be α − 1, which cannot tell small shapes apart.
type GammaNatural struct{}

var (
	_ ExponentialFamily = GammaNatural{}
	_ Converter         = GammaNatural{}
)

func (GammaNatural) String() string { return "gamma, natural" }
func (GammaNatural) Params() int    { return 2 }
func (GammaNatural) Size() int      { return 1 }

// Validate accepts a positive and a negative number.
func (f GammaNatural) Validate(theta []float64) error {
	if err := wantPositive(f.String(), "shape", theta[0]); err != nil {
		return err
	}
	if !(theta[1] < 0 && theta[1] >= -math.MaxFloat64) {
		return &DomainError{f.String(), fmt.Sprintf("rate's negative %g: want a negative finite number", theta[1])}
	}
	return nil
}

func (GammaNatural) LogProb(x, theta []float64) float64 {
	return gammaLogProb(x[0], theta[0], -theta[1])
}

// Score is T(x) − μ.
func (GammaNatural) Score(dst, x, theta []float64) {
	b := -theta[1]
	shape, logRate := gammaScore(x[0], theta[0], b)
	dst[0], dst[1] = shape, -logRate/b
}

func (GammaNatural) Fisher(dst *mat.SymDense, theta []float64) {
	gammaFisher(dst, theta[0], -theta[1], -1)
}

func (GammaNatural) NaturalGradient(dst, gradient, theta []float64) {
	shape, rate := gammaSolve(theta[0], -theta[1], gradient[0], 0-gradient[1])
	dst[0], dst[1] = shape, 0-rate
}

func (GammaNatural) KL(theta, phi []float64) float64 {
	return gammaKL(theta[0], -theta[1], phi[0], -phi[1])
}

func (GammaNatural) Sample(dst, theta []float64, rng *rand.Rand) {
	dst[0] = gammaSample(theta[0], -theta[1], rng)
}

// Retract is that of GammaShapeRate.
func (GammaNatural) Retract(dst, theta, step []float64) {
	dst[0], dst[1] = inside(theta[0], step[0]), -inside(-theta[1], -step[1])
}

func (GammaNatural) Statistics(dst, x []float64) { dst[0], dst[1] = math.Log(x[0]), x[0] }
func (GammaNatural) LogPartition(theta []float64) float64 {
	return logGamma(theta[0]) - theta[0]*math.Log(-theta[1])
}
func (GammaNatural) LogBase(x []float64) float64 {
	if !(x[0] > 0 && x[0] <= math.MaxFloat64) {
		return math.Inf(-1)
	}
	return -math.Log(x[0])
}

// Mean is (ψ(α) − log β, α/β).
func (GammaNatural) Mean(dst, theta []float64) {
	a, b := theta[0], -theta[1]
	dst[0], dst[1] = math.Log(a)-math.Log(b)-logMinusDigamma(a), a/b
}

// FromMean solves log α − ψ(α) = log μ₂ − μ₁ to rounding by Newton's method, and has β = α/μ₂.
// There is a solution where E[log x] < log E[x].
func (f GammaNatural) FromMean(dst, mu []float64) error {
	if err := wantFinite(f.String(), "mean of log x", mu[0]); err != nil {
		return err
	}
	if err := wantPositive(f.String(), "mean of x", mu[1]); err != nil {
		return err
	}
	c := math.Log(mu[1]) - mu[0]
	if !(c > 0) {
		return &DomainError{f.String(), fmt.Sprintf("mean of log x %g and of x %g: want the first below the logarithm of the second, %g", mu[0], mu[1], math.Log(mu[1]))}
	}
	a := gammaShape(c)
	b := a / mu[1]
	if !(a >= smallest && a <= math.MaxFloat64 && b >= smallest && b <= math.MaxFloat64) {
		return &DomainError{f.String(), fmt.Sprintf("mean of log x %g and of x %g ask for the shape %g and the rate %g: want numbers that fit float64", mu[0], mu[1], a, b)}
	}
	dst[0], dst[1] = a, -b
	return nil
}

// Conversions has the shape and the rate.
func (f GammaNatural) Conversions() []Conversion {
	return []Conversion{{
		From: f, To: GammaShapeRate{},
		Map:      func(dst, theta []float64) { dst[0], dst[1] = theta[0], -theta[1] },
		Jacobian: func(dst *mat.Dense, theta []float64) { diagonal(dst, 2, 1, -1) },
	}, ToMean(f)}
}
