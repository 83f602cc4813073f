package natural

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// GaussianPrecision is the Gaussian N(m, Σ) of Dim dimensions d in its natural
// parameters, θ = (Σ⁻¹m, −½Σ⁻¹ packed): the exponential family with
// T(x) = (x, xxᵀ packed as [PackGradient] does, 2xᵢxⱼ off the diagonal) and
// A(θ) = ½mᵀΣ⁻¹m + ½ log det Σ. Its expectation parameters are
// (m, Σ + mmᵀ packed likewise).
//
// F is their derivative, ∂μ/∂θ, so the natural gradient is the change of θ that
// changes μ by the gradient. With g and G its two parts and D = G − gmᵀ − mgᵀ it
// is (Σ⁻¹(g − DΣ⁻¹m), ½Σ⁻¹DΣ⁻¹).
type GaussianPrecision struct {
	Dim int // d, at least 1
}

var _ ExponentialFamily = GaussianPrecision{}

func (f GaussianPrecision) String() string {
	return fmt.Sprintf("Gaussian of %d dimensions, natural", f.Dim)
}
func (f GaussianPrecision) Params() int { return f.Dim + PackedSize(f.Dim) }
func (f GaussianPrecision) Size() int   { return f.Dim }

// Validate wants a finite Σ⁻¹m and a positive definite Σ⁻¹.
func (f GaussianPrecision) Validate(theta []float64) error {
	if err := wantDimensions(f.String(), f.Dim); err != nil {
		return err
	}
	h, lambda := f.split(theta)
	if err := finites(f, "precision times mean", h); err != nil {
		return err
	}
	if _, ok := newFactor(lambda); !ok {
		return notPositive(f.String(), "precision, −2 times the second part", lambda)
	}
	return nil
}

// split is Λm and Λ = Σ⁻¹.
func (f GaussianPrecision) split(theta []float64) (h []float64, lambda *mat.SymDense) {
	lambda = mat.NewSymDense(f.Dim, nil)
	Unpack(lambda, theta[f.Dim:], f.Dim)
	lambda.ScaleSym(-2, lambda)
	return theta[:f.Dim], lambda
}

// factor is a copy of m, and Λ's Cholesky factor.
func (f GaussianPrecision) factor(theta []float64) (m []float64, c factor) {
	h, lambda := f.split(theta)
	c = factorOrNaN(lambda)
	m = append(m, h...)
	c.solve(m)
	return m, c
}

func (f GaussianPrecision) LogProb(x, theta []float64) float64 {
	m, c := f.factor(theta)
	return c.logSqrtDet() - c.halfNorm(difference(x, m)) - float64(f.Dim)*halfLogTwoPi
}

// Score is T(x) − E[T(x)].
func (f GaussianPrecision) Score(dst, x, theta []float64) {
	m, c := f.factor(theta)
	s := c.inverse()
	for i := range f.Dim {
		for j := range i + 1 {
			// xᵢxⱼ − mᵢmⱼ, without the cancellation of large means
			s.SetSym(i, j, (x[i]-m[i])*x[j]+m[i]*(x[j]-m[j])-s.At(i, j))
		}
	}
	copy(dst, difference(x, m))
	PackGradient(dst[f.Dim:], s)
}

// Fisher is the covariance of T(x).
func (f GaussianPrecision) Fisher(dst *mat.SymDense, theta []float64) {
	m, l := f.factor(theta)
	s := l.inverse()
	symmetric(dst, f.Params())
	for i := range f.Dim {
		for j := range i + 1 {
			dst.SetSym(i, j, s.At(i, j))
		}
	}
	weight := func(a, b int) float64 {
		if a == b {
			return 1
		}
		return 2
	}
	p := f.Dim
	for a := range f.Dim {
		for b := range a + 1 {
			for i := range f.Dim {
				dst.SetSym(p, i, weight(a, b)*(s.At(i, a)*m[b]+s.At(i, b)*m[a]))
			}
			p++
		}
	}
	packedPairs(f.Dim, func(p, q, a, b, c, d int) {
		v := s.At(a, c)*s.At(b, d) + s.At(a, d)*s.At(b, c) +
			m[a]*m[c]*s.At(b, d) + m[a]*m[d]*s.At(b, c) + m[b]*m[c]*s.At(a, d) + m[b]*m[d]*s.At(a, c)
		dst.SetSym(f.Dim+p, f.Dim+q, weight(a, b)*weight(c, d)*v)
	})
}

