package variational

import (
	"fmt"
	"math"
)

// StudentT is robust regression, y = z + Scale·t with t of Student's
// distribution: outliers pull little. Its ℓ is not concave in z: beyond
// Scale·√Degrees from y it is convex, and a precision that follows E[ℓ″] can
// stop being positive. [Improved] keeps it positive.
type StudentT struct {
	Degrees float64 // ν, degrees of freedom; above 0
	Scale   float64 // above 0, in the unit of y
}

var _ Likelihood = StudentT{}

func (l StudentT) String() string {
	return fmt.Sprintf("Student's t of %g degrees, scale %g", l.Degrees, l.Scale)
}

// Validate wants a finite y, and positive Degrees and Scale.
func (l StudentT) Validate(y float64) error {
	for _, s := range []struct {
		name  string
		value float64
	}{{"degrees of freedom", l.Degrees}, {"scale", l.Scale}} {
		if !(s.value > 0 && s.value <= math.MaxFloat64) {
			return fmt.Errorf("variational: %s %g of Student's t: want a positive finite number", s.name, s.value)
		}
	}
	return wantFinite(y)
}

// Log is −½(ν + 1) log(1 + (y − z)²/(ν·Scale²)) and the constant.
func (l StudentT) Log(y, z float64) Expected {
	e := l.shape(y, z)
	e.Value += l.constant()
	return e
}

// shape is Log without the constant.
func (l StudentT) shape(y, z float64) Expected {
	a, r := l.Degrees*l.Scale*l.Scale, y-z
	k, q := l.Degrees+1, a+r*r
	return Expected{-k / 2 * math.Log1p(r*r/a), k * r / q, k * (r*r - a) / (q * q)}
}

// constant is log Γ((ν + 1)/2) − log Γ(ν/2) − ½ log(νπ) − log Scale.
func (l StudentT) constant() float64 {
	up, _ := math.Lgamma((l.Degrees + 1) / 2)
	down, _ := math.Lgamma(l.Degrees / 2)
	return up - down - math.Log(l.Degrees*math.Pi)/2 - math.Log(l.Scale)
}

// strip is the distance of the singularities y ± i·strip from the real line.
func (l StudentT) strip() float64 { return l.Scale * math.Sqrt(l.Degrees) }

// Expect is by quadrature.
func (l StudentT) Expect(y, mean, variance float64) Expected {
	e := expect(mean, variance, l.strip(), func(z float64) Expected { return l.shape(y, z) })
	e.Value += l.constant()
	return e
}

// Predict is by quadrature.
func (l StudentT) Predict(y, mean, variance float64) float64 {
	return l.constant() + logMean(mean, variance, l.strip(), mean, func(z float64) float64 { return l.shape(y, z).Value })
}
