package variational

import (
	"fmt"
	"math"
)

// Logistic is logistic regression, y = 1 with probability σ(z) and else 0.
type Logistic struct{}

var _ Likelihood = Logistic{}

func (Logistic) String() string { return "logistic" }

// Validate wants 0 or 1.
func (Logistic) Validate(y float64) error {
	if y != 0 && y != 1 {
		return fmt.Errorf("variational: target %g of logistic regression: want 0 or 1", y)
	}
	return nil
}

// Log is yz − log(1 + exp z).
func (Logistic) Log(y, z float64) Expected {
	e := math.Exp(-math.Abs(z)) // of z and −z the one that cannot overflow
	p := 1 / (1 + e)            // σ(|z|)
	softplus := math.Max(z, 0) + math.Log1p(e)
	if z < 0 {
		p = e / (1 + e)
	}
	return Expected{y*z - softplus, y - p, -e / ((1 + e) * (1 + e))}
}

// Expect is by quadrature: the nearest singularities of ℓ are at ±iπ.
func (l Logistic) Expect(y, mean, variance float64) Expected {
	return expect(mean, variance, math.Pi, func(z float64) Expected { return l.Log(y, z) })
}

// Predict is log E[σ(±z)].
func (l Logistic) Predict(y, mean, variance float64) float64 {
	if y == 0 {
		mean = -mean
	}
	if variance == 0 {
		return l.Log(1, mean).Value
	}
	// The larger factor is taken out, so that neither tail underflows: σ(z) ≤ exp z, and
	// E[exp z] = exp(mean + variance/2) has its mass around mean + variance. Below 0 that
	// is where the mass of σ(z) is, too.
	shift := math.Max(mean, math.Min(mean+variance, 0))
	return logMean(mean, variance, math.Pi, shift, func(z float64) float64 { return l.Log(1, z).Value })
}
