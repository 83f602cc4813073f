package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/codec"
	"github.com/gokfac/gokfac/internal/vector"
)

// ekfac is the block (U_A ⊗ U_G) diag(s) (U_A ⊗ U_G)ᵀ of one affine map: the
// eigenbasis of A ⊗ G, with the Fisher's own diagonal in it instead of the
// products of eigenvalues (George et al. 2018).
type ekfac[T graph.Float] struct {
	*factors[T]
	ua, ug []T // eigenvectors in columns, rows×rows and out×out; zero until rebase
	s      []T // mean square of U_Aᵀ ∇_n U_G, rows×out
	seen   int // mini-batches in s since the basis was new
	batch  *squares[T]

	inputs, pa, pg []T // ā and the projections āU_A, gU_G
	work, more     []T // of apply
	todo           []*inversion
}

var _ block = (*ekfac[float32])(nil)

func newEKFAC[T graph.Float](l *layer) *ekfac[T] {
	size := l.rows * l.out
	b := &ekfac[T]{
		factors: newFactors[T](l),
		ua:      make([]T, l.rows*l.rows), ug: make([]T, l.out*l.out), s: make([]T, size),
		batch: newSquares[T](l.rows, l.out), work: make([]T, size), more: make([]T, size),
	}
	b.todo = []*inversion{
		{order: l.rows, try: func(raise float64, w *workspace) bool { return raise == 1 && decompose(b.a, b.ua, w) }},
		{order: l.out, try: func(raise float64, w *workspace) bool { return raise == 1 && decompose(b.g, b.ug, w) }},
	}
	return b
}

// decompose sets u to the eigenvectors of f's mean, or leaves it alone.
func decompose[T graph.Float](f *factor[T], u []T, w *workspace) bool {
	n := f.n
	l, values := w.matrix(0, n*n), w.matrix(1, n)
	f.damped(l, 0)
	if !w.eigen.Decompose(n, l, values) {
		return false
	}
	narrow(u, l)
	return true
}

func (b *ekfac[T]) accumulate(p *pass) bool {
	return b.factors.accumulate(p) && (p.Taps == nil || b.project(p))
}

// project measures s on one pass, in the present basis.
func (b *ekfac[T]) project(p *pass) bool {
	t := p.Taps[b.tap]
	examples, rows := p.rows(t)
	if p.firstTaps {
		inputs := extended(b.layer, &b.inputs, graph.Data[T](t.A), rows)
		b.pa = resize(b.pa, rows*b.rows)
		blas.Gemm(false, false, rows, b.rows, b.rows, 1, inputs, b.rows, b.ua, b.rows, 0, b.pa, b.rows)
	}
	b.pg = resize(b.pg, rows*b.out)
	blas.Gemm(false, false, rows, b.out, b.out, 1, graph.Data[T](t.G), b.out, b.ug, b.out, 0, b.pg, b.out)
	b.batch.add(b.pa, b.pg, rows, rows/examples, outerScale[T](t, examples), p.firstTaps)
	return b.batch.finite()
}

func (b *ekfac[T]) fold(keep float64) {
	b.factors.fold(keep)
	b.foldScales(keep)
}

// foldScales takes the mini-batch into s, whose average begins anew with each
// basis: what was measured in another one means nothing in this.
func (b *ekfac[T]) foldScales(keep float64) {
	b.seen++
	k := min(keep, decayAt(b.seen, 1))
	vector.Combine(b.s, T(k), T(1-k), b.batch.sum)
}

// rebase lists the decompositions that give a new basis. The passes of a
// mini-batch over project, and foldScales, must follow.
func (b *ekfac[T]) rebase() []*inversion {
	b.seen = 0
	return b.todo
}

func (b *ekfac[T]) fields() []codec.Field {
	return append(b.factors.fields(),
		codec.Field{Name: b.name + " U_A", Value: b.ua}, codec.Field{Name: b.name + " U_G", Value: b.ug},
		codec.Field{Name: b.name + " s", Value: b.s}, codec.Field{Name: b.name + " s mini-batches", Value: &b.seen})
}

func (b *ekfac[T]) newInverse() inverse { return &ekfacInverse[T]{ekfac: b} }

// ekfacInverse divides by s + γ², with s as it is when it is applied.
type ekfacInverse[T graph.Float] struct {
	*ekfac[T]
	damping float64
}

func (v *ekfacInverse[T]) prepare(gamma float64) []*inversion {
	v.damping = gamma * gamma
	return nil
}

// apply sets u to U_A [(U_Aᵀ V U_G) ⊘ (s + γ²)] U_Gᵀ.
func (v *ekfacInverse[T]) apply(u graph.Direction, g *gradient) {
	gather(v.layer, v.more, g.Direction)
	rotate(v.layer, v.work, v.more, v.ua, v.ug, true)
	for i, s := range v.s {
		v.work[i] /= s + T(v.damping)
	}
	rotate(v.layer, v.more, v.work, v.ua, v.ug, false)
	scatter(v.layer, u, v.more)
}

// rotate sets dst to PᵀXQ, or to PXQᵀ if not transposed, and overwrites x.
func rotate[T graph.Float](l *layer, dst, x, p, q []T, transposed bool) {
	blas.Gemm(transposed, false, l.rows, l.out, l.rows, 1, p, l.rows, x, l.out, 0, dst, l.out)
	copy(x, dst)
	blas.Gemm(false, !transposed, l.rows, l.out, l.out, 1, x, l.out, q, l.out, 0, dst, l.out)
}

func (v *ekfacInverse[T]) condition() float64 {
	lo, hi := math.Inf(1), 0.0
	for _, s := range v.s {
		lo, hi = min(lo, float64(s)), max(hi, float64(s))
	}
	return (hi + v.damping) / (lo + v.damping)
}

func (v *ekfacInverse[T]) fields() []codec.Field {
	return []codec.Field{{Name: v.name + " damping", Value: &v.damping}}
}
