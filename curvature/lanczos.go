package curvature

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// lanczos is a decomposition of A on the complement of locked vectors,
//
//	AVᵀ = VᵀH + feᵀ,  VVᵀ = I,  Vf = 0,
//
// with j basis vectors in the rows of V, a symmetric H, j×j, and the last unit vector e. If y is
// an eigenvector of H of the value θ, then (θ, Vᵀy) is a Ritz pair, with the residual ‖f‖·|y_j|.
type lanczos struct {
	a      Operator
	locked *basis
	v      *basis
	h      [][]float64 // row i has the columns 0 to i
	f      []float64
	beta   float64 // ‖f‖, 0 where it is of the size of rounding errors
	norm   float64 // the greatest ‖Av‖ so far: a lower bound of ‖A‖
	rng    *rand.Rand
	count  *int // products
}

// newLanczos expects so many steps before a restart.
func newLanczos(a Operator, locked *basis, steps int, rng *rand.Rand, count *int) *lanczos {
	n := a.SymmetricDim()
	return &lanczos{a: a, locked: locked, v: newBasis(n, steps), f: make([]float64, n), rng: rng, count: count}
}

// extend adds a basis vector: f's direction, or a random one where f vanishes. It
// reports false, and adds nothing, if the basis spans all there is.
func (l *lanczos) extend() (bool, error) {
	j := l.v.count
	if j+l.locked.count == l.v.n {
		return false, nil
	}
	coupled := l.beta > 0
	if !coupled && !l.restart() {
		return false, nil
	}
	floats.Scale(1/floats.Norm(l.f, 2), l.f)
	l.v.append(l.f)
	return true, l.multiply(j)
}

// begin makes v the first basis vector's direction.
func (l *lanczos) begin(v []float64) {
	copy(l.f, v)
	l.beta = floats.Norm(v, 2)
}

// restart makes f a random vector in the complement of all others.
func (l *lanczos) restart() bool {
	for range 5 { // the first will do, unless hardly anything is left
		normals(l.f, l.rng)
		before := floats.Norm(l.f, 2)
		if after := l.orthogonalise(nil); after > 1e-8*before {
			return true
		}
	}
	return false
}

// multiply makes f the part of A·v_j outside of the span, and fills the row j of H.
func (l *lanczos) multiply(j int) error {
	w, v := mat.NewVecDense(len(l.f), l.f), mat.NewVecDense(len(l.f), l.v.row(j))
	*l.count++
	if err := Multiply(l.a, w, v); err != nil {
		return err
	}
	l.norm = max(l.norm, floats.Norm(l.f, 2))
	l.h = append(l.h[:j], make([]float64, j+1))
	l.beta = l.orthogonalise(l.h[j])
	if l.beta <= l.rounding() || l.v.count+l.locked.count == l.v.n {
		l.beta = 0
	}
	return nil
}

// rounding is the size of products' errors.
func (l *lanczos) rounding() float64 { return 8 * precision(l.a) * l.norm }

// orthogonalise takes out of f its part in the spans, twice, which is enough (Parlett 1998,
// §6.9), and returns ‖f‖. It adds coefficients to c, unless it is nil.
func (l *lanczos) orthogonalise(c []float64) float64 {
	if c == nil {
		c = make([]float64, l.v.count)
	}
	unused := make([]float64, l.locked.count)
	for range 2 {
		l.locked.remove(l.f, unused)
		l.v.remove(l.f, c)
	}
	return blas64.Nrm2(blas64.Vector{N: len(l.f), Inc: 1, Data: l.f})
}

// ritz are the eigenpairs of H, the foremost first.
type ritz struct {
	values, residuals []float64
	vectors           mat.Dense // of H, in rows
}

// ritz orders the pairs by rank, descending. H is scaled to elements of about 1: gonum's
// decomposition panics on values of 1e-200.
func (l *lanczos) ritz(rank func(float64) float64) (*ritz, bool) {
	j := l.v.count
	h := mat.NewSymDense(j, nil)
	_, exponent := math.Frexp(l.norm)
	for i, row := range l.h {
		for k, x := range row {
			h.SetSym(i, k, math.Ldexp(x, -exponent))
		}
	}
	var e mat.EigenSym
	if !e.Factorize(h, true) {
		return nil, false
	}
	values := e.Values(nil)
	ldexp(values, exponent)
	var columns mat.Dense
	e.VectorsTo(&columns)
	r := &ritz{values: make([]float64, j), residuals: make([]float64, j)}
	r.vectors.ReuseAs(j, j)
	for i, k := range descending(j, func(i int) float64 { return rank(values[i]) }) {
		r.values[i] = values[k]
		for c := range j {
			r.vectors.Set(i, c, columns.At(c, k))
		}
		r.residuals[i] = l.beta * math.Abs(columns.At(j-1, k))
	}
	return r, true
}

// shrink keeps the first p Ritz vectors as the basis: H becomes their values' diagonal (a
// thick restart, Wu & Simon 2000).
func (l *lanczos) shrink(r *ritz, p int) {
	l.v.combine(mat.DenseCopyOf(r.vectors.Slice(0, p, 0, l.v.count)))
	l.h = l.h[:0]
	for i := range p {
		row := make([]float64, i+1)
		row[i] = r.values[i]
		l.h = append(l.h, row)
	}
}
