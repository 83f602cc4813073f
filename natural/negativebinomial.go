package natural

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// NegativeBinomialProbability is the number x = 0, 1… of failures before the r-th success, r =
// Successes > 0 known, with the probability θ of a success: p(x) = C(x+r−1, x)·θʳ(1 − θ)ˣ. r need not be whole;
// 1 makes it the geometric distribution. F = r/(θ²(1 − θ)).
type NegativeBinomialProbability struct{ Successes float64 }

var _ Converter = NegativeBinomialProbability{}

func (f NegativeBinomialProbability) String() string {
	return fmt.Sprintf("negative binomial of r = %g, probability", f.Successes)
}
func (f NegativeBinomialProbability) Params() int { return 1 }
func (f NegativeBinomialProbability) Size() int   { return 1 }

// Validate accepts numbers between 0 and 1.
func (f NegativeBinomialProbability) Validate(theta []float64) error {
	if err := wantPositive(f.String(), "number of successes", f.Successes); err != nil {
		return err
	}
	return wantProbability(f.String(), "probability", theta[0])
}

func (f NegativeBinomialProbability) LogProb(x, theta []float64) float64 {
	if !isCount(x[0]) {
		return math.Inf(-1)
	}
	return failuresLogProb(x[0], f.Successes, theta[0], 1-theta[0], math.Log(theta[0]))
}

func (f NegativeBinomialProbability) Score(dst, x, theta []float64) {
	dst[0] = f.Successes/theta[0] - x[0]/(1-theta[0])
}

func (f NegativeBinomialProbability) Fisher(dst *mat.SymDense, theta []float64) {
	symmetric(dst, 1)
	p := theta[0]
	dst.SetSym(0, 0, f.Successes/p/p/(1-p))
}

func (f NegativeBinomialProbability) NaturalGradient(dst, gradient, theta []float64) {
	p := theta[0]
	dst[0] = gradient[0] * p * p * (1 - p) / f.Successes
}

// KL is that of one Bernoulli trial, times the mean number of trials r/θ.
func (f NegativeBinomialProbability) KL(theta, phi []float64) float64 {
	return times(BernoulliProbability{}.KL(theta, phi), f.Successes/theta[0])
}

// Sample is a Poisson count of a gamma rate.
func (f NegativeBinomialProbability) Sample(dst, theta []float64, rng *rand.Rand) {
	dst[0] = failures(f.Successes, theta[0]/(1-theta[0]), rng)
}

// Retract is that of BernoulliProbability.
func (f NegativeBinomialProbability) Retract(dst, theta, step []float64) {
	dst[0] = between(theta[0], step[0])
}

// Conversions has the natural parameter log(1 − θ).
func (f NegativeBinomialProbability) Conversions() []Conversion {
	return []Conversion{scalar(f, NegativeBinomialNatural(f),
		func(p float64) float64 { return math.Log1p(-p) }, func(p float64) float64 { return -1 / (1 - p) })}
}

// NegativeBinomialNatural is the negative binomial distribution as an exponential family: θ < 0 is
// the logarithm of the probability of a failure, T(x) = x, A(θ) = −r·log(1 − exp θ) and
// h(x) = C(x+r−1, x). F = r·exp θ/(1 − exp θ)².
type NegativeBinomialNatural struct{ Successes float64 }

var (
	_ ExponentialFamily = NegativeBinomialNatural{}
	_ Converter         = NegativeBinomialNatural{}
)

func (f NegativeBinomialNatural) String() string {
	return fmt.Sprintf("negative binomial of r = %g, natural", f.Successes)
}
func (f NegativeBinomialNatural) Params() int { return 1 }
func (f NegativeBinomialNatural) Size() int   { return 1 }

// Validate accepts negative numbers.
func (f NegativeBinomialNatural) Validate(theta []float64) error {
	if err := wantPositive(f.String(), "number of successes", f.Successes); err != nil {
		return err
	}
	if v := theta[0]; !(v < 0 && v >= -math.MaxFloat64) {
		return &DomainError{f.String(), fmt.Sprintf("log-probability of a failure %g: want a negative finite number", v)}
	}
	return nil
}

// success is 1 − exp θ.
func success(theta float64) float64 { return -math.Expm1(theta) }