func (f GaussianPrecision) NaturalGradient(dst, gradient, theta []float64) {
	h, lambda := f.split(theta)
	m, c := f.factor(theta)
	g := append([]float64(nil), gradient[:f.Dim]...)
	var d mat.SymDense
	UnpackGradient(&d, gradient[f.Dim:], f.Dim)
	d.RankTwo(&d, -1, mat.NewVecDense(f.Dim, g), mat.NewVecDense(f.Dim, m))
	dh := mat.NewVecDense(f.Dim, nil)
	dh.MulVec(&d, mat.NewVecDense(f.Dim, append([]float64(nil), h...)))
	dh.SubVec(mat.NewVecDense(f.Dim, g), dh)
	dh.MulVec(lambda, dh)
	step := c.sandwich(&d)
	step.ScaleSym(0.5, step)
	copy(dst, dh.RawVector().Data)
	Pack(dst[f.Dim:], step)
}

func (f GaussianPrecision) KL(theta, phi []float64) float64 {
	m, c := f.factor(theta)
	n, k := f.factor(phi)
	// Of precisions the divergence has its arguments the other way round.
	return k.divergence(c) + k.halfNorm(difference(m, n))
}

func (f GaussianPrecision) Sample(dst, theta []float64, rng *rand.Rand) {
	m, c := f.factor(theta)
	for i := range m {
		dst[i] = rng.NormFloat64()
	}
	c.solveTransposed(dst) // its covariance is L⁻ᵀL⁻¹ = Σ
	add(dst, dst, m)
}

// Retract is θ + step of the first part, and −½ times the [RetractCovariance] of Σ⁻¹.
func (f GaussianPrecision) Retract(dst, theta, step []float64) {
	h, lambda := f.split(theta)
	_, s := f.split(step)
	move(dst[:f.Dim], h, step)
	retractOrNaN(dst[f.Dim:], lambda, s)
	for i := f.Dim; i < len(dst); i++ {
		dst[i] /= -2
	}
}

func (f GaussianPrecision) Statistics(dst, x []float64) {
	outer := mat.NewSymDense(f.Dim, nil)
	outer.SymRankOne(outer, 1, mat.NewVecDense(f.Dim, x))
	copy(dst, x)
	PackGradient(dst[f.Dim:], outer)
}

func (f GaussianPrecision) LogPartition(theta []float64) float64 {
	m, c := f.factor(theta)
	return c.halfNorm(m) - c.logSqrtDet()
}

func (f GaussianPrecision) LogBase(x []float64) float64 { return -float64(f.Dim) * halfLogTwoPi }

// Mean is (m, Σ + mmᵀ), packed as T(x) is.
func (f GaussianPrecision) Mean(dst, theta []float64) {
	m, c := f.factor(theta)
	s := c.inverse()
	s.SymRankOne(s, 1, mat.NewVecDense(f.Dim, m))
	copy(dst, m)
	PackGradient(dst[f.Dim:], s)
}

// FromMean wants a positive definite E[xxᵀ] − E[x]E[x]ᵀ.
func (f GaussianPrecision) FromMean(dst, mu []float64) error {
	if err := finites(f, "expectation of x", mu[:f.Dim]); err != nil {
		return err
	}
	m := mat.NewVecDense(f.Dim, append([]float64(nil), mu[:f.Dim]...))
	var sigma mat.SymDense
	UnpackGradient(&sigma, mu[f.Dim:], f.Dim)
	sigma.SymRankOne(&sigma, -1, m)
	l, ok := newFactor(&sigma)
	if !ok {
		return notPositive(f.String(), "covariance, E[xxᵀ] − E[x]E[x]ᵀ", &sigma)
	}
	l.natural(dst, m.RawVector().Data)
	return nil
}

// natural sets dst to the natural parameters (Σ⁻¹m, −½Σ⁻¹ packed), with Σ = LLᵀ.
func (l factor) natural(dst, m []float64) {
	copy(dst, m)
	l.solve(dst[:len(m)])
	k := l.inverse()
	k.ScaleSym(-0.5, k)
	Pack(dst[len(m):], k)
}
