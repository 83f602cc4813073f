package natural

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// BernoulliLogOdds is x ∈ {0, 1} with p(1) = σ(θ): the exponential family with
// T(x) = x and A(θ) = log(1 + exp θ). F = σ(θ)(1 − σ(θ)).
type BernoulliLogOdds struct{}

var _ ExponentialFamily = BernoulliLogOdds{}

func (BernoulliLogOdds) String() string { return "Bernoulli, log-odds" }
func (BernoulliLogOdds) Params() int    { return 1 }
func (BernoulliLogOdds) Size() int      { return 1 }

// Validate accepts every finite number.
func (f BernoulliLogOdds) Validate(theta []float64) error {
	if z := theta[0]; z-z != 0 {
		return &DomainError{f.String(), fmt.Sprintf("log-odds %g: want a finite number", z)}
	}
	return nil
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

func (BernoulliLogOdds) Score(dst, x, theta []float64) { dst[0] = x[0] - sigmoid(theta[0]) }

func (BernoulliLogOdds) Fisher(dst *mat.SymDense, theta []float64) {
	symmetric(dst, 1)
	dst.SetSym(0, 0, sigmoid(theta[0])*sigmoid(-theta[0]))
}

func (BernoulliLogOdds) NaturalGradient(dst, gradient, theta []float64) {
	dst[0] = gradient[0] / (sigmoid(theta[0]) * sigmoid(-theta[0]))
}

func (BernoulliLogOdds) KL(theta, phi []float64) float64 {
	p := sigmoid(theta[0])
	return p*(softplus(-phi[0])-softplus(-theta[0])) + (1-p)*(softplus(phi[0])-softplus(theta[0]))
}

func (BernoulliLogOdds) Sample(dst, theta []float64, rng *rand.Rand) {
	dst[0] = 0
	if rng.Float64() < sigmoid(theta[0]) {
		dst[0] = 1
	}
}

// Retract is θ + step.
func (BernoulliLogOdds) Retract(dst, theta, step []float64) { dst[0] = theta[0] + step[0] }

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
	p := mu[0]
	if !(p > 0 && p < 1) {
		return &DomainError{f.String(), fmt.Sprintf("probability %g: want a number between 0 and 1", p)}
	}
	dst[0] = math.Log(p) - math.Log1p(-p)
	return nil
}

// sigmoid is 1/(1 + exp −z).
func sigmoid(z float64) float64 {
	if z >= 0 {
		return 1 / (1 + math.Exp(-z))
	}
	e := math.Exp(z)
	return e / (1 + e)
}

// softplus is log(1 + exp z).
func softplus(z float64) float64 {
	return math.Max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
}

// symmetric makes an empty dst one of order n.
func symmetric(dst *mat.SymDense, n int) {
	if dst.IsEmpty() {
		dst.ReuseAsSym(n)
	}
}
