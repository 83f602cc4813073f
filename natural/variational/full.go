package variational

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/natural"
)

// full is any precision, with its Cholesky factor: Λ = UᵀU.
type full struct {
	n       int
	lambda  []float64         // Λ, the lower triangle packed
	next    []float64         // of what Λ is to be
	u       blas64.Triangular // U, upper
	trial   blas64.Triangular // of next
	inverse blas64.Triangular // workspace
	v       []float64         // workspace of n
}

var _ precision = (*full)(nil)

func newFull(n int, value float64) *full {
	triangle := func() blas64.Triangular {
		return blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: n, Data: make([]float64, n*n), Stride: n}
	}
	size := natural.PackedSize(n)
	p := &full{n, make([]float64, size), make([]float64, size), triangle(), triangle(), triangle(), make([]float64, n)}
	for i := range n {
		p.next[at(i, i)] = value
	}
	p.accept()
	return p
}

// at is the place of element i ≥ j of a packed matrix.
func at(i, j int) int { return i*(i+1)/2 + j }

// accept makes next Λ, if it is positive definite.
func (p *full) accept() bool {
	for i := range p.n {
		for j := range i + 1 {
			p.trial.Data[j*p.n+i] = p.next[at(i, j)]
		}
	}
	u, ok := lapack64.Potrf(blas64.Symmetric{Uplo: blas.Upper, N: p.n, Data: p.trial.Data, Stride: p.n})
	for i := range p.n {
		ok = ok && !math.IsInf(u.Data[i*p.n+i], 0)
	}
	if ok {
		p.u, p.trial = p.trial, p.u
		p.lambda, p.next = p.next, p.lambda
	}
	return ok
}

func (p *full) size() int { return len(p.lambda) }

func (p *full) add(curvature, x []float64, h float64) {
	for i, v := range x {
		row := curvature[at(i, 0):at(i+1, 0)]
		hv := h * v
		for j := range row {
			row[j] += hv * x[j]
		}
	}
}

func (p *full) times(dst, curvature, v []float64) {
	clear(dst)
	for i := range p.n {
		row := curvature[at(i, 0):]
		for j := range i {
			dst[i] += row[j] * v[j]
			dst[j] += row[j] * v[i]
		}
		dst[i] += row[i] * v[i]
	}
}

func (p *full) blend(rate, prior float64, curvature []float64) bool {
	for i, l := range p.lambda {
		p.next[i] = (1-rate)*l - rate*curvature[i]
	}
	for i := range p.n {
		p.next[at(i, i)] += rate * prior
	}
	return p.accept()
}

func (p *full) retract(rate, prior float64, curvature []float64) bool {
	for i, l := range p.lambda {
		p.next[i] = -rate * (curvature[i] + l)
	}
	for i := range p.n {
		p.next[at(i, i)] += rate * prior
	}
	var lambda, step mat.SymDense
	natural.Unpack(&lambda, p.lambda, p.n)
	natural.Unpack(&step, p.next, p.n)
	if err := natural.RetractCovariance(&lambda, &lambda, &step); err != nil {
		return false
	}
	natural.Pack(p.next, &lambda)
	return p.accept()
}

func (p *full) set(packed []float64) bool {
	copy(p.next, packed)
	return p.accept()
}

func (p *full) packed(dst []float64) { copy(dst, p.lambda) }

// variance is ‖U⁻ᵀx‖².
func (p *full) variance(x []float64) float64 {
	copy(p.v, x)
	blas64.Trsv(blas.Trans, p.u, vector(p.v))
	return blas64.Dot(vector(p.v), vector(p.v))
}

func (p *full) multiply(dst, v []float64) { p.times(dst, p.lambda, v) }

func (p *full) solve(v []float64) {
	blas64.Trsv(blas.Trans, p.u, vector(v))
	blas64.Trsv(blas.NoTrans, p.u, vector(v))
}

func (p *full) colour(v []float64) { blas64.Trsv(blas.NoTrans, p.u, vector(v)) }

func (p *full) logDet() float64 {
	sum := 0.0
	for i := range p.n {
		sum += 2 * math.Log(p.u.Data[i*p.n+i])
	}
	return sum
}

// inverted is U⁻¹, and Σ = U⁻¹U⁻ᵀ.
func (p *full) inverted() blas64.Triangular {
	copy(p.inverse.Data, p.u.Data)
	lapack64.Trtri(p.inverse)
	return p.inverse
}

func (p *full) trace() float64 {
	u := p.inverted()
	sum := 0.0
	for i := range p.n {
		row := vector(u.Data[i*p.n+i : (i+1)*p.n])
		sum += blas64.Dot(row, row)
	}
	return sum
}

func (p *full) covariance(dst *mat.SymDense) {
	u := p.inverted()
	for i := range p.n {
		for j := range i + 1 {
			dst.SetSym(i, j, blas64.Dot(vector(u.Data[i*p.n+i:(i+1)*p.n]), vector(u.Data[j*p.n+i:j*p.n+p.n])))
		}
	}
}

func vector(v []float64) blas64.Vector { return blas64.Vector{N: len(v), Inc: 1, Data: v} }
