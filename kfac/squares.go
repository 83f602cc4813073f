package kfac

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// squares sums squares of per-example gradients āᵀg (p×q) of one layer, element by
// element.
type squares[T graph.Float] struct {
	p, q int
	sum  []T // scale·Σ_n (Σ_t ā_tᵀ g_t)² over examples n and their locations t
	a, g []T // scratch memory for squares of the rows of a and g
	one  []T // scratch memory for the gradient of one example
}

func newSquares[T graph.Float](p, q int) *squares[T] {
	return &squares[T]{p: p, q: q, sum: make([]T, p*q)}
}

// add adds scale times the squares to sum, or sets sum to them if first. a is rows×p, g
// is rows×q, and each example has locations rows.
func (s *squares[T]) add(a, g []T, rows, locations int, scale T, first bool) {
	var beta T = 1
	if first {
		beta = 0
	}
	if locations == 1 { // Σ_n a²g² is a matrix product
		s.a, s.g = resize(s.a, rows*s.p), resize(s.g, rows*s.q)
		square(s.a, a)
		square(s.g, g)
		blas.Gemm(true, false, s.p, s.q, rows, scale, s.a, s.p, s.g, s.q, beta, s.sum, s.q)
		return
	}
	if first {
		clear(s.sum)
	}
	s.one = resize(s.one, s.p*s.q)
	for lo := 0; lo < rows; lo += locations {
		blas.Gemm(true, false, s.p, s.q, locations, 1, a[lo*s.p:], s.p, g[lo*s.q:], s.q, 0, s.one, s.q)
		for i, v := range s.one {
			s.sum[i] += scale * v * v
		}
	}
}

func (s *squares[T]) finite() bool { return vector.Finite(s.sum) }

// square sets dst to the squares of the elements of x.
func square[T graph.Float](dst, x []T) {
	for i := range dst {
		dst[i] = x[i] * x[i]
	}
}

// extended returns ā = [a, 1] (rows×l.rows) in the scratch memory. Without a bias it
// returns a itself.
func extended[T graph.Float](l *layer, scratch *[]T, a []T, rows int) []T {
	if l.bias < 0 {
		return a[:rows*l.in]
	}
	*scratch = resize(*scratch, rows*l.rows)
	extend(l, *scratch, a, rows)
	return *scratch
}

// extend sets dst to ā (rows×l.rows): [a, 1], or a without a bias.
func extend[T graph.Float](l *layer, dst, a []T, rows int) {
	if l.bias < 0 {
		copy(dst, a[:rows*l.in])
		return
	}
	for i := range rows {
		row := dst[i*l.rows : (i+1)*l.rows]
		copy(row, a[i*l.in:(i+1)*l.in])
		row[l.in] = 1
	}
}
