package graph

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/internal/vector"
)

// Snapshot copies n into a buffer of its own. It is the border between
// kernels and stock gorgonia ops; see the package comment.
func (b *Builder) Snapshot(n *Node) (*Node, error) {
	if err := b.check(n); err != nil {
		return nil, fmt.Errorf("graph: snapshot: %w", err)
	}
	return b.Apply(Op{
		Name:    "snapshot",
		Shape:   n.Shape().Clone(),
		F32:     copyInput[float32],
		F64:     copyInput[float64],
		Diff:    func(d *Diff) ([]*Node, error) { return []*Node{d.Grad}, nil },
		Tangent: func(t *Tangent) (*Node, error) { return t.Dot[0], nil },
		border:  true,
	}, n)
}

// Reshape gives n's elements, in row-major order, another shape. They are not copied, the
// value shares n's memory, unless n is a parameter, a gradient in a Param.Grad or a
// Snapshot: others write to those.
func (b *Builder) Reshape(n *Node, shape ...int) (*Node, error) {
	if err := b.check(n); err != nil {
		return nil, fmt.Errorf("graph: reshape: %w", err)
	}
	if len(shape) == 0 || slices.Min(shape) <= 0 {
		return nil, fmt.Errorf("graph: reshape to %v: want positive sizes", shape)
	}
	from, to := n.Shape().Clone(), tensor.Shape(shape).Clone()
	if from.TotalSize() != to.TotalSize() {
		return nil, fmt.Errorf("graph: reshape of %v to %v: element counts differ", from, to)
	}
	view := b.viewable(n)
	if view {
		b.viewed[n] = true
	}
	return b.Apply(Op{
		Name:  "reshape",
		Shape: to,
		F32:   copyInput[float32],
		F64:   copyInput[float64],
		Diff: func(d *Diff) ([]*Node, error) {
			g, err := d.Reshape(d.Grad, from...)
			return []*Node{g}, err
		},
		Tangent: func(t *Tangent) (*Node, error) { return t.Reshape(t.Dot[0], to...) },
		view:    view,
	}, n)
}

// viewable reports whether n's memory holds n's value until the next run.
func (b *Builder) viewable(n *Node) bool {
	if k := kernelOf(n); k != nil {
		return !k.lent && !k.op.border
	}
	return n.IsVar() && !b.isParam[n]
}

func copyInput[T Float](out []T, in [][]T) { copy(out, in[0]) }

// Sum adds nodes of one shape, in their order.
func (b *Builder) Sum(ns ...*Node) (*Node, error) {
	if len(ns) == 0 {
		return nil, errors.New("graph: sum of no nodes")
	}
	if err := b.check(ns...); err != nil {
		return nil, fmt.Errorf("graph: sum: %w", err)
	}
	for _, n := range ns[1:] {
		if !n.Shape().Eq(ns[0].Shape()) {
			return nil, fmt.Errorf("graph: sum of %v and %v: shapes differ", ns[0].Shape(), n.Shape())
		}
	}
	return b.Apply(Op{
		Name:  "sum",
		Shape: ns[0].Shape().Clone(),
		F32:   sum[float32],
		F64:   sum[float64],
		Diff: func(d *Diff) ([]*Node, error) {
			gs := make([]*Node, len(d.In))
			for i := range gs {
				gs[i] = d.Grad
			}
			return gs, nil
		},
		Tangent: func(t *Tangent) (*Node, error) { return t.Total(t.Dot...) },
	}, ns...)
}

// Total is the sum of those of ns that are not nil: nil if none is, and the node
// itself, not a copy, if one is.
func (b *Builder) Total(ns ...*Node) (*Node, error) {
	var terms []*Node
	for _, n := range ns {
		if n != nil {
			terms = append(terms, n)
		}
	}
	switch len(terms) {
	case 0:
		return nil, nil
	case 1:
		return terms[0], nil
	}
	return b.Sum(terms...)
}

func sum[T Float](out []T, in [][]T) {
	vector.Copy(out, in[0])
	for _, x := range in[1:] {
		vector.Add(out, x)
	}
}

// Ones is a constant input of the given shape: the usual seed of Backward.
func (b *Builder) Ones(shape ...int) *Node {
	n, v := b.Input("ones", shape...)
	if b.DType == Float32 {
		fill(v.Float32s())
	} else {
		fill(v.Float64s())
	}
	return n
}

func fill[T Float](x []T) {
	for i := range x {
		x[i] = 1
	}
}
