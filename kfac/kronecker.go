package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
)

// kronecker is the block A ⊗ G of one affine map.
type kronecker[T graph.Float] struct {
	*factorPair[T]
	work     []T // scratch memory of Apply
	examples byExample[T]
}

var _ Block = (*kronecker[float32])(nil)

func newKronecker[T graph.Float](l *layer) *kronecker[T] {
	return &kronecker[T]{factorPair: newFactorPair[T](l), work: make([]T, l.rows*l.out)}
}

// NewInverse returns memory for (A + πγI)⁻¹ ⊗ (G + γ/π I)⁻¹.
func (b *kronecker[T]) NewInverse() Inverse {
	v := &kroneckerInverse[T]{kronecker: b, a: newDampedInverse(b.a), g: newDampedInverse(b.g)}
	v.todo = []*Decomposition{v.a.decomposition(), v.g.decomposition()}
	return v
}

// kroneckerInverse is (A + πγI)⁻¹ ⊗ (G + γ/π I)⁻¹.
type kroneckerInverse[T graph.Float] struct {
	*kronecker[T]
	a, g *dampedInverse[T]
	todo []*Decomposition
}

// Prepare shares γ out between the factors by π (see balance).
func (v *kroneckerInverse[T]) Prepare(gamma float64) []*Decomposition {
	pi := balance(v.kronecker.a.trace(), v.rows, v.kronecker.g.trace(), v.out)
	v.a.damping, v.g.damping = pi*gamma, gamma/pi
	return v.todo
}

func (v *kroneckerInverse[T]) Condition() float64 { return v.a.condition * v.g.condition }

func (v *kroneckerInverse[T]) State() []Field {
	return append(v.a.fields(v.name+" A"), v.g.fields(v.name+" G")...)
}

// Apply sets u to (A+πγI)⁻¹ V (G+γ/π I)⁻¹. It multiplies the tap's examples instead of
// V if this is cheaper and V is their sum (see byExample).
func (v *kroneckerInverse[T]) Apply(u graph.Direction, g *Gradient) {
	if g.pure {
		t := g.Taps[v.tap]
		if v.cheaperByExample(t.A.Shape()[0]) && v.examples.explain(v.layer, t, g) {
			v.examples.Apply(v, u, t, T(g.scale))
			return
		}
	}
	w, c := of[T](v.layer, g.Direction)
	x, d := parts(v.layer, v.work)
	blas.Gemm(false, false, v.in, v.out, v.out, 1, w, v.out, v.g.inverse, v.out, 0, x, v.out)
	if c != nil {
		blas.Gemm(false, false, 1, v.out, v.out, 1, c, v.out, v.g.inverse, v.out, 0, d, v.out)
	}
	w, c = of[T](v.layer, u)
	blas.Gemm(false, false, v.in, v.out, v.rows, 1, v.a.inverse, v.rows, v.work, v.out, 0, w, v.out)
	if c != nil {
		blas.Gemm(false, false, 1, v.out, v.rows, 1, v.a.inverse[v.in*v.rows:], v.rows, v.work, v.out, 0, c, v.out)
	}
}

// cheaperByExample reports whether (āA⁻¹)ᵀ(gG⁻¹) for n examples takes fewer
// multiplications than A⁻¹(VG⁻¹).
func (l *layer) cheaperByExample(n int) bool {
	return n*(l.in*l.rows+l.out*l.out+l.rows*l.out) < l.rows*l.out*(l.rows+l.out)
}
