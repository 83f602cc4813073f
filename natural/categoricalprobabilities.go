package natural

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// CategoricalProbabilities is a class x = 0…K−1, K = Classes, with the K−1 parameters
// π₁…π_{K−1}. π₀ = 1 − Σπₖ is no parameter: with K probabilities that sum to 1, a density's
// slope would depend on how it goes on off the simplex, and F would be singular.
// F = diag(1/π) + 11ᵀ/π₀.
type CategoricalProbabilities struct{ Classes int }

var _ Converter = CategoricalProbabilities{}

func (f CategoricalProbabilities) String() string {
	return fmt.Sprintf("categorical of %d, probabilities", f.Classes)
}
func (f CategoricalProbabilities) Params() int { return f.Classes - 1 }
func (f CategoricalProbabilities) Size() int   { return 1 }

// Validate accepts positive numbers with a sum below 1.
func (f CategoricalProbabilities) Validate(theta []float64) error {
	return wantSimplex(f.String(), f.Classes, theta)
}

// probability is πₖ.
func (f CategoricalProbabilities) probability(k int, theta []float64) float64 {
	if k == 0 {
		return rest(theta)
	}
	return theta[k-1]
}

func (f CategoricalProbabilities) LogProb(x, theta []float64) float64 {
	k := class(x[0], f.Classes)
	if k < 0 {
		return math.Inf(-1)
	}
	return math.Log(f.probability(k, theta))
}

// Score is 1{x = k}/πₖ − 1{x = 0}/π₀.
func (f CategoricalProbabilities) Score(dst, x, theta []float64) {
	k := int(x[0])
	slope := 1 / f.probability(k, theta)
	if k > 0 {
		clear(dst)
		dst[k-1] = slope
		return
	}
	for i := range dst {
		dst[i] = -slope
	}
}

func (f CategoricalProbabilities) Fisher(dst *mat.SymDense, theta []float64) {
	symmetric(dst, len(theta))
	zero := 1 / rest(theta)
	for i, p := range theta {
		for j := range i {
			dst.SetSym(i, j, zero)
		}
		dst.SetSym(i, i, 1/p+zero)
	}
}

// NaturalGradient has F⁻¹ = diag(π) − ππᵀ: πₖ(gₖ − πᵀg).
func (f CategoricalProbabilities) NaturalGradient(dst, gradient, theta []float64) {
	mean := 0.0
	for i, p := range theta {
		mean += p * gradient[i]
	}
	for i, p := range theta {
		dst[i] = p * (gradient[i] - mean)
	}
}

func (f CategoricalProbabilities) KL(theta, phi []float64) float64 {
	sum := 0.0
	for k := range f.Classes {
		p := f.probability(k, theta)
		sum += divergence(p, math.Log(p), math.Log(f.probability(k, phi)))
	}
	return sum
}

func (f CategoricalProbabilities) Sample(dst, theta []float64, rng *rand.Rand) {
	draw(dst, f.Classes, func(k int) float64 { return f.probability(k, theta) }, rng)
}

// Retract goes along the step: all of it while that leaves each class, class 0 too, half of its
// probability. Of a longer step, which would meet the boundary after the part u, it goes
// the part u − u²/4, as inside does.
func (f CategoricalProbabilities) Retract(dst, theta, step []float64) {
	sum, u := 0.0, 2.0
	for i, s := range step {
		sum += s
		if s < 0 {
			u = min(u, theta[i]/-s)
		}
	}
	if sum > 0 {
		u = min(u, rest(theta)/sum)
	}
	if u == 0 { // below the least number
		copy(dst, theta)
		return
	}
	for i, s := range step {
		if s >= 0 || u == 2 {
			dst[i] = theta[i] + u*(1-u/4)*s
			continue
		}
		// 1 − (u − u²/4)/v of θ is left, v ≥ u the part that would leave none.
		share := u / (theta[i] / -s)
		dst[i] = max(theta[i]*((1-share)+share*u/4), smallest)
	}
	// Where class 0 is left next to nothing, the others' sum may be rounded to 1.
	if least := float64(f.Classes) * 0x1p-52; rest(dst) < least {
		for i := range dst {
			dst[i] *= 1 - 2*least
		}
	}
}

// Conversions has the log-odds, with the Jacobian F, as the probabilities are the expectation
// parameters of the log-odds.
func (f CategoricalProbabilities) Conversions() []Conversion {
	odds := CategoricalLogOdds(f)
	back := Expectation(odds).(expectation).Conversions()[0]
	back.From = f
	return []Conversion{back}
}

// wantSimplex returns a *DomainError unless p has positive numbers with a sum below 1.
func wantSimplex(family string, classes int, p []float64) error {
	if err := wantClasses(family, classes); err != nil {
		return err
	}
	for k, v := range p {
		if err := wantProbability(family, fmt.Sprintf("probability %d,", k+1), v); err != nil {
			return err
		}
	}
	if zero := rest(p); !(zero > 0) {
		return &DomainError{family, fmt.Sprintf("the probabilities from class 1 have the sum %g: want less than 1", 1-zero)}
	}
	return nil
}
