package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/codec"
	"github.com/gokfac/gokfac/internal/vector"
)

// factorInverse is (F + dI)⁻¹ of the running average F of a factor (n×n), either dense or
// in the form of lowRank, whichever takes less work for this d.
type factorInverse[T graph.Float] struct {
	of      *factor[T]
	low     *lowRank[T] // nil: always dense
	damping float64     // d

	dense   *dampedInverse[T] // its matrix is empty while the low-rank form is in use
	isDense int               // 1 if the dense form is in use

	job     *Decomposition
	covered bool // the last run has renewed the eigenvectors
	c       []T  // scratch memory: coefficients of the low-rank form
}

// newFactorInverse returns an inverse that is dense, or, with low, of either form.
func newFactorInverse[T graph.Float](f *factor[T], low *lowRank[T]) *factorInverse[T] {
	v := &factorInverse[T]{of: f, low: low, dense: &dampedInverse[T]{of: f}, isDense: 1}
	if low == nil {
		v.dense = newDampedInverse(f)
	}
	v.job = &Decomposition{order: f.n, try: v.try, tell: v.tell}
	return v
}

// prepare adds to jobs the decomposition that the inverse with this damping needs, if any.
func (v *factorInverse[T]) prepare(damping float64, jobs []*Decomposition) []*Decomposition {
	v.damping = damping
	if v.low != nil && v.low.covers(damping) {
		v.shrink()
		return jobs
	}
	v.covered, v.job.cost = false, v.cost()
	return append(jobs, v.job)
}

// leads reports whether eigenvectors are tried, and not only the dense form.
func (v *factorInverse[T]) leads() bool {
	return v.low != nil && (v.of.window != nil || v.damping > v.low.refused)
}

// cost returns the multiplications of the decomposition.
func (v *factorInverse[T]) cost() float64 {
	n := float64(v.of.n)
	if !v.leads() {
		return n * n * n
	}
	r, passes := float64(v.low.basis.Rank()), 1.0
	if r == 0 {
		r, passes = firstRank, 3
	}
	return passes * (n*n*r + 2*n*r*r + 9*r*r*r)
}

// tell writes or reads the inverse, and what the attempt has left of the low-rank form: it
// may be that of a later inverse.
func (v *factorInverse[T]) tell(m *message) {
	if v.low != nil {
		m.flag(&v.covered)
		if v.covered {
			v.low.tell(m)
		}
		m.float(&v.low.refused)
	}
	if !v.job.ok {
		return
	}
	m.count(&v.isDense)
	if v.isDense == 0 {
		v.shrink()
		return
	}
	v.dense.damping = v.damping
	v.dense.tell(m)
}

// try finds the eigenvectors, or inverts with the damping times raise.
func (v *factorInverse[T]) try(raise float64, w *workspace) bool {
	if v.leads() {
		v.covered = true
		if v.low.cover(v.damping, subspaceOf[T](w)) {
			v.shrink()
			return true
		}
		if w.stopped() {
			return false
		}
		if v.of.window != nil {
			return false // there is no dense form
		}
		v.low.refused = v.damping
	}
	v.dense.damping = v.damping
	if !v.dense.try(raise, w) {
		return false
	}
	v.isDense = 1
	if v.low != nil && v.low.basis.Resolves(v.damping) {
		// The effective dimension is Σ s/(s+d). An eigenvalue s above cd adds more than c/(1+c),
		// so that there are at most (1+c)/c times as many as the effective dimension.
		k := int((1 + leftOut) / leftOut * v.dense.effective(v.damping*raise))
		if k+margin(k) <= v.low.most {
			v.low.refused = 0
		}
	}
	return true
}

// shrink takes the low-rank form into use.
func (v *factorInverse[T]) shrink() { v.isDense, v.dense.inverse = 0, v.dense.inverse[:0] }

// full reports whether the dense form is in use.
func (v *factorInverse[T]) full() bool {
	return v.isDense == 1 && len(v.dense.inverse) == v.of.n*v.of.n || v.low == nil
}

// effective returns the effective dimension tr F(F+dI)⁻¹ = n − d·tr (F+dI)⁻¹.
func (d *dampedInverse[T]) effective(damping float64) float64 {
	n, trace := d.of.n, 0.0
	for i := range n {
		trace += float64(d.inverse[i*n+i])
	}
	return float64(n) - damping*trace
}

// condition returns an estimate of the condition number of F + dI.
func (v *factorInverse[T]) condition() float64 {
	switch {
	case v.full():
		return v.dense.condition
	case v.low.basis.Rank() == 0:
		return 1
	}
	return (v.low.basis.Values[0] + v.damping) / v.damping
}

// work returns the multiplications of a product with a vector.
func (v *factorInverse[T]) work() int {
	if v.full() {
		return v.of.n * v.of.n
	}
	return 2 * v.of.n * v.low.count(v.damping)
}

// size returns the number of elements of scratch memory that a product with m vectors needs.
func (v *factorInverse[T]) size(m int) int {
	if v.full() {
		return 0
	}
	return m * v.low.count(v.damping)
}

// right sets x (m×n), which holds src already, to src·(F+dI)⁻¹. It uses the scratch memory
// p. The inverse must be of low rank.
func (v *factorInverse[T]) right(m int, x, p []T) {
	n, k, r, u, scale := v.parts()
	if k == 0 {
		vector.Scale(x[:m*n], scale)
		return
	}
	blas.Gemm(false, false, m, k, n, 1, x, n, u, r, 0, p, k)
	for i := range m {
		for j, c := range v.c {
			p[i*k+j] *= c
		}
	}
	blas.Gemm(false, true, m, n, k, -scale, p, k, u, r, scale, x, n)
}

// left sets [w; b], (n−1)×m and m, or n×m and no b, to (F+dI)⁻¹[w; b]. It uses the scratch
// memory q. The inverse must be of low rank.
func (v *factorInverse[T]) left(m int, w, b, q []T) {
	n, k, r, u, scale := v.parts()
	if k == 0 {
		vector.Scale(w, scale)
		vector.Scale(b, scale)
		return
	}
	in := n
	if b != nil {
		in--
	}
	blas.Gemm(true, false, k, m, in, 1, u, r, w, m, 0, q, m)
	if b != nil {
		blas.Gemm(true, false, k, m, 1, 1, u[in*r:], r, b, m, 1, q, m)
	}
	for i, c := range v.c {
		vector.Scale(q[i*m:(i+1)*m], c)
	}
	blas.Gemm(false, false, in, m, k, -scale, u, r, q, m, scale, w, m)
	if b != nil {
		blas.Gemm(false, false, 1, m, k, -scale, u[in*r:], r, q, m, scale, b, m)
	}
}

// parts returns the low-rank form: order, vectors in use, row length and elements of U, and
// 1/(d+t). It sets v.c to the coefficients.
func (v *factorInverse[T]) parts() (n, k, r int, u []T, scale T) {
	k = v.low.count(v.damping)
	v.c = resize(v.c, k)
	return v.of.n, k, v.low.basis.Rank(), v.low.basis.Vectors, v.low.coefficients(v.c, v.damping)
}

// fields lists the memory that a saved state holds.
func (v *factorInverse[T]) fields(name string) []Field {
	if v.low == nil {
		return v.dense.fields(name)
	}
	return []Field{
		{Name: name + " inverse", Value: &codec.Rows[T]{Data: &v.dense.inverse, Width: v.of.n, Most: v.of.n}},
		{Name: name + " damping", Value: &v.damping},
		{Name: name + " condition", Value: &v.dense.condition},
		{Name: name + " is dense", Value: &v.isDense},
	}
}
