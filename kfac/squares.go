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

// add adds scale times the squares to sum, or sets sum to them if first. a has p columns
// and g has q, and each example has locations rows.
func (s *squares[T]) add(a, g tapRows[T], locations int, scale T, first bool) {
	var beta T = 1
	if first {
		beta = 0
	}
	if locations == 1 { // Σ_n a²g² is a matrix product
		s.a, s.g = resize(s.a, a.n*s.p), resize(s.g, a.n*s.q)
		square(s.a, a)
		square(s.g, g)
		blas.Gemm(true, false, s.p, s.q, a.n, scale, s.a, s.p, s.g, s.q, beta, s.sum, s.q)
		return
	}
	if first {
		clear(s.sum)
	}
	s.one = resize(s.one, s.p*s.q)
	for lo := 0; lo < a.n; lo += locations {
		blas.Gemm(true, false, s.p, s.q, locations, 1, a.from(lo).data, a.stride, g.from(lo).data, g.stride, 0, s.one, s.q)
		for i, v := range s.one {
			s.sum[i] += scale * v * v
		}
	}
}

// addRows adds scale times the squares of n gradients (n×pq) to sum, or sets sum to them if
// first.
func (s *squares[T]) addRows(gradients []T, n int, scale T, first bool) {
	if first {
		clear(s.sum)
	}
	size := len(s.sum)
	for e := range n {
		for i, v := range gradients[e*size:][:size] {
			s.sum[i] += scale * v * v
		}
	}
}

func (s *squares[T]) finite() bool { return vector.Finite(s.sum) }

// square sets dst to the squares of the elements of x, row by row.
func square[T graph.Float](dst []T, x tapRows[T]) {
	for i := range x.n {
		row := dst[i*x.cols:][:x.cols]
		for j, v := range x.row(i) {
			row[j] = v * v
		}
	}
}
