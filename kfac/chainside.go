package kfac

import (
	"math"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// side is the A side, or the G side, of one layer in the inverse of a chain.
type side[T graph.Float] struct {
	own, next *factor[T]   // of this layer and of the next; next is nil for the last layer
	cross     *coupling[T] // of own and next; nil for the last layer
	damping   float64      // added to the diagonal of own
	beyond    float64      // added to the diagonal of next
	psi       []T          // Ψ = cross·next⁻¹, n×next.n
	k, s      []T          // KᵀXK = I and KᵀYK = diag(s) for X = own, Y = ΨnextΨᵀ, both damped
	cond      float64      // condition number of X in the 1-norm, an upper bound
}

func newSide[T graph.Float](own, next *factor[T], cross *coupling[T]) *side[T] {
	d := &side[T]{own: own, next: next, cross: cross, k: make([]T, own.n*own.n), s: make([]T, own.n)}
	if next != nil {
		d.psi = make([]T, own.n*next.n)
	}
	return d
}

// decomposition returns the job that computes Ψ, K and s.
func (d *side[T]) decomposition() *Decomposition {
	order := d.own.n
	if d.next != nil {
		order = max(order, d.next.n)
	}
	j := &Decomposition{order: order, try: d.try, cost: d.cost()}
	j.tell = func(m *message) {
		if j.ok {
			floats(m, d.psi)
			floats(m, d.k)
			floats(m, d.s)
			m.float(&d.cond)
		}
	}
	return j
}

// cost returns the multiplications of the decomposition: of next's inverse and two products
// with it, and of the eigenvectors, from and to which the two matrices are transformed.
func (d *side[T]) cost() float64 {
	n, m := float64(d.own.n), 0.0
	if d.next != nil {
		m = float64(d.next.n)
	}
	return m*m*m + n*m*m + n*n*m + (eigenCost+3)*n*n*n
}

// try computes Ψ and then K and s, which diagonalise both matrices at once, in float64
// with both dampings times raise. It reports false if a matrix is not positive definite.
func (d *side[T]) try(raise float64, w *workspace) bool {
	n := d.own.n
	own, given := w.matrix(0, n*n), w.matrix(1, n*n)
	clear(given)
	if d.next != nil && !d.regress(raise, w, given) {
		return false
	}
	d.own.damped(own, d.damping*raise)
	norm := norm1(w, own, n)
	k, s := w.matrix(2, n*n), w.matrix(3, n)
	if !w.eigen.Simultaneous(n, own, given, k, s) {
		return false
	}
	for _, v := range s {
		if !(v < 1) { // the conditional covariance is not positive definite
			return false
		}
	}
	vector.FromFloat64(d.k, k)
	vector.FromFloat64(d.s, s)
	d.cond = norm * w.normOfProduct(k, n)
	return true
}

// regress computes Ψ, and sets the lower triangle of given to ΨnextΨᵀ. It reports
// false if next, damped, has no Cholesky decomposition.
func (d *side[T]) regress(raise float64, w *workspace, given []float64) bool {
	n, m := d.own.n, d.next.n
	c := &w.inverter
	c.Resize(m)
	d.next.damped(c.L, d.beyond*raise)
	if !c.Invert() {
		return false
	}
	vector.Mirror(c.L, m)
	cross, psi := w.matrix(2, n*m), w.matrix(3, n*m)
	vector.ToFloat64(cross, d.cross.mean)
	blas.Gemm(false, false, n, m, m, 1, cross, m, c.L, m, 0, psi, m)
	blas.Gemm(false, true, n, n, m, 1, psi, m, cross, m, 0, given, n)
	vector.FromFloat64(d.psi, psi)
	return true
}

// normOfProduct returns ‖K‖₁‖K‖_∞, an upper bound of the 1-norm of KKᵀ. KKᵀ is the
// inverse of X, since KᵀXK = I. k is n×n.
func (w *workspace) normOfProduct(k []float64, n int) float64 {
	w.sums = resize(w.sums, n)
	clear(w.sums)
	var rows float64
	for i := range n {
		var sum float64
		for j, v := range k[i*n : (i+1)*n] {
			v = math.Abs(v)
			sum += v
			w.sums[j] += v
		}
		rows = max(rows, sum)
	}
	return rows * slices.Max(w.sums)
}

// fields lists the memory that a saved state holds.
func (d *side[T]) fields(name string) []Field {
	list := []Field{{Name: name + " K", Value: d.k}, {Name: name + " eigenvalues", Value: d.s}, {Name: name + " condition", Value: &d.cond}}
	if d.next != nil {
		list = append(list, Field{Name: name + " regression", Value: d.psi})
	}
	return list
}
