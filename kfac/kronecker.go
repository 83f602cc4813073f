package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// kronecker is the block A ⊗ G of one affine map.
type kronecker[T graph.Float] struct {
	*factorPair[T]
	lowA, lowG *lowRank[T] // nil: dense inverses only
	work       []T         // scratch memory of Apply: a matrix in the shape of W̄
	projection []T         // scratch memory of Apply: products with eigenvectors
	examples   byExample[T]
}

var _ Block = (*kronecker[float32])(nil)

func newKronecker[T graph.Float](l *layer) *kronecker[T] {
	return &kronecker[T]{factorPair: newFactorPair[T](l)}
}

// newLowRankKronecker returns a block whose inverses have low-rank forms where these take
// less work.
func newLowRankKronecker[T graph.Float](l *layer) *kronecker[T] {
	b := newKronecker[T](l)
	b.lowA, b.lowG = newLowRank(b.a), newLowRank(b.g)
	return b
}

func (b *kronecker[T]) State() []Field {
	list := b.factorPair.State()
	if b.lowA != nil {
		list = append(list, b.lowA.fields(b.name+" A")...)
	}
	if b.lowG != nil {
		list = append(list, b.lowG.fields(b.name+" G")...)
	}
	return list
}

// NewInverse returns memory for (A + πγI)⁻¹ ⊗ (G + γ/π I)⁻¹.
func (b *kronecker[T]) NewInverse() Inverse {
	return &kroneckerInverse[T]{kronecker: b, a: newFactorInverse(b.a, b.lowA), g: newFactorInverse(b.g, b.lowG)}
}

// kroneckerInverse is (A + πγI)⁻¹ ⊗ (G + γ/π I)⁻¹.
type kroneckerInverse[T graph.Float] struct {
	*kronecker[T]
	a, g *factorInverse[T]
	todo []*Decomposition
}

// Prepare shares γ out between the factors by π (see balance).
func (v *kroneckerInverse[T]) Prepare(gamma float64) []*Decomposition {
	pi := balance(v.kronecker.a.trace(), v.rows, v.kronecker.g.trace(), v.out)
	v.todo = v.g.prepare(gamma/pi, v.a.prepare(pi*gamma, v.todo[:0]))
	return v.todo
}

func (v *kroneckerInverse[T]) Condition() float64 { return v.a.condition() * v.g.condition() }

func (v *kroneckerInverse[T]) State() []Field {
	return append(v.a.fields(v.name+" A"), v.g.fields(v.name+" G")...)
}

// Apply sets u to (A+πγI)⁻¹ V (G+γ/π I)⁻¹. It multiplies the tap's examples instead of
// V if this is cheaper and V is their sum (see byExample). It never does so for a tap in
// several groups, nor for one whose inputs stand aside: these are there in some passes only,
// and a step must not depend on who else reads them.
func (v *kroneckerInverse[T]) Apply(u graph.Direction, g *Gradient) {
	if g.pure {
		t := g.Taps[v.tap]
		if t.A != nil && !t.Aside && v.groups == 1 && v.cheaperByExample(t.A.Shape()[0]) && v.examples.explain(v.layer, t, g) {
			v.examples.Apply(v, u, t, T(g.scale))
			return
		}
	}
	v.projection = resize(v.projection, max(v.g.size(v.rows), v.a.size(v.out)))
	w, c := of[T](v.layer, u)
	if !v.a.full() {
		v.times(w, c, g.Direction)
		v.a.left(v.out, w, c, v.projection)
		return
	}
	v.work = resize(v.work, v.rows*v.out)
	x, d := parts(v.layer, v.work)
	if c == nil {
		d = nil
	}
	v.times(x, d, g.Direction)
	inverse := v.a.dense.inverse
	blas.Gemm(false, false, v.in, v.out, v.rows, 1, inverse, v.rows, v.work, v.out, 0, w, v.out)
	if c != nil {
		blas.Gemm(false, false, 1, v.out, v.rows, 1, inverse[v.in*v.rows:], v.rows, v.work, v.out, 0, c, v.out)
	}
}

// times sets [x; d] to V (G+γ/π I)⁻¹. d is nil without a bias.
func (v *kroneckerInverse[T]) times(x, d []T, gradient graph.Direction) {
	w, c := of[T](v.layer, gradient)
	if !v.g.full() {
		vector.Copy(x, w)
		v.g.right(v.in, x, v.projection)
		if d != nil {
			copy(d, c)
			v.g.right(1, d, v.projection)
		}
		return
	}
	inverse := v.g.dense.inverse
	blas.Gemm(false, false, v.in, v.out, v.out, 1, w, v.out, inverse, v.out, 0, x, v.out)
	if d != nil {
		blas.Gemm(false, false, 1, v.out, v.out, 1, c, v.out, inverse, v.out, 0, d, v.out)
	}
}

// cheaperByExample reports whether (āA⁻¹)ᵀ(gG⁻¹) for n examples takes fewer
// multiplications than A⁻¹(VG⁻¹).
func (v *kroneckerInverse[T]) cheaperByExample(n int) bool {
	a, g := v.a.work(), v.g.work()
	return n*(a+g+v.rows*v.out) < v.rows*g+v.out*a
}
