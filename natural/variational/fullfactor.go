package variational

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// factor is the Cholesky factor L of Σ, packed, with the logarithms of its diagonal.
func (p *full) factor(dst []float64) {
	n := p.n
	sigma := mat.NewSymDense(n, nil)
	p.covariance(sigma)
	for i := range n {
		for j := range i {
			sigma.RawSymmetric().Data[i*n+j] = sigma.At(i, j)
		}
	}
	l, ok := lapack64.Potrf(blas64.Symmetric{Uplo: blas.Lower, N: n, Data: sigma.RawSymmetric().Data, Stride: n})
	for i := range n {
		copy(dst[at(i, 0):], l.Data[i*n:i*n+i])
		dst[at(i, i)] = math.Log(l.Data[i*n+i])
		if !ok { // Σ is not positive definite to rounding: no step is taken from here
			dst[at(i, i)] = math.NaN()
		}
	}
}

// lower sets dst to L, n×n with zeros above the diagonal.
func (p *full) lower(dst, packed []float64) {
	clear(dst)
	for i := range p.n {
		copy(dst[i*p.n:], packed[at(i, 0):at(i, i)])
		dst[i*p.n+i] = math.Exp(packed[at(i, i)])
	}
}

// setFactor has Λ = L⁻ᵀL⁻¹.
func (p *full) setFactor(packed []float64) bool {
	n := p.n
	l := p.inverse.Data
	p.lower(l, packed)
	w := p.trial.Data // L⁻¹, by columns of I
	clear(w)
	for i := range n {
		w[i*n+i] = 1
	}
	whole := func(data []float64) blas64.General { return blas64.General{Rows: n, Cols: n, Data: data, Stride: n} }
	blas64.Trsm(blas.Left, blas.NoTrans, 1, blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: n, Data: l, Stride: n}, whole(w))
	s := blas64.Symmetric{Uplo: blas.Lower, N: n, Data: l, Stride: n}
	blas64.Syrk(blas.Trans, 1, whole(w), 0, s)
	for i := range n {
		copy(p.next[at(i, 0):at(i+1, 0)], l[i*n:])
	}
	return p.accept()
}

// factorGradient is the lower triangle of (H − τI)L + diag(1/Lᵢᵢ), times Lᵢᵢ on the diagonal.
func (p *full) factorGradient(dst []float64, prior float64, curvature, packed []float64) {
	n := p.n
	l := p.inverse.Data
	p.lower(l, packed)
	h := p.trial.Data
	for i := range n {
		for j := range i + 1 {
			h[i*n+j] = curvature[at(i, j)]
			h[j*n+i] = h[i*n+j]
		}
		h[i*n+i] -= prior
	}
	for i := range n {
		for j := range i + 1 {
			sum := 0.0 // column j of L begins at row j
			for k := j; k < n; k++ {
				sum += h[i*n+k] * l[k*n+j]
			}
			dst[at(i, j)] = sum
		}
		dst[at(i, i)] = dst[at(i, i)]*l[i*n+i] + 1
	}
}
