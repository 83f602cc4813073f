package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// dampedInverse is (mean + damping·I)⁻¹, with mean the running average of a factor.
type dampedInverse[T graph.Float] struct {
	of        *factor[T]
	damping   float64
	inverse   []T     // n×n, symmetric
	condition float64 // condition number of mean + damping·I in the 1-norm
	single    bool    // the last inversion was in float32
}

func newDampedInverse[T graph.Float](f *factor[T]) *dampedInverse[T] {
	return &dampedInverse[T]{of: f, inverse: make([]T, f.n*f.n)}
}

// decomposition returns the job that computes the inverse.
func (d *dampedInverse[T]) decomposition() *Decomposition {
	j := &Decomposition{order: d.of.n, try: d.try}
	j.tell = func(m *message) {
		if j.ok {
			d.tell(m)
		}
	}
	return j
}

// tell writes or reads the inverse.
func (d *dampedInverse[T]) tell(m *message) {
	n := d.of.n
	d.inverse = resize(d.inverse, n*n)
	triangle(m, d.inverse, n)
	m.float(&d.condition)
}

// try inverts with the damping times raise, by a Cholesky decomposition: in float32 if
// T is float32 and the result is good enough, otherwise in float64. It reports false if
// there is no decomposition in float64.
func (d *dampedInverse[T]) try(raise float64, w *workspace) bool {
	d.inverse = resize(d.inverse, d.of.n*d.of.n)
	if d.single = trySingle(d, raise, w); d.single {
		return true
	}
	return !w.stopped() && tryDouble(d, raise, w)
}

// tryDouble is try in float64.
func tryDouble[T graph.Float](d *dampedInverse[T], raise float64, w *workspace) bool {
	n := d.of.n
	c := &w.inverter
	c.Resize(n)
	d.of.damped(c.L, d.damping*raise)
	norm := norm1(w, c.L, n)
	if !c.Invert() {
		return false
	}
	d.condition = norm * norm1(w, c.L, n)
	narrowTriangle(d.inverse, c.L, n)
	return true
}

// narrowTriangle sets the symmetric n×n matrix dst from the lower triangle l.
func narrowTriangle[T graph.Float](dst []T, l []float64, n int) {
	for i := range n {
		row, end := i*n, i*n+i+1
		vector.FromFloat64(dst[row:end], l[row:end])
	}
	vector.Mirror(dst, n)
}

// fields lists the memory that a saved state holds.
func (d *dampedInverse[T]) fields(name string) []Field {
	return []Field{
		{Name: name + " inverse", Value: d.inverse},
		{Name: name + " damping", Value: &d.damping},
		{Name: name + " condition", Value: &d.condition},
	}
}
