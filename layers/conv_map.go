package layers

import "github.com/gokfac/gokfac/graph"

// convolution is the map of windows that a convolution is. Of k groups the i-th maps its
// C/k channels to its filters by rows i·kh·kw·C/k … of the weight:
//
//	s = im2col(x)·W + b    forward    N·T×F
//	dx = col2im(g·Wᵀ)      images     like x
//	dW = im2col(x)ᵀ·g      weights    k·kh·kw·C/k × F/k
//
// None of the three makes the matrix of all windows. Each is bilinear, and the derivatives
// of each are the other two.
type convolution struct {
	*windows
	filters int
	tiling  tiling
}

func newConvolution(w *windows, filters int) *convolution {
	w.groups = max(w.groups, 1)
	return &convolution{w, filters, newTiling(w, filters)}
}

// inputs and outputs are the sizes of one group's map, kh·kw·C/k and F/k.
func (c *convolution) inputs() int  { return c.features() / c.groups }
func (c *convolution) outputs() int { return c.filters / c.groups }

// singles reports whether every filter sees one of several channels.
func (c *convolution) singles() bool { return c.groups > 1 && c.groups == c.channels }

// forward adds s. bias may be nil.
func (c *convolution) forward(b *graph.Builder, x, weight, bias *graph.Node) (*graph.Node, error) {
	in := []*graph.Node{x, weight}
	if bias != nil {
		in = append(in, bias)
	}
	return b.Apply(graph.Op{
		Name:    "convolution",
		Shape:   []int{c.rows(), c.filters},
		F32:     convolving[float32](c),
		F64:     convolving[float64](c),
		Diff:    c.diff,
		Tangent: c.tangent,
	}, in...)
}

func (c *convolution) diff(d *graph.Diff) ([]*graph.Node, error) {
	grads := make([]*graph.Node, len(d.In))
	var err error
	if d.Need[0] {
		if grads[0], err = c.images(d.Builder, d.Grad, d.In[1], d.In[0].Shape()); err != nil {
			return nil, err
		}
	}
	if d.Need[1] {
		if grads[1], err = c.weights(d.Builder, d.In[0], d.Grad); err != nil {
			return nil, err
		}
	}
	if len(d.In) == 3 && d.Need[2] {
		if grads[2], err = columnSums(d.Builder, d.Grad); err != nil {
			return nil, err
		}
	}
	return grads, nil
}

func (c *convolution) tangent(t *graph.Tangent) (*graph.Node, error) {
	var direct, carried, bias *graph.Node
	var err error
	if len(t.Dot) == 3 {
		bias = t.Dot[2]
	}
	if t.Dot[1] != nil {
		direct, err = c.forward(t.Builder, t.In[0], t.Dot[1], bias)
	} else if bias != nil {
		direct, err = rows(t.Builder, bias, c.rows())
	}
	if err != nil {
		return nil, err
	}
	if t.Dot[0] != nil {
		if carried, err = c.forward(t.Builder, t.Dot[0], t.In[1], nil); err != nil {
			return nil, err
		}
	}
	return t.Total(direct, carried)
}

// images adds dx, in images of the given shape.
func (c *convolution) images(b *graph.Builder, g, weight *graph.Node, shape []int) (*graph.Node, error) {
	shape = append([]int{}, shape...)
	return b.Apply(graph.Op{
		Name:  "convolution-images",
		Shape: shape,
		F32:   convolvingBack[float32](c),
		F64:   convolvingBack[float64](c),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			grads := make([]*graph.Node, 2)
			var err error
			if d.Need[0] {
				if grads[0], err = c.forward(d.Builder, d.Grad, d.In[1], nil); err != nil {
					return nil, err
				}
			}
			if d.Need[1] {
				grads[1], err = c.weights(d.Builder, d.Grad, d.In[0])
			}
			return grads, err
		},
		Tangent: graph.Bilinear(func(b *graph.Builder, g, weight *graph.Node) (*graph.Node, error) {
			return c.images(b, g, weight, shape)
		}),
	}, g, weight)
}

// weights adds dW.
func (c *convolution) weights(b *graph.Builder, x, g *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:  "convolution-weights",
		Shape: []int{c.features(), c.outputs()},
		F32:   correlating[float32](c),
		F64:   correlating[float64](c),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			grads := make([]*graph.Node, 2)
			var err error
			if d.Need[0] {
				if grads[0], err = c.images(d.Builder, d.In[1], d.Grad, d.In[0].Shape()); err != nil {
					return nil, err
				}
			}
			if d.Need[1] {
				grads[1], err = c.forward(d.Builder, d.In[0], d.Grad, nil)
			}
			return grads, err
		},
		Tangent: graph.Bilinear(c.weights),
	}, x, g)
}
