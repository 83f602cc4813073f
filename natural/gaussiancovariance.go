package natural

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// GaussianCovariance is the Gaussian N(m, Σ) of Dim dimensions d in its mean
// and covariance, θ = (m, Σ packed), P = d + d(d + 1)/2. The squared length of
// a step is
//
//	dθᵀF dθ = dmᵀΣ⁻¹dm + ½ tr(Σ⁻¹dΣΣ⁻¹dΣ)
//
// so the natural gradient is (Σg, 2ΣGΣ), with g = ∂L/∂m and the symmetric
// G = ∂L/∂Σ ([UnpackGradient]): O(d³), where solving with F would be O(d⁶).
type GaussianCovariance struct {
	Dim int // d, at least 1
}

var _ Family = GaussianCovariance{}

func (f GaussianCovariance) String() string {
	return fmt.Sprintf("Gaussian of %d dimensions, mean and covariance", f.Dim)
}
func (f GaussianCovariance) Params() int { return f.Dim + PackedSize(f.Dim) }
func (f GaussianCovariance) Size() int   { return f.Dim }

// Validate wants a finite mean and a positive definite covariance.
func (f GaussianCovariance) Validate(theta []float64) error {
	if err := wantDimensions(f.String(), f.Dim); err != nil {
		return err
	}
	m, sigma := f.split(theta)
	if err := finites(f, "mean", m); err != nil {
		return err
	}
	if _, ok := newFactor(sigma); !ok {
		return notPositive(f.String(), "covariance", sigma)
	}
	return nil
}

// split is m and Σ.
func (f GaussianCovariance) split(theta []float64) (m []float64, sigma *mat.SymDense) {
	sigma = mat.NewSymDense(f.Dim, nil)
	Unpack(sigma, theta[f.Dim:], f.Dim)
	return theta[:f.Dim], sigma
}

// factor is m and Σ's Cholesky factor.
func (f GaussianCovariance) factor(theta []float64) (m []float64, l factor) {
	m, sigma := f.split(theta)
	return m, factorOrNaN(sigma)
}

func (f GaussianCovariance) LogProb(x, theta []float64) float64 {
	m, l := f.factor(theta)
	return l.logProb(x, m)
}

// Score is (Σ⁻¹r, ½(Σ⁻¹rrᵀΣ⁻¹ − Σ⁻¹)) with r = x − m.
func (f GaussianCovariance) Score(dst, x, theta []float64) {
	m, l := f.factor(theta)
	r := difference(x, m)
	l.solve(r)
	g := l.inverse()
	for i := range f.Dim {
		for j := range i + 1 {
			g.SetSym(i, j, (r[i]*r[j]-g.At(i, j))/2)
		}
	}
	copy(dst, r)
	PackGradient(dst[f.Dim:], g)
}

// Fisher is K = Σ⁻¹ for the mean and, for the elements (a, b) and (c, d) of Σ, K_ac·K_bd + K_ad·K_bc, halved for each of
// the two elements that is on the diagonal.
func (f GaussianCovariance) Fisher(dst *mat.SymDense, theta []float64) {
	_, l := f.factor(theta)
	k := l.inverse()
	symmetric(dst, f.Params())
	dst.Zero()
	for i := range f.Dim {
		for j := range i + 1 {
			dst.SetSym(i, j, k.At(i, j))
		}
	}
	packedPairs(f.Dim, func(p, q, a, b, c, d int) {
		v := k.At(a, c)*k.At(b, d) + k.At(a, d)*k.At(b, c)
		if a == b {
			v /= 2
		}
		if c == d {
			v /= 2
		}
		dst.SetSym(f.Dim+p, f.Dim+q, v)
	})
}

func (f GaussianCovariance) NaturalGradient(dst, gradient, theta []float64) {
	_, l := f.factor(theta)
	var g mat.SymDense
	UnpackGradient(&g, gradient[f.Dim:], f.Dim)
	s := l.sandwich(&g)
	s.ScaleSym(2, s)
	step := append([]float64(nil), gradient[:f.Dim]...)
	l.multiply(step)
	copy(dst, step)
	Pack(dst[f.Dim:], s)
}

func (f GaussianCovariance) KL(theta, phi []float64) float64 {
	m, l := f.factor(theta)
	n, k := f.factor(phi)
	return l.divergence(k) + k.halfSquare(difference(m, n))
}

func (f GaussianCovariance) Sample(dst, theta []float64, rng *rand.Rand) {
	m, l := f.factor(theta)
	l.sample(dst, m, rng)
}

// Retract is (m + step, [RetractCovariance] of Σ).
func (f GaussianCovariance) Retract(dst, theta, step []float64) {
	m, sigma := f.split(theta)
	var s mat.SymDense
	Unpack(&s, step[f.Dim:], f.Dim)
	move(dst[:f.Dim], m, step)
	retractOrNaN(dst[f.Dim:], sigma, &s)
}

// retractOrNaN sets dst to the packed [RetractCovariance], or to NaN where it has an error.
func retractOrNaN(dst []float64, sigma, step *mat.SymDense) {
	if err := RetractCovariance(sigma, sigma, step); err != nil {
		for i := range dst {
			dst[i] = math.NaN()
		}
		return
	}
	Pack(dst, sigma)
}
