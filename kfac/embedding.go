package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// embedding is the block A ⊗ G of a table of V rows of D elements (graph.Embedding). The
// table is an affine map of inputs that have a 1 in the column of the row looked up, so that
// A is diagonal: A_v is the mean number of an example's locations that look row v up. No
// memory has V² elements.
type embedding[T graph.Float] struct {
	*layer
	batch, mean []T        // the diagonal of A, of the mini-batch and as a running average
	g           *factor[T] // G, D×D
	low         *lowRank[T]
	sums        reduction[T] // of g, in the setting Reduce
	looked      []T          // scratch memory of the setting Reduce: how often an example looks a row up
	unknown     bool         // a number of the mini-batch is none of a row
}

var _ Block = (*embedding[float32])(nil)

// newEmbedding returns a block. With low, inverses of G have low-rank forms where these
// take less work.
func newEmbedding[T graph.Float](l *layer, low bool) *embedding[T] {
	b := &embedding[T]{layer: l, batch: make([]T, l.in), mean: make([]T, l.in), g: newFactor[T](l.out)}
	if low {
		b.low = newLowRank(b.g)
	}
	return b
}

func (b *embedding[T]) Accumulate(p *Pass) bool {
	if p.Taps == nil {
		return true
	}
	t := p.Taps[b.tap]
	examples, rows := p.rows(t)
	locations, g := rows/max(examples, 1), gradientsOf[T](b.layer, t, rows)
	reduce := b.reduce && locations > 1
	if p.FirstTaps {
		numbers := graph.Data[T](t.A)[:rows]
		if reduce {
			b.unknown = !b.countSquares(numbers, examples, locations)
		} else {
			b.unknown = !b.count(numbers, examples)
		}
	}
	if reduce {
		g = b.sums.sums(g, locations, 1)
	}
	b.g.addGradients(g, 1, g.n, t.Examples, p.FirstTaps)
	return !b.unknown && b.g.finite()
}

// count sets batch to the diagonal of A. It reports false if a number is none of a row.
func (b *embedding[T]) count(numbers []T, examples int) bool {
	clear(b.batch)
	for _, x := range numbers {
		i, ok := tableRow(x, b.in)
		if !ok {
			return false
		}
		b.batch[i]++
	}
	vector.Scale(b.batch, 1/T(examples))
	return true
}

// countSquares is count in the setting Reduce, in which A_v is the mean square of the share of
// an example's locations that look row v up.
func (b *embedding[T]) countSquares(numbers []T, examples, locations int) bool {
	clear(b.batch)
	b.looked = resize(b.looked, b.in)
	clear(b.looked)
	scale := 1 / (T(examples) * T(locations) * T(locations))
	for lo := 0; lo < len(numbers); lo += locations {
		own := numbers[lo : lo+locations]
		for _, x := range own {
			i, ok := tableRow(x, b.in)
			if !ok {
				return false
			}
			b.looked[i]++
		}
		for _, x := range own {
			i := int(x)
			b.batch[i] += b.looked[i] * b.looked[i]
			b.looked[i] = 0
		}
	}
	vector.Scale(b.batch, scale)
	return true
}

// Statistics adds the diagonal of A, and G.
func (b *embedding[T]) Statistics(s *Statistics) {
	addStatistics(s, b.batch)
	addSymmetric(s, b.g.batch, b.g.n)
}

func (b *embedding[T]) Fold(keep float64) {
	vector.Combine(b.mean, T(keep), T(1-keep), b.batch)
	b.g.Fold(keep)
}

func (b *embedding[T]) State() []Field {
	list := []Field{{Name: b.name + " A", Value: b.mean}, {Name: b.name + " G", Value: b.g.mean}}
	if b.low != nil {
		list = append(list, b.low.fields(b.name+" G")...)
	}
	return list
}

func (b *embedding[T]) NewInverse() Inverse {
	return &embeddingInverse[T]{embedding: b, a: newReciprocal(b.mean), g: newFactorInverse(b.g, b.low)}
}

// embeddingInverse is (diag(A) + πγI)⁻¹ ⊗ (G + γ/π I)⁻¹.
type embeddingInverse[T graph.Float] struct {
	*embedding[T]
	a          *reciprocal[T]
	g          *factorInverse[T]
	todo       []*Decomposition
	rows       []int // scratch memory: rows with a gradient
	from, to   []T   // their gradients, and the products with G's inverse
	projection []T
}

// Prepare shares γ out between the factors by π (see balance).
func (v *embeddingInverse[T]) Prepare(gamma float64) []*Decomposition {
	var trace float64
	for _, d := range v.mean {
		trace += float64(d)
	}
	pi := balance(trace, v.in, v.embedding.g.trace(), v.out)
	v.a.invert(pi * gamma)
	v.todo = v.g.prepare(gamma/pi, v.todo[:0])
	return v.todo
}

// Apply sets u to (diag(A) + πγI)⁻¹ V (G + γ/π I)⁻¹. A row that the mini-batch does not look
// up has no gradient, unless there is a penalty, and takes no product.
func (v *embeddingInverse[T]) Apply(u graph.Direction, g *Gradient) {
	w, _ := of[T](v.layer, g.Direction)
	x, _ := of[T](v.layer, u)
	v.rows = v.rows[:0]
	v.from = v.from[:0]
	for i := range v.in {
		row := w[i*v.out:][:v.out]
		if zero(row) {
			continue
		}
		v.rows, v.from = append(v.rows, i), append(v.from, row...)
	}
	clear(x)
	n := len(v.rows)
	product := v.from
	if v.g.full() {
		v.to = resize(v.to, n*v.out)
		product = v.to
		blas.Gemm(false, false, n, v.out, v.out, 1, v.from, v.out, v.g.dense.inverse, v.out, 0, product, v.out)
	} else {
		v.projection = resize(v.projection, v.g.size(n))
		v.g.right(n, product, v.projection)
	}
	for k, i := range v.rows {
		c := v.a.values[i]
		for j, y := range product[k*v.out:][:v.out] {
			x[i*v.out+j] = c * y
		}
	}
}

// zero reports whether all elements are 0.
func zero[T graph.Float](x []T) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}

func (v *embeddingInverse[T]) Condition() float64 { return v.a.cond * v.g.condition() }

func (v *embeddingInverse[T]) State() []Field {
	return append(v.a.fields(v.name+" A"), v.g.fields(v.name+" G")...)
}
