package adopt

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// learnable is one of the user's learnables, and the parameter that stands for it. The parameter
// has memory of its own: a map's weight is in×out whatever the user's layout is.
type learnable struct {
	node  *node
	param *graph.Param
	order []int32 // element i of the parameter is element order[i] of the user's; nil: the same
	tap   *affine // whose weight or bias it is; nil: of none
	why   string  // it is of none
}

// claim makes l the weight or the bias of a map, in another shape and order.
func (l *learnable) claim(a *affine, shape []int, order []int32) {
	l.tap = a
	l.order = nil
	for i, o := range order {
		if int(o) != i {
			l.order = order
			break
		}
	}
	l.param = graph.NewParam(l.param.Name, l.param.Value.Dtype(), shape...)
}

// load copies the user's values, or the gradients that belong to them, into the parameter's
// memory dst.
func (l *learnable) load(dst *tensor.Dense, v gorgonia.Value, factor float64) error {
	if t, ok := asItIs(v, dst); ok {
		if dst.Dtype() == graph.Float32 {
			arrange(dst.Float32s(), t.Float32s(), l.order, float32(factor))
		} else {
			arrange(dst.Float64s(), t.Float64s(), l.order, factor)
		}
		return nil
	}
	x, err := values(v)
	if err != nil {
		return err
	}
	if len(x) != dst.DataSize() {
		return fmt.Errorf("it has %d elements, and %d were expected", len(x), dst.DataSize())
	}
	y := make([]float64, len(x))
	arrange(y, x, l.order, factor)
	setElements(dst, y)
	return nil
}

// asItIs is v as a tensor whose elements are those that dst is to have, in their order and type; ok is false
// if they have to be converted.
func asItIs(v gorgonia.Value, dst *tensor.Dense) (t *tensor.Dense, ok bool) {
	t, ok = v.(*tensor.Dense)
	return t, ok && plain(t) && t.Dtype() == dst.Dtype() && t.DataSize() == dst.DataSize()
}

// plain reports whether the elements of a tensor lie in row-major order.
func plain(v *tensor.Dense) bool {
	return !v.RequiresIterator() && !v.IsView() && !v.DataOrder().IsColMajor() && v.Dims() > 0
}

func arrange[T graph.Float](dst, src []T, order []int32, factor T) {
	if order == nil {
		for i, v := range src {
			dst[i] = factor * v
		}
		return
	}
	for i, o := range order {
		dst[i] = factor * src[o]
	}
}

// store copies the parameter's values into the user's memory.
func (l *learnable) store() error {
	switch v := l.node.Value().(type) {
	case *tensor.Dense:
		if !plain(v) || v.Dtype() != l.param.Value.Dtype() {
			break
		}
		if v.Dtype() == graph.Float32 {
			disperse(v.Float32s(), l.param.Value.Float32s(), l.order)
		} else {
			disperse(v.Float64s(), l.param.Value.Float64s(), l.order)
		}
		return nil
	case *gorgonia.F32:
		*v = gorgonia.F32(l.param.Value.Float32s()[0])
		return nil
	case *gorgonia.F64:
		*v = gorgonia.F64(l.param.Value.Float64s()[0])
		return nil
	}
	return fmt.Errorf("adopt: %v: a value of type %T cannot be written to: want a contiguous tensor of %v", l.node, l.node.Value(), l.param.Value.Dtype())
}

func disperse[T graph.Float](dst, src []T, order []int32) {
	if order == nil {
		copy(dst, src)
		return
	}
	for i, o := range order {
		dst[o] = src[i]
	}
}

// in is p, a node of the parameter, in the user's shape and order, for ops other than its map.
func (l *learnable) in(b *graph.Builder, p *graph.Node) (*graph.Node, error) {
	if l.order != nil {
		back := make([]int32, len(l.order))
		for i, o := range l.order {
			back[o] = int32(i)
		}
		var err error
		if p, err = reordered(b, p, back, l.order); err != nil {
			return nil, err
		}
	}
	return b.Reshape(p, l.node.dims...)
}

// reordered adds the elements of x in another order, of which back is the inverse.
func reordered(b *graph.Builder, x *graph.Node, order, back []int32) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "reorder", Shape: x.Shape(),
		F32: func(out []float32, in [][]float32) { arrange(out, in[0], order, 1) },
		F64: func(out []float64, in [][]float64) { arrange(out, in[0], order, 1) },
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := reordered(d.Builder, d.Grad, back, order)
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return reordered(t.Builder, t.Dot[0], order, back) },
	}, x)
}
