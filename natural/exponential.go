package natural

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// ExponentialRate is the exponential distribution of x ≥ 0, p(x) = θ·exp(−θx), θ > 0.
// F = 1/θ². It is the gamma distribution of shape 1.
type ExponentialRate struct{}

var _ Converter = ExponentialRate{}

func (ExponentialRate) String() string { return "exponential distribution, rate" }
func (ExponentialRate) Params() int    { return 1 }
func (ExponentialRate) Size() int      { return 1 }

// Validate accepts positive numbers.
func (f ExponentialRate) Validate(theta []float64) error {
	return wantPositive(f.String(), "rate", theta[0])
}

func (ExponentialRate) LogProb(x, theta []float64) float64 {
	if !isWait(x[0]) {
		return math.Inf(-1)
	}
	return math.Log(theta[0]) - theta[0]*x[0]
}

func (ExponentialRate) Score(dst, x, theta []float64) { dst[0] = 1/theta[0] - x[0] }

func (ExponentialRate) Fisher(dst *mat.SymDense, theta []float64) {
	symmetric(dst, 1)
	dst.SetSym(0, 0, 1/theta[0]/theta[0])
}

func (ExponentialRate) NaturalGradient(dst, gradient, theta []float64) {
	dst[0] = gradient[0] * theta[0] * theta[0]
}

func (ExponentialRate) KL(theta, phi []float64) float64 {
	return divergence(1, 0, math.Log(phi[0])-math.Log(theta[0]))
}

func (ExponentialRate) Sample(dst, theta []float64, rng *rand.Rand) {
	dst[0] = min(rng.ExpFloat64()/theta[0], math.MaxFloat64)
}

// Retract is θ + step, unless that leaves less than half of θ. A longer step ends within that half.
func (ExponentialRate) Retract(dst, theta, step []float64) { dst[0] = inside(theta[0], step[0]) }

// Conversions has the natural parameter −θ.
func (f ExponentialRate) Conversions() []Conversion {
	return []Conversion{scalar(f, ExponentialNatural{}, negative, minusOne)}
}

// ExponentialNatural is the exponential distribution as an exponential family: θ < 0 is the
// rate's negative, T(x) = x and A(θ) = −log(−θ). F = 1/θ².
type ExponentialNatural struct{}

var (
	_ ExponentialFamily = ExponentialNatural{}
	_ Converter         = ExponentialNatural{}
)

func (ExponentialNatural) String() string { return "exponential distribution, natural" }
func (ExponentialNatural) Params() int    { return 1 }
func (ExponentialNatural) Size() int      { return 1 }

// Validate accepts negative numbers.
func (f ExponentialNatural) Validate(theta []float64) error {
	if v := theta[0]; !(v < 0 && v >= -math.MaxFloat64) {
		return &DomainError{f.String(), fmt.Sprintf("rate's negative %g: want a negative finite number", v)}
	}
	return nil
}

func (ExponentialNatural) LogProb(x, theta []float64) float64 {
	return ExponentialRate{}.LogProb(x, []float64{-theta[0]})
}

func (ExponentialNatural) Score(dst, x, theta []float64) { dst[0] = x[0] + 1/theta[0] }

func (ExponentialNatural) Fisher(dst *mat.SymDense, theta []float64) {
	ExponentialRate{}.Fisher(dst, theta)
}

func (ExponentialNatural) NaturalGradient(dst, gradient, theta []float64) {
	dst[0] = gradient[0] * theta[0] * theta[0]
}

func (ExponentialNatural) KL(theta, phi []float64) float64 {
	return divergence(1, 0, math.Log(-phi[0])-math.Log(-theta[0]))
}

func (ExponentialNatural) Sample(dst, theta []float64, rng *rand.Rand) {
	ExponentialRate{}.Sample(dst, []float64{-theta[0]}, rng)
}

// Retract is that of ExponentialRate.
func (ExponentialNatural) Retract(dst, theta, step []float64) {
	dst[0] = -inside(-theta[0], -step[0])
}

func (ExponentialNatural) Statistics(dst, x []float64)          { dst[0] = x[0] }
func (ExponentialNatural) LogPartition(theta []float64) float64 { return -math.Log(-theta[0]) }
func (ExponentialNatural) LogBase(x []float64) float64 {
	if !isWait(x[0]) {
		return math.Inf(-1)
	}
	return 0
}
func (ExponentialNatural) Mean(dst, theta []float64) { dst[0] = -1 / theta[0] }

func (f ExponentialNatural) FromMean(dst, mu []float64) error {
	if err := wantPositive(f.String(), "mean", mu[0]); err != nil {
		return err
	}
	dst[0] = -1 / mu[0]
	return nil
}

// Conversions has the rate.
func (f ExponentialNatural) Conversions() []Conversion {
	return []Conversion{scalar(f, ExponentialRate{}, negative, minusOne), ToMean(f)}
}

func negative(v float64) float64 { return -v }
func minusOne(float64) float64   { return -1 }

// isWait is whether x is an outcome of the exponential distribution.
func isWait(x float64) bool { return x >= 0 && x <= math.MaxFloat64 }
