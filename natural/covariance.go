package natural

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// PackedSize is the number of elements of a packed symmetric matrix of order n,
// n(n + 1)/2.
func PackedSize(n int) int { return n * (n + 1) / 2 }

// Pack sets dst to the lower triangle of s, row by row: element i ≥ j of the
// matrix is element i(i + 1)/2 + j of dst.
func Pack(dst []float64, s mat.Symmetric) {
	k := 0
	for i := range s.SymmetricDim() {
		for j := range i + 1 {
			dst[k] = s.At(i, j)
			k++
		}
	}
}

// Unpack sets dst, of order n or empty, to the symmetric matrix whose lower
// triangle is packed. It is the inverse of [Pack].
func Unpack(dst *mat.SymDense, packed []float64, n int) {
	symmetric(dst, n)
	k := 0
	for i := range n {
		for j := range i + 1 {
			dst.SetSym(i, j, packed[k])
			k++
		}
	}
}

// PackGradient sets dst to the gradient with respect to the packed elements of
// a symmetric matrix from the symmetric matrix g with dL = tr(g·dΣ): elements
// off the diagonal count twice, for an element of dst stands for two places.
func PackGradient(dst []float64, g mat.Symmetric) {
	k := 0
	for i := range g.SymmetricDim() {
		for j := range i {
			dst[k] = 2 * g.At(i, j)
			k++
		}
		dst[k] = g.At(i, i)
		k++
	}
}

// UnpackGradient is the inverse of [PackGradient].
func UnpackGradient(dst *mat.SymDense, packed []float64, n int) {
	symmetric(dst, n)
	k := 0
	for i := range n {
		for j := range i {
			dst.SetSym(i, j, packed[k]/2)
			k++
		}
		dst.SetSym(i, i, packed[k])
		k++
	}
}

// factor is the Cholesky factor of a positive definite matrix Σ = LLᵀ, L lower
// triangular.
type factor struct {
	u blas64.Triangular // Lᵀ
}

// newFactor is false unless a is positive definite, to rounding.
func newFactor(a mat.Symmetric) (factor, bool) {
	var c mat.Cholesky
	if !c.Factorize(a) {
		return factor{}, false
	}
	u := c.RawU().(*mat.TriDense).RawTriangular()
	for i := range u.N {
		if d := u.Data[i*u.Stride+i]; math.IsInf(d, 0) {
			return factor{}, false
		}
	}
	return factor{u}, true
}

// diag is Lᵢᵢ > 0.
func (l factor) diag(i int) float64 { return l.u.Data[i*l.u.Stride+i] }

// logSqrtDet is ½ log det Σ.
func (l factor) logSqrtDet() float64 {
	sum := 0.0
	for i := range l.u.N {
		sum += math.Log(l.diag(i))
	}
	return sum
}

// whiten sets v to L⁻¹v.
func (l factor) whiten(v []float64) { blas64.Trsv(blas.Trans, l.u, vector(v)) }

// colour sets v to Lv.
func (l factor) colour(v []float64) { blas64.Trmv(blas.Trans, l.u, vector(v)) }

// solveTransposed sets v to L⁻ᵀv.
func (l factor) solveTransposed(v []float64) { blas64.Trsv(blas.NoTrans, l.u, vector(v)) }

// solve sets v to Σ⁻¹v.
func (l factor) solve(v []float64) {
	l.whiten(v)
	l.solveTransposed(v)
}

// multiply sets v to Σv = L(Lᵀv).
func (l factor) multiply(v []float64) {
	blas64.Trmv(blas.NoTrans, l.u, vector(v))
	l.colour(v)
}

// whitenMatrix sets m to L⁻¹m.
func (l factor) whitenMatrix(m *mat.Dense) {
	blas64.Trsm(blas.Left, blas.Trans, 1, l.u, m.RawMatrix())
}

// halfNorm is ½vᵀΣv. It overwrites v.
func (l factor) halfNorm(v []float64) float64 {
	blas64.Trmv(blas.NoTrans, l.u, vector(v))
	return blas64.Dot(vector(v), vector(v)) / 2
}

// inverse is Σ⁻¹ = L⁻ᵀL⁻¹, symmetric to the last bit.
func (l factor) inverse() *mat.SymDense {
	n := l.u.N
	w := mat.NewDense(n, n, nil)
	for i := range n {
		w.Set(i, i, 1)
	}
	l.whitenMatrix(w)
	s := mat.NewSymDense(n, nil)
	blas64.Syrk(blas.Trans, 1, w.RawMatrix(), 0, s.RawSymmetric())
	return s
}

// divergence is KL(N(0, Σ) ‖ N(0, Ψ)), Σ = LLᵀ, Ψ = KKᵀ. With M = K⁻¹L, lower triangular, it is
// ½Σ_{i>j} Mᵢⱼ² + Σᵢ (Mᵢᵢ − 1 − log Mᵢᵢ + ½(Mᵢᵢ − 1)²): no term is negative.
func (l factor) divergence(k factor) float64 {
	n := l.u.N
	m := mat.DenseCopyOf(l.lower())
	k.whitenMatrix(m)
	sum := 0.0
	for i := range n {
		for j := range i {
			sum += m.At(i, j) * m.At(i, j) / 2
		}
		d := (l.diag(i) - k.diag(i)) / k.diag(i)
		sum += divergence(1, 0, logRatio(l.diag(i), k.diag(i))) + d*d/2
	}
	return sum
}

// lower is L.
func (l factor) lower() mat.Matrix {
	var t mat.TriDense
	t.SetRawTriangular(l.u)
	return t.T()
}

func vector(v []float64) blas64.Vector { return blas64.Vector{N: len(v), Inc: 1, Data: v} }

// notPositive is the error for a matrix that is no covariance matrix.
func notPositive(family, what string, a mat.Symmetric) error {
	for i := range a.SymmetricDim() {
		for j := range i + 1 {
			if v := a.At(i, j); v-v != 0 {
				return &DomainError{family, fmt.Sprintf("%s: element (%d, %d) is %g: want finite numbers", what, i, j, v)}
			}
		}
		if d := a.At(i, i); d <= 0 {
			return &DomainError{family, fmt.Sprintf("%s: diagonal element %d is %g: want a positive definite matrix, whose diagonal is above 0", what, i, d)}
		}
	}
	var e mat.EigenSym
	smallest := math.NaN()
	if e.Factorize(a, false) {
		smallest = e.Values(nil)[0]
	}
	return &DomainError{family, fmt.Sprintf("%s: smallest eigenvalue %.3g: want a positive definite matrix", what, smallest)}
}
