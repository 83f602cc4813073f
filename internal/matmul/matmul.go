// Package matmul is the product of two matrices in a graph, with reverse and forward rules of all orders.
//
//	op(x)·op(y)   m×k · k×n → m×n, where op may transpose
package matmul

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
)

// Of adds op(x)·op(y), where op transposes if its flag is set.
func Of(b *graph.Builder, x *graph.Node, tx bool, y *graph.Node, ty bool) (*graph.Node, error) {
	m, k := sides(x, tx)
	k2, n := sides(y, ty)
	if k != k2 {
		return nil, fmt.Errorf("product of shapes %v and %v", x.Shape(), y.Shape())
	}
	return b.Apply(graph.Op{
		Name: "product", Shape: []int{m, n}, F32: multiplying[float32](tx, ty, m, n, k), F64: multiplying[float64](tx, ty, m, n, k),
		Diff: func(d *graph.Diff) (grads []*graph.Node, err error) {
			grads = make([]*graph.Node, 2)
			x, y, g := d.In[0], d.In[1], d.Grad
			if d.Need[0] {
				if tx {
					grads[0], err = Of(d.Builder, y, ty, g, true)
				} else {
					grads[0], err = Of(d.Builder, g, false, y, !ty)
				}
			}
			if err == nil && d.Need[1] {
				if ty {
					grads[1], err = Of(d.Builder, g, true, x, tx)
				} else {
					grads[1], err = Of(d.Builder, x, !tx, g, false)
				}
			}
			return grads, err
		},
		Tangent: graph.Bilinear(func(b *graph.Builder, x, y *graph.Node) (*graph.Node, error) { return Of(b, x, tx, y, ty) }),
	}, x, y)
}

func sides(x *graph.Node, trans bool) (rows, cols int) {
	s := x.Shape()
	if trans {
		return s[1], s[0]
	}
	return s[0], s[1]
}

func multiplying[T graph.Float](tx, ty bool, m, n, k int) func(out []T, in [][]T) {
	ldx, ldy := k, n
	if tx {
		ldx = m
	}
	if ty {
		ldy = k
	}
	return func(out []T, in [][]T) { blas.Gemm(tx, ty, m, n, k, 1, in[0], ldx, in[1], ldy, 0, out, n) }
}
