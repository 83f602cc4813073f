package natural

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// CategoricalLogOdds is a class x = 0…K−1, K = Classes, with K−1 parameters: element k−1
// is θₖ = log(πₖ/π₀). It is the exponential family with T(x)ₖ = 1{x = k} and
// A(θ) = log(1 + Σ exp θₖ). F = diag(π) − ππᵀ over the classes from 1. Of two classes it is
// BernoulliLogOdds.
type CategoricalLogOdds struct{ Classes int }

var (
	_ ExponentialFamily = CategoricalLogOdds{}
	_ Converter         = CategoricalLogOdds{}
)

func (f CategoricalLogOdds) String() string {
	return fmt.Sprintf("categorical of %d, log-odds", f.Classes)
}
func (f CategoricalLogOdds) Params() int { return f.Classes - 1 }
func (f CategoricalLogOdds) Size() int   { return 1 }

// Validate accepts finite numbers.
func (f CategoricalLogOdds) Validate(theta []float64) error {
	if err := wantClasses(f.String(), f.Classes); err != nil {
		return err
	}
	for k, v := range theta {
		if err := wantFinite(f.String(), fmt.Sprintf("log-odds of class %d,", k+1), v); err != nil {
			return err
		}
	}
	return nil
}

func (f CategoricalLogOdds) LogProb(x, theta []float64) float64 {
	switch k := class(x[0], f.Classes); k {
	case -1:
		return math.Inf(-1)
	case 0:
		return -logSumExp(theta, true)
	default:
		return theta[k-1] - logSumExp(theta, true)
	}
}

func (f CategoricalLogOdds) Score(dst, x, theta []float64) {
	f.Mean(dst, theta)
	for i := range dst {
		dst[i] = -dst[i]
	}
	if k := int(x[0]); k > 0 {
		dst[k-1]++
	}
}

func (f CategoricalLogOdds) Fisher(dst *mat.SymDense, theta []float64) {
	pi := make([]float64, len(theta))
	f.Mean(pi, theta)
	covariance(dst, pi)
}

// NaturalGradient has F⁻¹ = diag(1/π) + 11ᵀ/π₀.
func (f CategoricalLogOdds) NaturalGradient(dst, gradient, theta []float64) {
	log, sum := logSumExp(theta, true), 0.0
	for _, g := range gradient {
		sum += g
	}
	common := straight(times(sum, math.Exp(log)), 0) // finite, so that two infinities do not cancel to NaN
	for i, g := range gradient {
		dst[i] = straight(straight(times(g, math.Exp(log-theta[i])), 0), common)
	}
}

func (f CategoricalLogOdds) KL(theta, phi []float64) float64 {
	a, b := logSumExp(theta, true), logSumExp(phi, true)
	sum := divergence(math.Exp(-a), -a, -b)
	for i := range theta {
		sum += divergence(math.Exp(theta[i]-a), theta[i]-a, phi[i]-b)
	}
	return sum
}

func (f CategoricalLogOdds) Sample(dst, theta []float64, rng *rand.Rand) {
	log := logSumExp(theta, true)
	draw(dst, f.Classes, func(k int) float64 {
		if k == 0 {
			return math.Exp(-log)
		}
		return math.Exp(theta[k-1] - log)
	}, rng)
}

// Retract is θ + step.
func (f CategoricalLogOdds) Retract(dst, theta, step []float64) {
	CategoricalLogits(f).Retract(dst, theta, step)
}

func (f CategoricalLogOdds) Statistics(dst, x []float64) {
	clear(dst)
	if k := class(x[0], f.Classes); k > 0 {
		dst[k-1] = 1
	}
}
func (f CategoricalLogOdds) LogPartition(theta []float64) float64 { return logSumExp(theta, true) }
func (f CategoricalLogOdds) LogBase(x []float64) float64 {
	if class(x[0], f.Classes) < 0 {
		return math.Inf(-1)
	}
	return 0
}

// Mean is π₁…π_{K−1}.
func (f CategoricalLogOdds) Mean(dst, theta []float64) {
	log := logSumExp(theta, true)
	for i, v := range theta {
		dst[i] = math.Exp(v - log)
	}
}

func (f CategoricalLogOdds) FromMean(dst, mu []float64) error {
	if err := wantSimplex(f.String(), f.Classes, mu); err != nil {
		return err
	}
	zero := math.Log(rest(mu))
	for i, p := range mu {
		dst[i] = math.Log(p) - zero
	}
	return nil
}

// Conversions has π₁…π_{K−1}, and the logits (0, θ).
func (f CategoricalLogOdds) Conversions() []Conversion {
	toProbabilities := ToMean(f)
	toProbabilities.To = CategoricalProbabilities(f)
	return []Conversion{toProbabilities, ToMean(f), {
		From: f, To: CategoricalLogits(f),
		Map: func(dst, theta []float64) {
			copy(dst[1:], theta)
			dst[0] = 0
		},
		Jacobian: func(dst *mat.Dense, theta []float64) {
			rectangular(dst, f.Classes, f.Classes-1)
			for i := range f.Classes - 1 {
				dst.Set(i+1, i, 1)
			}
		},
	}}
}
