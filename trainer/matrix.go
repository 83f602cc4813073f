package trainer

import (
	"github.com/gokfac/gokfac/graph"
)

// matrix is a parameter as a matrix: the last axis counts its columns, all others
// together its rows. The weight of a dense layer is in×out; that of a convolution
// is patch×channels. The zero matrix stands for a parameter that is none: a bias,
// or a weight of one row or one column.
type matrix struct{ rows, cols int }

func matrixOf(p *graph.Param) matrix {
	shape := p.Value.Shape()
	if len(shape) < 2 {
		return matrix{}
	}
	cols := shape[len(shape)-1]
	if cols < 2 || p.Size()/cols < 2 {
		return matrix{}
	}
	return matrix{p.Size() / cols, cols}
}

func (m matrix) is() bool  { return m.rows > 0 }
func (m matrix) size() int { return m.rows * m.cols }

// buffer is memory that is kept from step to step.
type buffer[T graph.Float] []T

// of returns n elements, of unknown content.
func (b *buffer[T]) of(n int) []T {
	if len(*b) < n {
		*b = make([]T, n)
	}
	return (*b)[:n:n]
}
