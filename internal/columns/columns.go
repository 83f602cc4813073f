// Package columns takes columns of a tensor's last axis, and sets tensors side by side along it, in a graph. The ops have
// reverse and forward rules of all orders.
//
//	Concat   N×…×C₁, N×…×C₂, … → N×…×(C₁ + C₂ + …)
//	Take     N×…×C → N×…×width
//	Pieces   any shape of k·total elements → any shape of k·width elements
package columns

import (
	"slices"

	"github.com/gokfac/gokfac/graph"
)

// Concat sets nodes N×…×Cᵢ side by side along the last axis. Its transpose takes the
// columns of each apart.
func Concat(b *graph.Builder, ns []*graph.Node) (*graph.Node, error) {
	widths := make([]int, len(ns))
	total := 0
	for i, n := range ns {
		widths[i] = last(n)
		total += widths[i]
	}
	return b.Apply(graph.Op{
		Name:  "concat",
		Shape: withLast(ns[0], total),
		F32:   sideBySide[float32](widths, total),
		F64:   sideBySide[float64](widths, total),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			grads := make([]*graph.Node, len(widths))
			from := 0
			for i, w := range widths {
				if d.Need[i] {
					var err error
					if grads[i], err = Take(d.Builder, d.Grad, from, w); err != nil {
						return nil, err
					}
				}
				from += w
			}
			return grads, nil
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			if !slices.Contains(t.Dot, nil) {
				return Concat(t.Builder, t.Dot)
			}
			var terms []*graph.Node
			from := 0
			for i, w := range widths {
				if t.Dot[i] != nil {
					term, err := amid(t.Builder, t.Dot[i], from, total)
					if err != nil {
						return nil, err
					}
					terms = append(terms, term)
				}
				from += w
			}
			return t.Total(terms...)
		},
	}, ns...)
}

func last(n *graph.Node) int { return n.Shape()[n.Shape().Dims()-1] }

// withLast is n's shape with another last axis.
func withLast(n *graph.Node, size int) []int {
	shape := n.Shape().Clone()
	shape[len(shape)-1] = size
	return shape
}

// Take takes a width of columns of the last axis, from the given one on.
func Take(b *graph.Builder, x *graph.Node, from, width int) (*graph.Node, error) {
	return Pieces(b, x, from, width, last(x), withLast(x, width))
}

// amid is the transpose of Take: x as the columns from the given one on, amid zeros.
func amid(b *graph.Builder, x *graph.Node, from, total int) (*graph.Node, error) {
	return put(b, x, from, last(x), total, withLast(x, total))
}

// Pieces cuts x's elements into pieces of total, and takes a width of each, from the given
// element on. The result has the given shape.
func Pieces(b *graph.Builder, x *graph.Node, from, width, total int, shape []int) (*graph.Node, error) {
	whole := x.Shape().Clone()
	return b.Apply(graph.Op{
		Name:  "take",
		Shape: shape,
		F32:   takeColumns[float32](from, width, total),
		F64:   takeColumns[float64](from, width, total),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := put(d.Builder, d.Grad, from, width, total, whole)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			return Pieces(t.Builder, t.Dot[0], from, width, total, shape)
		},
	}, x)
}

// put is the transpose of Pieces: it puts pieces of a width amid zeros.
func put(b *graph.Builder, x *graph.Node, from, width, total int, shape []int) (*graph.Node, error) {
	piece := x.Shape().Clone()
	return b.Apply(graph.Op{
		Name:  "put",
		Shape: shape,
		F32:   putColumns[float32](from, width, total),
		F64:   putColumns[float64](from, width, total),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := Pieces(d.Builder, d.Grad, from, width, total, piece)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) {
			return put(t.Builder, t.Dot[0], from, width, total, shape)
		},
	}, x)
}

func sideBySide[T graph.Float](widths []int, total int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		from := 0
		for i, w := range widths {
			x := in[i]
			for to := from; to < len(out); to += total {
				copy(out[to:to+w], x)
				x = x[w:]
			}
			from += w
		}
	}
}

func takeColumns[T graph.Float](from, width, total int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) { Copy(out, in[0], from, width, total) }
}

// Copy fills out with a width of each total elements of x, from the given element on.
func Copy[T graph.Float](out, x []T, from, width, total int) {
	for x = x[from:]; len(out) > 0; out = out[width:] {
		copy(out[:width], x)
		x = x[min(total, len(x)):]
	}
}

func putColumns[T graph.Float](from, width, total int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		clear(out)
		for x := in[0]; len(x) > 0; x = x[width:] {
			copy(out[from:], x[:width])
			out = out[total:]
		}
	}
}