func (f NegativeBinomialNatural) LogProb(x, theta []float64) float64 {
	if !isCount(x[0]) {
		return math.Inf(-1)
	}
	return failuresLogProb(x[0], f.Successes, success(theta[0]), math.Exp(theta[0]), logSuccess(theta[0]))
}

func (f NegativeBinomialNatural) Score(dst, x, theta []float64) {
	dst[0] = x[0] - f.Successes*math.Exp(theta[0])/success(theta[0])
}

func (f NegativeBinomialNatural) Fisher(dst *mat.SymDense, theta []float64) {
	symmetric(dst, 1)
	p := success(theta[0])
	dst.SetSym(0, 0, f.Successes*math.Exp(theta[0])/p/p)
}

func (f NegativeBinomialNatural) NaturalGradient(dst, gradient, theta []float64) {
	p := success(theta[0])
	dst[0] = times(gradient[0], p*p*math.Exp(-theta[0])/f.Successes)
}

func (f NegativeBinomialNatural) KL(theta, phi []float64) float64 {
	p := success(theta[0])
	trial := divergence(p, logSuccess(theta[0]), logSuccess(phi[0])) + divergence(math.Exp(theta[0]), theta[0], phi[0])
	return times(trial, f.Successes/p)
}

func (f NegativeBinomialNatural) Sample(dst, theta []float64, rng *rand.Rand) {
	dst[0] = failures(f.Successes, math.Expm1(-theta[0]), rng)
}

// Retract is θ + step, unless that leaves less than half of the way to 0. A longer step ends within
// that half.
func (f NegativeBinomialNatural) Retract(dst, theta, step []float64) {
	dst[0] = -inside(-theta[0], -step[0])
}

func (f NegativeBinomialNatural) Statistics(dst, x []float64) { dst[0] = x[0] }
func (f NegativeBinomialNatural) LogPartition(theta []float64) float64 {
	return -f.Successes * logSuccess(theta[0])
}
func (f NegativeBinomialNatural) LogBase(x []float64) float64 {
	if !isCount(x[0]) {
		return math.Inf(-1)
	}
	return logChoices(x[0], f.Successes)
}

// Mean is the mean number of failures, r·exp θ/(1 − exp θ).
func (f NegativeBinomialNatural) Mean(dst, theta []float64) {
	dst[0] = f.Successes / math.Expm1(-theta[0])
}

func (f NegativeBinomialNatural) FromMean(dst, mu []float64) error {
	if err := wantPositive(f.String(), "mean", mu[0]); err != nil {
		return err
	}
	dst[0] = -math.Log1p(f.Successes / mu[0])
	return nil
}

// Conversions has the probability of a success.
func (f NegativeBinomialNatural) Conversions() []Conversion {
	return []Conversion{scalar(f, NegativeBinomialProbability(f), success,
		func(z float64) float64 { return -math.Exp(z) }), ToMean(f)}
}

// logSuccess is log(1 − exp θ).
func logSuccess(theta float64) float64 {
	if theta < -math.Ln2 {
		return math.Log1p(-math.Exp(theta))
	}
	return math.Log(success(theta))
}

// logChoices is log C(x+r−1, x) = log Γ(x+r) − log Γ(r) − log x!, with the large terms as two positive ones.
func logChoices(x, r float64) float64 {
	if x == 0 {
		return 0
	}
	return gammaExcess(x+r) - gammaExcess(r) - gammaExcess(x) - math.Log(x) + r*math.Log1p(x/r) + x*math.Log1p(r/x)
}

// failuresLogProb is log p of x failures before r successes, each of probability p = 1 − q. The
// terms cancel for large x and r, so that they are written as two deviances and excesses of log Γ, as of
// the Poisson distribution.
func failuresLogProb(x, r, p, q, logP float64) float64 {
	if x == 0 {
		return r * logP
	}
	n, more := x+r, x*p-r*q // failures beyond the mean, times p
	return gammaExcess(n) - gammaExcess(r) - gammaExcess(x) - math.Log(x) -
		deviance(r, n*p, logTo(r, n*p, more)) - deviance(x, n*q, logTo(x, n*q, -more))
}

// failures is an outcome where a success has the odds given.
func failures(r, odds float64, rng *rand.Rand) float64 {
	rate := gammaSample(r, odds, rng)
	return distuv.Poisson{Lambda: rate, Src: rng}.Rand()
}
