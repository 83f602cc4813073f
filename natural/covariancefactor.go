package natural

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

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

// logProb is log N(x; m, LLᵀ).
func (l factor) logProb(x, m []float64) float64 {
	return -l.halfSquare(difference(x, m)) - l.logSqrtDet() - float64(len(m))*halfLogTwoPi
}

// sample sets dst to m + Lz, z of N(0, I).
func (l factor) sample(dst, m []float64, rng *rand.Rand) {
	z := make([]float64, len(m))
	for i := range z {
		z[i] = rng.NormFloat64()
	}
	l.colour(z)
	add(dst, m, z)
}

// halfSquare is ½vᵀΣ⁻¹v. It overwrites v.
func (l factor) halfSquare(v []float64) float64 {
	l.whiten(v)
	return blas64.Dot(vector(v), vector(v)) / 2
}

// factorOrNaN is the Cholesky factor of sigma. It is all NaN if sigma has none, and NaN is what comes of it.
func factorOrNaN(sigma *mat.SymDense) factor {
	l, ok := newFactor(sigma)
	if !ok {
		n := sigma.SymmetricDim()
		u := mat.NewTriDense(n, mat.Upper, nil)
		for i := range n {
			for j := i; j < n; j++ {
				u.SetTri(i, j, math.NaN())
			}
		}
		l.u = u.RawTriangular()
	}
	return l
}

// sandwich is ΣGΣ, symmetric to the last bit.
func (l factor) sandwich(g *mat.SymDense) *mat.SymDense {
	a := mat.DenseCopyOf(g)
	for range 2 { // Lᵀ·, transposed: LᵀGL
		blas64.Trmm(blas.Left, blas.NoTrans, 1, l.u, a.RawMatrix())
		a = mat.DenseCopyOf(a.T())
	}
	for range 2 { // L·, transposed
		blas64.Trmm(blas.Left, blas.Trans, 1, l.u, a.RawMatrix())
		a = mat.DenseCopyOf(a.T())
	}
	return symmetricPart(a)
}
