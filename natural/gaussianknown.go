package natural

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// GaussianKnownCovariance is the Gaussian N(m, Σ) of d dimensions and known Σ,
// θ = m. F = Σ⁻¹ at every m: the natural gradient is Σ times the plain one. It
// is an exponential family with T(x) = Σ⁻¹x and A(m) = ½mᵀΣ⁻¹m.
type GaussianKnownCovariance struct {
	sigma factor
	dim   int
	known string // tells one Σ from another
}

var _ ExponentialFamily = (*GaussianKnownCovariance)(nil)

// NewGaussianKnownCovariance is the family of covariance sigma. It returns a
// [*DomainError] unless sigma is positive definite.
func NewGaussianKnownCovariance(sigma mat.Symmetric) (*GaussianKnownCovariance, error) {
	f := &GaussianKnownCovariance{dim: sigma.SymmetricDim(), known: fingerprint(sigma)}
	if err := wantDimensions(f.String(), f.dim); err != nil {
		return nil, err
	}
	var ok bool
	if f.sigma, ok = newFactor(sigma); !ok {
		return nil, notPositive(f.String(), "covariance", sigma)
	}
	return f, nil
}

func (f *GaussianKnownCovariance) String() string {
	return fmt.Sprintf("Gaussian of %d dimensions and known covariance %s, mean", f.dim, f.known)
}
func (f *GaussianKnownCovariance) Params() int { return f.dim }
func (f *GaussianKnownCovariance) Size() int   { return f.dim }

// Validate wants finite numbers.
func (f *GaussianKnownCovariance) Validate(theta []float64) error { return finites(f, "mean", theta) }

func (f *GaussianKnownCovariance) LogProb(x, theta []float64) float64 {
	return f.sigma.logProb(x, theta)
}

// Score is Σ⁻¹(x − m).
func (f *GaussianKnownCovariance) Score(dst, x, theta []float64) {
	copy(dst, difference(x, theta))
	f.sigma.solve(dst)
}

func (f *GaussianKnownCovariance) Fisher(dst *mat.SymDense, theta []float64) {
	symmetric(dst, f.dim)
	dst.CopySym(f.sigma.inverse())
}

func (f *GaussianKnownCovariance) NaturalGradient(dst, gradient, theta []float64) {
	copy(dst, gradient)
	f.sigma.multiply(dst)
}

func (f *GaussianKnownCovariance) KL(theta, phi []float64) float64 {
	return f.sigma.halfSquare(difference(theta, phi))
}

func (f *GaussianKnownCovariance) Sample(dst, theta []float64, rng *rand.Rand) {
	f.sigma.sample(dst, theta, rng)
}

// Retract is θ + step.
func (f *GaussianKnownCovariance) Retract(dst, theta, step []float64) { move(dst, theta, step) }

// Statistics is Σ⁻¹x.
func (f *GaussianKnownCovariance) Statistics(dst, x []float64) {
	copy(dst, x)
	f.sigma.solve(dst)
}

func (f *GaussianKnownCovariance) LogPartition(theta []float64) float64 {
	return f.sigma.halfSquare(append([]float64(nil), theta...))
}

func (f *GaussianKnownCovariance) LogBase(x []float64) float64 {
	return f.sigma.logProb(x, make([]float64, f.dim))
}

// Mean is Σ⁻¹m.
func (f *GaussianKnownCovariance) Mean(dst, theta []float64) { f.Statistics(dst, theta) }

func (f *GaussianKnownCovariance) FromMean(dst, mu []float64) error {
	if err := finites(f, "expectation of Σ⁻¹x", mu); err != nil {
		return err
	}
	f.NaturalGradient(dst, mu, nil)
	return nil
}

// fingerprint is the packed elements of a small matrix, and a hash of those of a larger
// one. Convert takes families with the same String for the same, and a Gaussian of another
// known covariance is another family.
func fingerprint(s mat.Symmetric) string {
	packed := make([]float64, PackedSize(s.SymmetricDim()))
	Pack(packed, s)
	if len(packed) <= 6 {
		return fmt.Sprint(packed)
	}
	h := fnv.New64a()
	fmt.Fprint(h, packed)
	return fmt.Sprintf("#%x", h.Sum64())
}

// wantDimensions returns a *DomainError unless there are any.
func wantDimensions(family string, n int) error {
	if n < 1 {
		return &DomainError{family, fmt.Sprintf("%d dimensions: want at least 1", n)}
	}
	return nil
}

// finites returns a *DomainError unless all of v are finite numbers.
func finites(f fmt.Stringer, what string, v []float64) error {
	for i := range v {
		if v[i]-v[i] != 0 {
			return &DomainError{f.String(), fmt.Sprintf("%s: element %d is %g: want a finite number", what, i, v[i])}
		}
	}
	return nil
}

func difference(a, b []float64) []float64 {
	d := make([]float64, len(a))
	for i := range d {
		d[i] = a[i] - b[i]
	}
	return d
}

// move sets dst to θ + step, of dst's length.
func move(dst, theta, step []float64) {
	for i := range dst {
		dst[i] = straight(theta[i], step[i])
	}
}

func add(dst, a, b []float64) {
	for i := range dst {
		dst[i] = a[i] + b[i]
	}
}
