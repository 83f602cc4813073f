package natural

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// PoissonRate is a count x = 0, 1… with p(x) = θˣ·exp(−θ)/x!, θ > 0. F = 1/θ.
type PoissonRate struct{}

var _ Converter = PoissonRate{}

func (PoissonRate) String() string { return "Poisson, rate" }
func (PoissonRate) Params() int    { return 1 }
func (PoissonRate) Size() int      { return 1 }

// Validate accepts positive numbers.
func (f PoissonRate) Validate(theta []float64) error {
	return wantPositive(f.String(), "rate", theta[0])
}

func (PoissonRate) LogProb(x, theta []float64) float64 {
	if !isCount(x[0]) {
		return math.Inf(-1)
	}
	return poissonLogProb(x[0], theta[0], logTo(x[0], theta[0], theta[0]-x[0]))
}

func (PoissonRate) Score(dst, x, theta []float64) { dst[0] = x[0]/theta[0] - 1 }

func (PoissonRate) Fisher(dst *mat.SymDense, theta []float64) {
	symmetric(dst, 1)
	dst.SetSym(0, 0, 1/theta[0])
}

func (PoissonRate) NaturalGradient(dst, gradient, theta []float64) { dst[0] = gradient[0] * theta[0] }

func (PoissonRate) KL(theta, phi []float64) float64 {
	return divergence(theta[0], math.Log(theta[0]), math.Log(phi[0]))
}

func (PoissonRate) Sample(dst, theta []float64, rng *rand.Rand) {
	dst[0] = distuv.Poisson{Lambda: theta[0], Src: rng}.Rand()
}

// Retract is θ + step, unless that leaves less than half of θ. A longer step ends within that half.
func (PoissonRate) Retract(dst, theta, step []float64) { dst[0] = inside(theta[0], step[0]) }

// Conversions has the log-rate.
func (f PoissonRate) Conversions() []Conversion {
	return []Conversion{scalar(f, PoissonLogRate{}, math.Log, func(r float64) float64 { return 1 / r })}
}

// PoissonLogRate is a count with the rate exp θ: the exponential family with T(x) = x,
// A(θ) = exp θ and h(x) = 1/x!. F = exp θ.
type PoissonLogRate struct{}

var (
	_ ExponentialFamily = PoissonLogRate{}
	_ Converter         = PoissonLogRate{}
)

func (PoissonLogRate) String() string { return "Poisson, log-rate" }
func (PoissonLogRate) Params() int    { return 1 }
func (PoissonLogRate) Size() int      { return 1 }

// Validate accepts every finite number.
func (f PoissonLogRate) Validate(theta []float64) error {
	return wantFinite(f.String(), "log-rate", theta[0])
}

func (PoissonLogRate) LogProb(x, theta []float64) float64 {
	if !isCount(x[0]) {
		return math.Inf(-1)
	}
	return poissonLogProb(x[0], math.Exp(theta[0]), theta[0]-math.Log(x[0]))
}

func (PoissonLogRate) Score(dst, x, theta []float64) { dst[0] = x[0] - math.Exp(theta[0]) }

func (PoissonLogRate) Fisher(dst *mat.SymDense, theta []float64) {
	symmetric(dst, 1)
	dst.SetSym(0, 0, math.Exp(theta[0]))
}

func (PoissonLogRate) NaturalGradient(dst, gradient, theta []float64) {
	dst[0] = times(gradient[0], math.Exp(-theta[0]))
}

func (PoissonLogRate) KL(theta, phi []float64) float64 {
	return divergence(math.Exp(theta[0]), theta[0], phi[0])
}

func (PoissonLogRate) Sample(dst, theta []float64, rng *rand.Rand) {
	dst[0] = distuv.Poisson{Lambda: math.Exp(theta[0]), Src: rng}.Rand()
}

// Retract is θ + step.
func (PoissonLogRate) Retract(dst, theta, step []float64) { dst[0] = straight(theta[0], step[0]) }

func (PoissonLogRate) Statistics(dst, x []float64)          { dst[0] = x[0] }
func (PoissonLogRate) LogPartition(theta []float64) float64 { return math.Exp(theta[0]) }
func (PoissonLogRate) LogBase(x []float64) float64 {
	if !isCount(x[0]) {
		return math.Inf(-1)
	}
	return -logGamma(x[0] + 1)
}
func (PoissonLogRate) Mean(dst, theta []float64) { dst[0] = math.Exp(theta[0]) }

func (f PoissonLogRate) FromMean(dst, mu []float64) error {
	if err := wantPositive(f.String(), "mean", mu[0]); err != nil {
		return err
	}
	dst[0] = math.Log(mu[0])
	return nil
}

// Conversions has the rate exp θ.
func (f PoissonLogRate) Conversions() []Conversion {
	return []Conversion{scalar(f, PoissonRate{}, math.Exp, math.Exp), ToMean(f)}
}

// poissonLogProb is log p of the count x and the rate, d = log(rate/x). Its terms x·log(rate), rate and log x!
// cancel for large rates. What is left of them is a deviance and the small excess of log Γ (Loader 2000, "Fast
// and accurate computation of binomial probabilities").
func poissonLogProb(x, rate, d float64) float64 {
	if x == 0 {
		return -rate
	}
	return -gammaExcess(x) - math.Log(x) - deviance(x, rate, d)
}

// isCount is whether x is 0, 1, 2…
func isCount(x float64) bool { return x >= 0 && x == math.Floor(x) && x <= math.MaxFloat64 }
