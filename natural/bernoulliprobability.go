package natural

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// BernoulliProbability is x ∈ {0, 1} with p(1) = θ, 0 < θ < 1. F = 1/(θ(1 − θ)).
type BernoulliProbability struct{}

var _ Converter = BernoulliProbability{}

func (BernoulliProbability) String() string { return "Bernoulli, probability" }
func (BernoulliProbability) Params() int    { return 1 }
func (BernoulliProbability) Size() int      { return 1 }

// Validate accepts numbers between 0 and 1, without the two.
func (f BernoulliProbability) Validate(theta []float64) error {
	return wantProbability(f.String(), "probability", theta[0])
}

func (BernoulliProbability) LogProb(x, theta []float64) float64 {
	switch x[0] {
	case 1:
		return math.Log(theta[0])
	case 0:
		return math.Log1p(-theta[0])
	}
	return math.Inf(-1)
}

func (BernoulliProbability) Score(dst, x, theta []float64) {
	if x[0] == 1 {
		dst[0] = 1 / theta[0]
		return
	}
	dst[0] = -1 / (1 - theta[0])
}

func (BernoulliProbability) Fisher(dst *mat.SymDense, theta []float64) {
	symmetric(dst, 1)
	dst.SetSym(0, 0, 1/(theta[0]*(1-theta[0])))
}

func (BernoulliProbability) NaturalGradient(dst, gradient, theta []float64) {
	dst[0] = gradient[0] * theta[0] * (1 - theta[0])
}

func (BernoulliProbability) KL(theta, phi []float64) float64 {
	return divergence(theta[0], math.Log(theta[0]), math.Log(phi[0])) +
		divergence(1-theta[0], math.Log1p(-theta[0]), math.Log1p(-phi[0]))
}

func (BernoulliProbability) Sample(dst, theta []float64, rng *rand.Rand) {
	p := theta[0]
	dst[0] = 0
	if rng.Float64() < p {
		dst[0] = 1
	}
}

// Retract is θ + step, unless that leaves less than half of the way to 0 or 1. A longer step ends
// within that half.
func (BernoulliProbability) Retract(dst, theta, step []float64) { dst[0] = between(theta[0], step[0]) }

// Conversions has the log-odds.
func (f BernoulliProbability) Conversions() []Conversion {
	slope := func(p float64) float64 { return 1 / (p * (1 - p)) }
	return []Conversion{scalar(f, BernoulliLogOdds{}, logit, slope)}
}
