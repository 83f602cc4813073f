package natural

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// RetractCovariance sets dst to R(S) = Σ + S + ½SΣ⁻¹S, which is positive
// definite for every symmetric step S, as it is ½Σ + ½(Σ + S)Σ⁻¹(Σ + S) ⪰ ½Σ
// (Lin, Schmidt, Khan 2020, "Handling the positive-definite constraint in the
// Bayesian learning rule"). It agrees to second order with [ExpCovariance], the
// geodesic of the Fisher metric of Gaussians of a fixed mean.
//
// Families use this one. No variance is more than halved by a step, growth is
// quadratic where the exponential map leaves the range of float64, and the cost
// is a Cholesky factorisation and not an eigendecomposition. Its price: it turns
// round at S = −Σ, where it is ½Σ, and R(−2Σ) is Σ again. Natural-gradient steps
// of log-likelihoods do not come there for rates up to 1, as they lead from Σ
// towards a positive semidefinite matrix. For steps that may, the exponential
// map decreases all the way.
//
// A step so long that rounding makes the sum indefinite, at a condition number
// of about 1e16, is halved until it does not. A [*DomainError] reports a Σ that
// is not positive definite, or a step that is not finite. dst may be sigma or
// step.
func RetractCovariance(dst, sigma, step *mat.SymDense) error {
	v, unit, _, err := whitenedStep("covariance retraction", sigma, step)
	if err != nil {
		return err
	}
	n := sigma.SymmetricDim()
	scaled := mat.NewDense(n, n, nil)
	positiveDefinite(dst, sigma, func(result *mat.SymDense, t float64) {
		// With V = L⁻¹S it is Σ + S + ½VᵀV.
		for i := range n {
			for j := range i + 1 {
				result.SetSym(i, j, sigma.At(i, j)+t*step.At(i, j))
			}
		}
		scaled.Scale(t*unit, v)
		blas64.Syrk(blas.Trans, 0.5, scaled.RawMatrix(), 1, result.RawSymmetric())
	})
	return nil
}

// ExpCovariance sets dst to Σ^½ exp(Σ^-½ S Σ^-½) Σ^½, the exponential map of the
// affine-invariant metric ½tr(Σ⁻¹dΣΣ⁻¹dΣ): the Fisher metric of Gaussians of a
// fixed mean. (Geodesics along which the mean moves too are others: Calvo,
// Oller 1991.) Steps compose along a line: S, then what S has become there, is
// 2S at once. Errors, and steps too long for float64, are those of
// [RetractCovariance], which has the comparison. dst may be sigma or step.
func ExpCovariance(dst, sigma, step *mat.SymDense) error {
	v, unit, l, err := whitenedStep("covariance exponential map", sigma, step)
	if err != nil {
		return err
	}
	// Any root of Σ serves: with Σ = LLᵀ it is L exp(A) Lᵀ, A = L⁻¹SL⁻ᵀ = QΛQᵀ.
	n := sigma.SymmetricDim()
	a := mat.DenseCopyOf(v.T())
	l.whitenMatrix(a)
	var e mat.EigenSym
	if !e.Factorize(symmetricPart(a), true) {
		return &DomainError{"covariance exponential map", "step: its eigenvalues relative to the matrix do not converge: want a shorter step"}
	}
	var q mat.Dense
	e.VectorsTo(&q)
	blas64.Trmm(blas.Left, blas.Trans, 1, l.u, q.RawMatrix()) // LQ
	root := mat.NewDense(n, n, nil)
	positiveDefinite(dst, sigma, func(result *mat.SymDense, t float64) {
		for j, lambda := range e.Values(nil) {
			scale := math.Exp(t * unit * lambda / 2)
			for i := range n {
				root.Set(i, j, q.At(i, j)*scale)
			}
		}
		blas64.Syrk(blas.NoTrans, 1, root.RawMatrix(), 0, result.RawSymmetric())
	})
	return nil
}

// RetractPositive is [RetractCovariance] for numbers: x + s + s²/2x, for x > 0.
// It is ½(x + (x + s)²/x) ≥ x/2 for every s.
func RetractPositive(x, s float64) float64 {
	for {
		y := 0.5*x + 0.5*(x+s)*(1+s/x)
		if !math.IsInf(y, 1) || math.IsInf(s, 0) {
			return math.Max(y, math.SmallestNonzeroFloat64) // half of the smallest number would be 0
		}
		s /= 2
	}
}

// ExpPositive is [ExpCovariance] for numbers: x·exp(s/x), for x > 0. It is 0 or
// +Inf where s/x is below −745 or above 709.
func ExpPositive(x, s float64) float64 { return x * math.Exp(s/x) }

// whitenedStep is L⁻¹S/unit, with Σ = LLᵀ and unit the power of two next to the largest element of S: the longest steps
// would overflow.
func whitenedStep(family string, sigma, step *mat.SymDense) (v *mat.Dense, unit float64, l factor, err error) {
	l, ok := newFactor(sigma)
	if !ok {
		return nil, 0, l, notPositive(family, "matrix", sigma)
	}
	largest := 0.0
	for i := range step.SymmetricDim() {
		for j := range i + 1 {
			s := step.At(i, j)
			if s-s != 0 {
				return nil, 0, l, &DomainError{family, fmt.Sprintf("step: element (%d, %d) is %g: want finite numbers", i, j, s)}
			}
			largest = max(largest, math.Abs(s))
		}
	}
	unit = 1
	if largest > 0 {
		unit = math.Ldexp(1, max(math.Ilogb(largest), -1000)) // 1/unit must be a number too
	}
	v = mat.DenseCopyOf(step)
	v.Scale(1/unit, v)
	l.whitenMatrix(v)
	return v, unit, l, nil
}

// positiveDefinite sets dst to the first of along(1), along(½), along(¼)… whose rounding is positive definite. along(0)
// is sigma.
func positiveDefinite(dst, sigma *mat.SymDense, along func(result *mat.SymDense, t float64)) {
	result := mat.NewSymDense(sigma.SymmetricDim(), nil)
	for t := 1.0; ; t /= 2 {
		if t == 0 {
			result.CopySym(sigma)
			break
		}
		along(result, t)
		if _, ok := newFactor(result); ok {
			break
		}
	}
	symmetric(dst, sigma.SymmetricDim())
	dst.CopySym(result)
}

// symmetricPart is ½(a + aᵀ).
func symmetricPart(a *mat.Dense) *mat.SymDense {
	n, _ := a.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			s.SetSym(i, j, a.At(i, j)/2+a.At(j, i)/2)
		}
	}
	return s
}
