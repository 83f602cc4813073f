package natural

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Family is a family of distributions p(x|θ) in one parameterisation. Its
// methods keep no state, and dst may be the slice of an argument. θ is expected
// to pass Validate.
type Family interface {
	fmt.Stringer // such as "Bernoulli, log-odds"

	// Params is P, the number of elements of θ.
	Params() int
	// Size is the number of elements of an outcome x.
	Size() int
	// Validate returns a [*DomainError] unless θ is a point of the family.
	Validate(theta []float64) error

	// LogProb is log p(x|θ), of the density or the probability, in nats. It is −∞ for an x
	// that cannot be.
	LogProb(x, theta []float64) float64
	// Score sets dst to ∂ log p(x|θ)/∂θ.
	Score(dst, x, theta []float64)
	// Fisher sets dst, of order P or empty, to the Fisher matrix.
	Fisher(dst *mat.SymDense, theta []float64)
	// NaturalGradient sets dst to F⁻¹·gradient. Where F is singular at every θ, as of
	// redundant parameters, it is the solution of least norm.
	NaturalGradient(dst, gradient, theta []float64)
	// KL is KL(p(·|θ) ‖ p(·|φ)), in nats.
	KL(theta, phi []float64) float64
	// Sample sets dst to an outcome drawn from p(x|θ).
	Sample(dst, theta []float64, rng *rand.Rand)
	// Retract sets dst to a point of the family that is θ + step to first order: θ + step
	// itself where that is a point for every step.
	Retract(dst, theta, step []float64)
}

// ExponentialFamily is p(x|θ) = h(x)·exp(θᵀT(x) − A(θ)) in its natural
// parameters θ. [Expectation] has the same distributions in expectation
// parameters.
type ExponentialFamily interface {
	Family
	// Statistics sets dst to T(x).
	Statistics(dst, x []float64)
	// LogPartition is A(θ).
	LogPartition(theta []float64) float64
	// LogBase is log h(x), −∞ for an x that cannot be.
	LogBase(x []float64) float64
	// Mean sets dst to μ = E[T(x)] = ∇A(θ).
	Mean(dst, theta []float64)
	// FromMean sets dst to the θ whose Mean is μ. It returns a [*DomainError] if no θ has.
	FromMean(dst, mu []float64) error
}

// DomainError reports parameters that are no point of a family.
type DomainError struct {
	Family  string
	Problem string // the element, and what is wanted
}

func (e *DomainError) Error() string { return "natural: " + e.Family + ": " + e.Problem }
