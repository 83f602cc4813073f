package natural

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Dirichlet is a vector x of K = Classes positive numbers that sum to 1, with
// p(x) = Γ(Σαₖ)/ΠΓ(αₖ)·Πxₖ^(αₖ−1), a density over x without one of its elements. θ = α > 0 are its
// natural parameters with T(x) = log x, A(θ) = Σ log Γ(αₖ) − log Γ(Σαₖ) and h(x) = 1/Πxₖ.
// F = diag(ψ′(α)) − ψ′(Σαₖ)·11ᵀ. Of two classes it is the beta distribution of x₀.
type Dirichlet struct{ Classes int }

var (
	_ ExponentialFamily = Dirichlet{}
	_ Converter         = Dirichlet{}
)

func (f Dirichlet) String() string { return fmt.Sprintf("Dirichlet of %d, natural", f.Classes) }
func (f Dirichlet) Params() int    { return f.Classes }
func (f Dirichlet) Size() int      { return f.Classes }

// Validate accepts positive numbers.
func (f Dirichlet) Validate(theta []float64) error {
	if err := wantClasses(f.String(), f.Classes); err != nil {
		return err
	}
	for k, v := range theta {
		if err := wantPositive(f.String(), fmt.Sprintf("concentration %d,", k), v); err != nil {
			return err
		}
	}
	return wantPositive(f.String(), "sum of the concentrations", sum(theta))
}

// LogProb is −∞ for an x whose elements are not positive or differ from the sum 1 by more than 1e-9.
func (f Dirichlet) LogProb(x, theta []float64) float64 {
	base := f.LogBase(x)
	if math.IsInf(base, -1) {
		return base
	}
	total := sum(theta)
	// As of the gamma distribution: log Γ is an excess and α·log α − α, of which a divergence is left.
	v := gammaExcess(total) + base
	for k, a := range theta {
		v -= gammaExcess(a) + total*divergence(a/total, math.Log(a)-math.Log(total), math.Log(x[k]))
	}
	return v
}

// Score is log x − ψ(α) + ψ(Σαₖ).
func (f Dirichlet) Score(dst, x, theta []float64) {
	total := sum(theta)
	for k, a := range theta {
		dst[k] = math.Log(x[k]) - f.mean(a, total)
	}
}

// mean is ψ(a) − ψ(total).
func (f Dirichlet) mean(a, total float64) float64 {
	return math.Log(a) - math.Log(total) - (logMinusDigamma(a) - logMinusDigamma(total))
}

func (f Dirichlet) Fisher(dst *mat.SymDense, theta []float64) {
	symmetric(dst, f.Classes)
	total := sum(theta)
	common := (1 + trigammaExcess(total)) / total
	for i, a := range theta {
		for j := range i {
			dst.SetSym(i, j, -common)
		}
		own := (1 + trigammaExcess(a)) / a
		if math.IsInf(own, 1) { // of two infinities, the class's own is the larger
			dst.SetSym(i, i, own)
			continue
		}
		dst.SetSym(i, i, own-common)
	}
}

// NaturalGradient is qg + q·(ψ′·Σqg)/(1 − ψ′·Σq), q = 1/ψ′(α), ψ′ = ψ′(Σαₖ), by Sherman and Morrison's
// formula. With e(a) = aψ′(a) − 1 the denominator is a sum of positive numbers, (αₖ/Σα)(e(αₖ) − e(Σα))/(1 + e(αₖ)).
func (f Dirichlet) NaturalGradient(dst, gradient, theta []float64) {
	total := sum(theta)
	excess := trigammaExcess(total)
	along, left := 0.0, 0.0
	for k, a := range theta {
		e := trigammaExcess(a)
		along += a / (1 + e) * gradient[k]
		left += a / total * (e - excess) / (1 + e)
	}
	common := times(along, (1+excess)/total/left)
	for k, a := range theta {
		dst[k] = times(gradient[k]+common, a/(1+trigammaExcess(a)))
	}
}

func (f Dirichlet) KL(theta, phi []float64) float64 {
	a, b := sum(theta), sum(phi)
	kl, means := 0.0, 0.0
	for k := range theta {
		kl += shapesKL(theta[k], phi[k])
		means += divergence(phi[k]/b, math.Log(phi[k])-math.Log(b), math.Log(theta[k])-math.Log(a))
	}
	if math.IsInf(kl, 1) { // where the sums' divergence is infinite too, the classes' are more
		return kl
	}
	return math.Max(kl-shapesKL(a, b)+b*means, 0)
}

// Sample draws log xₖ as the logarithms of gamma outcomes, whose share of their sum it is. An element
// below the least number is that number.
func (f Dirichlet) Sample(dst, theta []float64, rng *rand.Rand) {
	logs := make([]float64, f.Classes)
	for k, a := range theta {
		// An outcome of shape a is one of shape a + 1, times u^(1/a).
		logs[k] = math.Log(gammaSample(a+1, 1, rng)) - rng.ExpFloat64()/a
	}
	top := math.Max(logSumExp(logs, false), -math.MaxFloat64)
	for k, v := range logs {
		dst[k] = math.Max(math.Exp(v-top), math.SmallestNonzeroFloat64)
	}
}

// Retract is θ + step, each element unless that leaves less than half of it. A longer step ends
// within that half.
func (f Dirichlet) Retract(dst, theta, step []float64) {
	most := math.MaxFloat64 / 2 / float64(f.Classes) // the sum is finite too
	for k := range dst {
		dst[k] = min(inside(theta[k], step[k]), most)
	}
}

func (f Dirichlet) Statistics(dst, x []float64) {
	for k, v := range x {
		dst[k] = math.Log(v)
	}
}

func (f Dirichlet) LogPartition(theta []float64) float64 {
	v := -logGamma(sum(theta))
	for _, a := range theta {
		v += logGamma(a)
	}
	return v
}

func (f Dirichlet) LogBase(x []float64) float64 {
	v := 0.0
	for _, p := range x {
		if !(p > 0) {
			return math.Inf(-1)
		}
		v -= math.Log(p)
	}
	if !(math.Abs(sum(x)-1) <= 1e-9) {
		return math.Inf(-1)
	}
	return v
}

// Mean is E[log x] = ψ(α) − ψ(Σαₖ).
func (f Dirichlet) Mean(dst, theta []float64) {
	total := sum(theta)
	for k, a := range theta {
		dst[k] = f.mean(a, total)
	}
}

// Conversions has the expectation parameters.
func (f Dirichlet) Conversions() []Conversion { return []Conversion{ToMean(f)} }

// sum is Σv.
func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}
