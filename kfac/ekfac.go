package kfac

import (
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// ekfac is the block (U_A ⊗ U_G) diag(s) (U_A ⊗ U_G)ᵀ of one affine map. U_A and U_G
// are the eigenvectors of A and G. s is the diagonal of the Fisher matrix in this
// basis, where A ⊗ G would have products of eigenvalues (George et al. 2018).
type ekfac[T graph.Float] struct {
	*factorPair[T]
	ua, ug []T // eigenvectors in columns, rows×rows and out×out; zero until rebase
	s      []T // mean square of U_Aᵀ ∇_n U_G, rows×out
	seen   int // mini-batches in s since the basis was new
	batch  *squares[T]

	inputs, pa, pg []T // ā and the projections āU_A, gU_G
	work, more     []T // scratch memory of Apply
	todo           []*Decomposition
}

var _ Block = (*ekfac[float32])(nil)

func newEKFAC[T graph.Float](l *layer) *ekfac[T] {
	size := l.rows * l.out
	b := &ekfac[T]{
		factorPair: newFactorPair[T](l),
		ua:         make([]T, l.rows*l.rows), ug: make([]T, l.out*l.out), s: make([]T, size),
		batch: newSquares[T](l.rows, l.out), work: make([]T, size), more: make([]T, size),
	}
	b.todo = []*Decomposition{eigenvectors(b.a, b.ua), eigenvectors(b.g, b.ug)}
	return b
}

// eigenvectors returns the decomposition that sets u to the eigenvectors of f's running
// average.
func eigenvectors[T graph.Float](f *factor[T], u []T) *Decomposition {
	n := float64(f.n)
	j := &Decomposition{order: f.n, cost: eigenCost * n * n * n}
	j.try = func(raise float64, w *workspace) bool { return raise == 1 && decompose(f, u, w) }
	j.tell = func(m *message) {
		if j.ok {
			floats(m, u)
		}
	}
	return j
}

// eigenCost is the multiplications of an eigendecomposition, in units of n³.
const eigenCost = 9

// decompose sets u to the eigenvectors of f's running average, in columns. If the
// decomposition fails, it reports false and leaves u as it is.
func decompose[T graph.Float](f *factor[T], u []T, w *workspace) bool {
	n := f.n
	l, values := w.matrix(0, n*n), w.matrix(1, n)
	f.damped(l, 0)
	if !w.eigen.Decompose(n, l, values) {
		return false
	}
	vector.FromFloat64(u, l)
	return true
}

func (b *ekfac[T]) Accumulate(p *Pass) bool {
	return b.factorPair.Accumulate(p) && (p.Taps == nil || b.project(p))
}

// project adds one pass to the mini-batch's s, in the present basis.
func (b *ekfac[T]) project(p *Pass) bool {
	t := p.Taps[b.tap]
	examples, rows := p.rows(t)
	if p.FirstTaps {
		inputs := extended(b.layer, &b.inputs, inputsOf[T](b.layer, t, rows))
		b.pa = resize(b.pa, rows*b.rows)
		blas.Gemm(false, false, rows, b.rows, b.rows, 1, inputs.data, inputs.stride, b.ua, b.rows, 0, b.pa, b.rows)
	}
	b.pg = resize(b.pg, rows*b.out)
	g := gradientsOf[T](b.layer, t, rows)
	blas.Gemm(false, false, rows, b.out, b.out, 1, g.data, g.stride, b.ug, b.out, 0, b.pg, b.out)
	b.batch.add(rowsOf(b.pa, rows, b.rows), rowsOf(b.pg, rows, b.out), rows/examples, outerScale[T](t, examples), p.FirstTaps)
	return b.batch.finite()
}

// Statistics are A, G and the diagonal in the present basis.
func (b *ekfac[T]) Statistics(s *Statistics) {
	b.factorPair.Statistics(s)
	b.shareScales(s)
}

// shareScales adds the memory of the mini-batch's s.
func (b *ekfac[T]) shareScales(s *Statistics) { addStatistics(s, b.batch.sum) }

func (b *ekfac[T]) Fold(keep float64) {
	b.factorPair.Fold(keep)
	b.foldScales(keep)
}

// foldScales takes the mini-batch into the average s. The average begins anew with
// each basis, since a diagonal in one basis means nothing in another.
func (b *ekfac[T]) foldScales(keep float64) {
	b.seen++
	k := min(keep, decayAt(b.seen, 1))
	vector.Combine(b.s, T(k), T(1-k), b.batch.sum)
}

// rebase lists the decompositions that compute a new basis. After them, project must
// see the passes of a mini-batch, and foldScales must follow.
func (b *ekfac[T]) rebase() []*Decomposition {
	b.seen = 0
	return b.todo
}

func (b *ekfac[T]) State() []Field {
	return append(b.factorPair.State(),
		Field{Name: b.name + " U_A", Value: b.ua}, Field{Name: b.name + " U_G", Value: b.ug},
		Field{Name: b.name + " s", Value: b.s}, Field{Name: b.name + " s mini-batches", Value: &b.seen})
}

func (b *ekfac[T]) NewInverse() Inverse { return &ekfacInverse[T]{ekfac: b} }

// ekfacInverse divides by s + γ² in the eigenbasis. It uses s as s is at the time of
// Apply, so that s may change between inversions.
type ekfacInverse[T graph.Float] struct {
	*ekfac[T]
	damping float64 // γ²
}

func (v *ekfacInverse[T]) Prepare(gamma float64) []*Decomposition {
	v.damping = gamma * gamma
	return nil
}

// Apply sets u to U_A [(U_Aᵀ V U_G) ⊘ (s + γ²)] U_Gᵀ.
func (v *ekfacInverse[T]) Apply(u graph.Direction, g *Gradient) {
	gather(v.layer, v.more, g.Direction)
	rotate(v.layer, v.work, v.more, v.ua, v.ug, true)
	for i, s := range v.s {
		v.work[i] /= s + T(v.damping)
	}
	rotate(v.layer, v.more, v.work, v.ua, v.ug, false)
	scatter(v.layer, u, v.more)
}

// rotate sets dst to PᵀXQ if transposed, and to PXQᵀ otherwise. It overwrites x.
func rotate[T graph.Float](l *layer, dst, x, p, q []T, transposed bool) {
	blas.Gemm(transposed, false, l.rows, l.out, l.rows, 1, p, l.rows, x, l.out, 0, dst, l.out)
	copy(x, dst)
	blas.Gemm(false, !transposed, l.rows, l.out, l.out, 1, x, l.out, q, l.out, 0, dst, l.out)
}

func (v *ekfacInverse[T]) Condition() float64 {
	lo, hi := math.Inf(1), 0.0
	for _, s := range v.s {
		lo, hi = min(lo, float64(s)), max(hi, float64(s))
	}
	return (hi + v.damping) / (lo + v.damping)
}

func (v *ekfacInverse[T]) State() []Field {
	return []Field{{Name: v.name + " damping", Value: &v.damping}}
}
