package natural

import (
	"errors"
	"math/rand/v2"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Expectation is the family f in its expectation parameters μ = E[T(x)]. The two
// parameterisations are dual: F_μ = F_θ⁻¹, so that the gradient with respect to μ is
// the natural gradient with respect to θ, and the natural gradient with respect to
// μ is F_θ·gradient, without an inverse (Amari 2016, "Information geometry and its
// applications", chapter 2; Khan and Lin 2017, "Conjugate-computation variational
// inference").
func Expectation(f ExponentialFamily) Family { return expectation{f} }

type expectation struct{ f ExponentialFamily }

var _ Converter = expectation{}

func (e expectation) String() string {
	name, _, _ := strings.Cut(e.f.String(), ",")
	return name + ", expectation"
}
func (e expectation) Params() int { return e.f.Params() }
func (e expectation) Size() int   { return e.f.Size() }

// natural is θ(μ), NaN outside the domain.
func (e expectation) natural(mu []float64) []float64 {
	theta := make([]float64, len(mu))
	if e.f.FromMean(theta, mu) != nil {
		fill(theta)
	}
	return theta
}

// Validate accepts the means of the family's distributions.
func (e expectation) Validate(mu []float64) error {
	theta := make([]float64, len(mu))
	err := e.f.FromMean(theta, mu)
	if err == nil {
		err = e.f.Validate(theta) // a mean whose θ does not fit float64
	}
	if d, ok := errors.AsType[*DomainError](err); ok {
		return &DomainError{e.String(), d.Problem}
	}
	return err
}

func (e expectation) LogProb(x, mu []float64) float64 { return e.f.LogProb(x, e.natural(mu)) }

// Score is F_θ⁻¹(T(x) − μ).
func (e expectation) Score(dst, x, mu []float64) {
	theta := e.natural(mu)
	e.f.Score(dst, x, theta)
	e.f.NaturalGradient(dst, dst, theta)
}

// Fisher is F_θ⁻¹, column by column.
func (e expectation) Fisher(dst *mat.SymDense, mu []float64) {
	n := len(mu)
	symmetric(dst, n)
	theta, column := e.natural(mu), make([]float64, n)
	for j := range n {
		clear(column)
		column[j] = 1
		e.f.NaturalGradient(column, column, theta)
		for i := j; i < n; i++ {
			dst.SetSym(i, j, column[i])
		}
	}
}

// NaturalGradient is F_θ·gradient.
func (e expectation) NaturalGradient(dst, gradient, mu []float64) {
	var fisher mat.SymDense
	e.f.Fisher(&fisher, e.natural(mu))
	product(dst, &fisher, gradient)
}

func (e expectation) KL(mu, nu []float64) float64 { return e.f.KL(e.natural(mu), e.natural(nu)) }

func (e expectation) Sample(dst, mu []float64, rng *rand.Rand) { e.f.Sample(dst, e.natural(mu), rng) }

// Retract is μ + t·step for the longest t of 1, ½, ¼… for which μ + 2t·step is in the domain too.
// The domain is convex, so no step takes more than half of the way out of it.
func (e expectation) Retract(dst, mu, step []float64) {
	next := make([]float64, len(mu))
	move := func(t float64) bool {
		for i := range next {
			next[i] = mu[i] + t*step[i]
		}
		return e.Validate(next) == nil
	}
	for t := 1.; t > 0; t /= 2 {
		if move(2*t) && move(t) {
			copy(dst, next)
			return
		}
	}
	copy(dst, mu)
}

// Conversions has the natural parameters, with the Jacobian F_θ⁻¹.
func (e expectation) Conversions() []Conversion {
	return []Conversion{{
		From: e, To: e.f,
		Map: func(dst, mu []float64) { copy(dst, e.natural(mu)) },
		Jacobian: func(dst *mat.Dense, mu []float64) {
			var inverse mat.SymDense
			e.Fisher(&inverse, mu)
			rectangular(dst, len(mu), len(mu))
			dst.Copy(&inverse)
		},
	}}
}

// ToMean is the conversion from natural to expectation parameters, with the
// Jacobian F_θ.
func ToMean(f ExponentialFamily) Conversion {
	return Conversion{
		From: f, To: Expectation(f), Map: f.Mean,
		Jacobian: func(dst *mat.Dense, theta []float64) {
			var fisher mat.SymDense
			f.Fisher(&fisher, theta)
			rectangular(dst, len(theta), len(theta))
			dst.Copy(&fisher)
		},
	}
}
