package natural

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// CategoricalLogits is a class x = 0…K−1 with π = softmax(θ), K = Classes logits, as a
// classifier's last layer has. One number added to all logits changes nothing, so
// F = diag(π) − ππᵀ is singular, of rank K−1. NaturalGradient takes its pseudo-inverse,
// Damped adds λI. CategoricalLogOdds has the same distributions without redundancy.
type CategoricalLogits struct{ Classes int }

var _ Converter = CategoricalLogits{}

func (f CategoricalLogits) String() string {
	return fmt.Sprintf("categorical of %d, logits", f.Classes)
}
func (f CategoricalLogits) Params() int { return f.Classes }
func (f CategoricalLogits) Size() int   { return 1 }

// Validate accepts finite numbers.
func (f CategoricalLogits) Validate(theta []float64) error {
	if err := wantClasses(f.String(), f.Classes); err != nil {
		return err
	}
	for k, v := range theta {
		if err := wantFinite(f.String(), fmt.Sprintf("logit %d,", k), v); err != nil {
			return err
		}
	}
	return nil
}

func (f CategoricalLogits) LogProb(x, theta []float64) float64 {
	k := class(x[0], f.Classes)
	if k < 0 {
		return math.Inf(-1)
	}
	return theta[k] - logSumExp(theta, false)
}

// Score is 1{x = k} − π.
func (f CategoricalLogits) Score(dst, x, theta []float64) {
	f.Probabilities(dst, theta)
	for i := range dst {
		dst[i] = -dst[i]
	}
	dst[int(x[0])]++
}

// Probabilities sets dst to π = softmax(θ). dst may be θ.
func (f CategoricalLogits) Probabilities(dst, theta []float64) {
	log := logSumExp(theta, false)
	for i, v := range theta {
		dst[i] = math.Exp(v - log)
	}
}

func (f CategoricalLogits) Fisher(dst *mat.SymDense, theta []float64) {
	pi := make([]float64, f.Classes)
	f.Probabilities(pi, theta)
	covariance(dst, pi)
}

// NaturalGradient is F⁺g = P·diag(1/π)·P·g, P = I − 11ᵀ/K, which leaves the logits' mean
// alone: F·v = Pg has the solutions vₖ = (Pg)ₖ/πₖ + c, and the least has mean 0.
func (f CategoricalLogits) NaturalGradient(dst, gradient, theta []float64) {
	log := logSumExp(theta, false)
	mean := average(gradient)
	for i, g := range gradient {
		// Cut to the greatest number, two infinities do not cancel to NaN.
		dst[i] = straight(times(g-mean, math.Exp(log-theta[i])), 0)
	}
	mean = average(dst)
	for i := range dst {
		dst[i] = straight(dst[i], -mean)
	}
}

// Damped sets dst to (F + λI)⁻¹·gradient, λ = damping > 0: with D = diag(π) + λI it is
// D⁻¹g + D⁻¹π·(πᵀD⁻¹g)/(1 − πᵀD⁻¹π), by Sherman and Morrison's formula.
func (f CategoricalLogits) Damped(dst, gradient, theta []float64, damping float64) {
	log := logSumExp(theta, false)
	along, left := 0.0, 0.0
	for i, v := range theta {
		pi := math.Exp(v - log)
		share := pi / (pi + damping)
		along += share * gradient[i]
		left += share * damping // Σ πλ/(π + λ) = 1 − Σ π²/(π + λ)
	}
	ratio := along / left
	for i := range dst {
		pi := math.Exp(theta[i] - log)
		dst[i] = (gradient[i] + pi*ratio) / (pi + damping)
	}
}

func (f CategoricalLogits) KL(theta, phi []float64) float64 {
	sum, a, b := 0.0, logSumExp(theta, false), logSumExp(phi, false)
	for i := range theta {
		sum += divergence(math.Exp(theta[i]-a), theta[i]-a, phi[i]-b)
	}
	return sum
}

func (f CategoricalLogits) Sample(dst, theta []float64, rng *rand.Rand) {
	log := logSumExp(theta, false)
	draw(dst, f.Classes, func(k int) float64 { return math.Exp(theta[k] - log) }, rng)
}

// Retract is θ + step.
func (f CategoricalLogits) Retract(dst, theta, step []float64) {
	for i := range dst {
		dst[i] = straight(theta[i], step[i])
	}
}

// Conversions has the log-odds θₖ − θ₀.
func (f CategoricalLogits) Conversions() []Conversion {
	return []Conversion{{
		From: f, To: CategoricalLogOdds(f),
		Map: func(dst, theta []float64) {
			zero := theta[0]
			for i := range dst {
				dst[i] = straight(theta[i+1], -zero)
			}
		},
		Jacobian: func(dst *mat.Dense, theta []float64) {
			rectangular(dst, f.Classes-1, f.Classes)
			for i := range f.Classes - 1 {
				dst.Set(i, 0, -1)
				dst.Set(i, i+1, 1)
			}
		},
	}}
}

// covariance sets dst to diag(π) − ππᵀ.
func covariance(dst *mat.SymDense, pi []float64) {
	symmetric(dst, len(pi))
	for i, p := range pi {
		for j := range i {
			dst.SetSym(i, j, -p*pi[j])
		}
		dst.SetSym(i, i, p*(1-p))
	}
}

// average is the mean of v's elements.
func average(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x / float64(len(v))
	}
	return sum
}
