package natural

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// BernoulliLogOdds is x ∈ {0, 1} with p(1) = σ(θ): the exponential family with
// T(x) = x and A(θ) = log(1 + exp θ). F = σ(θ)(1 − σ(θ)).
type BernoulliLogOdds struct{}

var (
	_ ExponentialFamily = BernoulliLogOdds{}
	_ Converter         = BernoulliLogOdds{}
)

func (BernoulliLogOdds) String() string { return "Bernoulli, log-odds" }
func (BernoulliLogOdds) Params() int    { return 1 }
func (BernoulliLogOdds) Size() int      { return 1 }

// Validate accepts every finite number.
func (f BernoulliLogOdds) Validate(theta []float64) error {
	return wantFinite(f.String(), "log-odds", theta[0])
}

func (BernoulliLogOdds) LogProb(x, theta []float64) float64 {
	switch x[0] {
	case 1:
		return -softplus(-theta[0])
	case 0:
		return -softplus(theta[0])
	}
	return math.Inf(-1)
}

func (BernoulliLogOdds) Score(dst, x, theta []float64) {
	if x[0] == 1 { // 1 − σ(θ), without its rounding
		dst[0] = sigmoid(-theta[0])
		return
	}
	dst[0] = -sigmoid(theta[0])
}

func (BernoulliLogOdds) Fisher(dst *mat.SymDense, theta []float64) {
	symmetric(dst, 1)
	dst.SetSym(0, 0, sigmoid(theta[0])*sigmoid(-theta[0]))
}

// NaturalGradient has 1/F = 2 + exp θ + exp −θ.
func (BernoulliLogOdds) NaturalGradient(dst, gradient, theta []float64) {
	dst[0] = times(gradient[0], 2+2*math.Cosh(theta[0]))
}

func (BernoulliLogOdds) KL(theta, phi []float64) float64 {
	return divergence(sigmoid(theta[0]), -softplus(-theta[0]), -softplus(-phi[0])) +
		divergence(sigmoid(-theta[0]), -softplus(theta[0]), -softplus(phi[0]))
}

func (BernoulliLogOdds) Sample(dst, theta []float64, rng *rand.Rand) {
	BernoulliProbability{}.Sample(dst, []float64{sigmoid(theta[0])}, rng)
}

// Retract is θ + step.
func (BernoulliLogOdds) Retract(dst, theta, step []float64) { dst[0] = straight(theta[0], step[0]) }

func (BernoulliLogOdds) Statistics(dst, x []float64)          { dst[0] = x[0] }
func (BernoulliLogOdds) LogPartition(theta []float64) float64 { return softplus(theta[0]) }
func (BernoulliLogOdds) LogBase(x []float64) float64 {
	if x[0] == 0 || x[0] == 1 {
		return 0
	}
	return math.Inf(-1)
}
func (BernoulliLogOdds) Mean(dst, theta []float64) { dst[0] = sigmoid(theta[0]) }

func (f BernoulliLogOdds) FromMean(dst, mu []float64) error {
	if err := wantProbability(f.String(), "mean", mu[0]); err != nil {
		return err
	}
	dst[0] = logit(mu[0])
	return nil
}

// Conversions has σ(θ), with the slope σ(θ)(1 − σ(θ)).
func (f BernoulliLogOdds) Conversions() []Conversion {
	slope := func(z float64) float64 { return sigmoid(z) * sigmoid(-z) }
	return []Conversion{scalar(f, BernoulliProbability{}, sigmoid, slope), ToMean(f)}
}

// logit is log(p/(1 − p)).
func logit(p float64) float64 { return math.Log(p) - math.Log1p(-p) }
