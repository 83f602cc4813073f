package variational

import (
	"fmt"
	"math"
)

// Likelihood is log p(y|z) of a target y, given the output z = xᵀw. Package
// variational has [Noise], [Logistic] and [StudentT]. Values are in nats, with
// all constants.
type Likelihood interface {
	fmt.Stringer
	// Validate returns an error unless y can be a target, and the settings are ones.
	Validate(y float64) error
	// Log is ℓ = log p(y|z), and its first and second derivatives by z.
	Log(y, z float64) Expected
	// Expect is the expectations of ℓ, ℓ′ and ℓ″ for z of N(mean, variance), variance ≥ 0.
	Expect(y, mean, variance float64) Expected
	// Predict is log E[p(y|z)] for z of N(mean, variance): the predictive density.
	Predict(y, mean, variance float64) float64
}

// Expected is a log-likelihood with its derivatives by the output z, or their
// expectations. By the theorems of Bonnet and Price the expected first
// derivative is the derivative of E[ℓ] by the mean of z, and half of the
// expected second derivative is the one by its variance (Opper, Archambeau
// 2009, "The variational Gaussian approximation revisited").
type Expected struct {
	Value     float64 // ℓ
	Slope     float64 // ℓ′
	Curvature float64 // ℓ″, below 0 where ℓ is concave
}

// Noise is linear regression, y = z + ε, ε of N(0, 1/Precision): its posterior
// and evidence are known, see [Model.Exact].
type Noise struct {
	Precision float64 // β, 1 over the variance of the noise; above 0
}

var _ Likelihood = Noise{}

func (l Noise) String() string { return fmt.Sprintf("Gaussian noise of precision %g", l.Precision) }

// Validate wants a finite y, and a positive Precision.
func (l Noise) Validate(y float64) error {
	if !(l.Precision > 0 && l.Precision <= math.MaxFloat64) {
		return fmt.Errorf("variational: precision %g of the noise: want a positive finite number", l.Precision)
	}
	return wantFinite(y)
}

// Log is −½β(y − z)² + ½ log(β/2π).
func (l Noise) Log(y, z float64) Expected { return l.Expect(y, z, 0) }

// Expect has the closed form: ℓ is quadratic.
func (l Noise) Expect(y, mean, variance float64) Expected {
	r, b := y-mean, l.Precision
	return Expected{-b*(r*r+variance)/2 + math.Log(b)/2 - halfLogTwoPi, b * r, -b}
}

// Predict is the density of N(mean, variance + 1/β).
func (l Noise) Predict(y, mean, variance float64) float64 {
	v := variance + 1/l.Precision
	return -(y-mean)*(y-mean)/(2*v) - math.Log(v)/2 - halfLogTwoPi
}

const halfLogTwoPi = 0.91893853320467274178032973640561764

func wantFinite(y float64) error {
	if math.IsNaN(y) || math.IsInf(y, 0) {
		return fmt.Errorf("variational: target %g: want a finite number", y)
	}
	return nil
}
