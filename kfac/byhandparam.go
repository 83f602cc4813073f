package kfac

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// WeightLayout is the order of a weight's elements in memory, and of those of its gradient
// and its update.
type WeightLayout string

// The layouts.
const (
	// InOut: in×out, row-major: element i·out + j leads from input i to output j, and a row
	// of outputs is s = aW + b. The default.
	InOut WeightLayout = "in×out"
	// OutIn: out×in, row-major: element j·in + i leads from input i to output j, and s = aWᵀ + b.
	OutIn WeightLayout = "out×in"
)

// byHandParam is a parameter in memory of the caller's. A weight in layout InOut has its value
// in this memory. One in layout OutIn is transposed before and after each step.
type byHandParam[T graph.Float] struct {
	param   *graph.Param // nil: a map has no bias
	data    []T          // the caller's
	in, out int          // of a weight in layout OutIn; else in is 0
}

func newByHandParam[T graph.Float](name string, layout WeightLayout, data []T, shape ...int) byHandParam[T] {
	value := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	p := byHandParam[T]{data: data}
	if layout == OutIn && len(shape) == 2 {
		p.in, p.out = shape[0], shape[1]
		value = graph.NewDense(value.Dtype(), shape...)
	}
	p.param = &graph.Param{Name: name, Value: value, Grad: graph.NewDense(value.Dtype(), shape...)}
	return p
}

// take copies x, in the layout of the caller's, to the parameter's gradient.
func (p *byHandParam[T]) take(x []T) {
	to := graph.Data[T](p.param.Grad)
	if p.in > 0 {
		transpose(to, x, p.in, p.out)
		return
	}
	copy(to, x)
}

// give copies the parameter's gradient to x, in the layout of the caller's.
func (p *byHandParam[T]) give(x []T) {
	from := graph.Data[T](p.param.Grad)
	if p.in > 0 {
		transpose(x, from, p.out, p.in)
		return
	}
	copy(x, from)
}

// read copies the caller's weight to the parameter.
func (p *byHandParam[T]) read() {
	if p.in > 0 {
		transpose(graph.Data[T](p.param.Value), p.data, p.in, p.out)
	}
}

// write copies the parameter to the caller's weight.
func (p *byHandParam[T]) write() {
	if p.in > 0 {
		transpose(p.data, graph.Data[T](p.param.Value), p.out, p.in)
	}
}

// transpose sets dst (rows×cols) to the transpose of src (cols×rows).
func transpose[T graph.Float](dst, src []T, rows, cols int) {
	for i := range rows {
		for j := range cols {
			dst[i*cols+j] = src[j*rows+i]
		}
	}
}

// notFinite describes the first element of x, in rows of cols elements, that is NaN or
// infinite. It is empty if there is none.
func notFinite[T graph.Float](x []T, cols int) string {
	if vector.Finite(x) {
		return ""
	}
	for i, v := range x {
		if v-v != 0 {
			return fmt.Sprintf("%v in row %d, column %d", v, i/cols+1, i%cols+1)
		}
	}
	return ""
}

// sharedMemory reports whether slices of two parts overlap.
func sharedMemory[T graph.Float](a, b [2][]T) bool {
	for _, x := range a {
		for _, y := range b {
			if overlap(x, y) {
				return true
			}
		}
	}
	return false
}

// overlap reports whether two slices have an element in common. Those of one array end, at their capacity, at the same
// place, unless a slice of three indices has cut it: then only those that begin at one place are found.
func overlap[T graph.Float](x, y []T) bool {
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	begin, other := -cap(x), -cap(y) // from the array's end
	return &x[0] == &y[0] || &x[:cap(x)][cap(x)-1] == &y[:cap(y)][cap(y)-1] && begin < other+len(y) && other < begin+len(x)
}
