package natural

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Independent is N independent outcomes of a family, each with parameters of
// its own. Parameters and outcomes are sorted by kind: of (μ, σ) all N means
// come first, then all N standard deviations. F is that of the outcomes side by
// side, and the natural gradient costs O(N).
//
// Of Gaussians it is the mean-field Gaussian: [MeanFieldSigma],
// [MeanFieldLogSigma], [MeanFieldVariance], [MeanFieldNatural].
type Independent struct {
	Of Family
	N  int
}

var _ Family = Independent{}

// MeanFieldSigma is the Gaussian of n dimensions and diagonal covariance in
// θ = (m, σ), with F = diag(1/σ², 2/σ²): the natural gradient is the plain one
// scaled by (σ², σ²/2), element by element.
func MeanFieldSigma(n int) Independent { return Independent{GaussianSigma{}, n} }

// MeanFieldLogSigma is the Gaussian of n dimensions and diagonal covariance in
// θ = (m, log σ), with F = diag(1/σ², 2).
func MeanFieldLogSigma(n int) Independent { return Independent{GaussianLogSigma{}, n} }

// MeanFieldVariance is the Gaussian of n dimensions and diagonal covariance in
// θ = (m, σ²), with F = diag(1/σ², 1/2σ⁴).
func MeanFieldVariance(n int) Independent { return Independent{GaussianVariance{}, n} }

// MeanFieldNatural is the Gaussian of n dimensions and diagonal covariance in
// its natural parameters θ = (m/σ², −1/2σ²). Its expectation parameters are
// (m, m² + σ²).
func MeanFieldNatural(n int) IndependentExponential {
	return NewIndependentExponential(GaussianNatural{}, n)
}

func (f Independent) String() string { return fmt.Sprintf("%d × %s", f.N, f.Of) }
func (f Independent) Params() int    { return f.N * f.Of.Params() }
func (f Independent) Size() int      { return f.N * f.Of.Size() }

// Validate wants what the family wants, of each outcome.
func (f Independent) Validate(theta []float64) error {
	if err := wantDimensions(f.String(), f.N); err != nil {
		return err
	}
	p := make([]float64, f.Of.Params())
	for i := range f.N {
		if err := f.Of.Validate(gather(p, theta, i, f.N)); err != nil {
			return f.at(i, err)
		}
	}
	return nil
}

// at is the error of outcome i.
func (f Independent) at(i int, err error) error {
	var domain *DomainError
	if errors.As(err, &domain) {
		return &DomainError{f.String(), fmt.Sprintf("outcome %d: %s", i, domain.Problem)}
	}
	return err
}

func (f Independent) LogProb(x, theta []float64) float64 {
	y, p := make([]float64, f.Of.Size()), make([]float64, f.Of.Params())
	sum := 0.0
	for i := range f.N {
		sum += f.Of.LogProb(gather(y, x, i, f.N), gather(p, theta, i, f.N))
	}
	return sum
}

func (f Independent) Score(dst, x, theta []float64) {
	y, p, s := make([]float64, f.Of.Size()), make([]float64, f.Of.Params()), make([]float64, f.Of.Params())
	result := make([]float64, len(dst)) // dst may be x, whose elements are sorted otherwise
	for i := range f.N {
		f.Of.Score(s, gather(y, x, i, f.N), gather(p, theta, i, f.N))
		scatter(result, s, i, f.N)
	}
	copy(dst, result)
}

// Fisher is block diagonal, if for the order of the parameters.
func (f Independent) Fisher(dst *mat.SymDense, theta []float64) {
	k := f.Of.Params()
	p := make([]float64, k)
	var block mat.SymDense
	symmetric(dst, f.Params())
	dst.Zero()
	for i := range f.N {
		f.Of.Fisher(&block, gather(p, theta, i, f.N))
		for a := range k {
			for b := range a + 1 {
				dst.SetSym(a*f.N+i, b*f.N+i, block.At(a, b))
			}
		}
	}
}

func (f Independent) NaturalGradient(dst, gradient, theta []float64) {
	f.each(dst, gradient, theta, f.Of.NaturalGradient)
}

func (f Independent) KL(theta, phi []float64) float64 {
	p, q := make([]float64, f.Of.Params()), make([]float64, f.Of.Params())
	sum := 0.0
	for i := range f.N {
		sum += f.Of.KL(gather(p, theta, i, f.N), gather(q, phi, i, f.N))
	}
	return sum
}

func (f Independent) Sample(dst, theta []float64, rng *rand.Rand) {
	y, p := make([]float64, f.Of.Size()), make([]float64, f.Of.Params())
	result := make([]float64, len(dst))
	for i := range f.N {
		f.Of.Sample(y, gather(p, theta, i, f.N), rng)
		scatter(result, y, i, f.N)
	}
	copy(dst, result)
}

// Retract is the family's, of each outcome.
func (f Independent) Retract(dst, theta, step []float64) { f.each(dst, theta, step, f.Of.Retract) }

// each applies a map of two vectors of parameters to one, for each outcome.
func (f Independent) each(dst, u, v []float64, apply func(dst, u, v []float64)) {
	p, q := make([]float64, f.Of.Params()), make([]float64, f.Of.Params())
	for i := range f.N {
		gather(p, u, i, f.N)
		apply(p, p, gather(q, v, i, f.N))
		scatter(dst, p, i, f.N)
	}
}

// gather sets dst to elements i, n + i, 2n + i… of v.
func gather(dst, v []float64, i, n int) []float64 {
	for k := range dst {
		dst[k] = v[k*n+i]
	}
	return dst
}

// scatter is the inverse of gather.
func scatter(dst, v []float64, i, n int) {
	for k := range v {
		dst[k*n+i] = v[k]
	}
}
