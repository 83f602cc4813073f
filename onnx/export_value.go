package onnx

import (
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/internal/onnxproto"
)

// Value is N examples of a shape at some place of the network. The order in which the graph has their axes is the graph's
// matter: after a convolution it has channels first, and transposes come only where a layer needs another order.
type Value struct {
	Shape []int // of an example, without the batch, as gokfac has it

	name string
	// order[i] is which axis of N×Shape is axis i of the graph's tensor; nil: they are the same.
	order []int
	// plane says that the graph's tensor has an axis of one channel after the batch: N×1×H×W of N×H×W.
	plane bool
}

// Made is the value of examples of a shape that a node made, with the axes in gokfac's order.
func (g *Graph) Made(name string, shape ...int) Value { return Value{Shape: shape, name: name} }

// Plain is the name of a value with its axes in gokfac's order, N×Shape.
func (g *Graph) Plain(x Value) string { return g.arrange(x, nil).name }

// Same is a value in the shape and the order of x, such as what an elementwise operator makes of [Value.Name].
func (x Value) Same(name string) Value {
	x.name = name
	return x
}

// Name is the value's name in the graph, whatever the order of its axes.
func (x Value) Name() string { return x.name }

// axes are all of the value's, in the order of the graph's tensor.
func (x Value) axes() []int {
	if x.order != nil {
		return x.order
	}
	return plainOrder(len(x.Shape) + 1)
}

func plainOrder(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// channelsFirst is the order N×C×… of N×…×C.
func channelsFirst(axes int) []int {
	return append([]int{0, axes - 1}, plainOrder(axes)[1:axes-1]...)
}

// dims are the sizes of the graph's tensor, 0 for the batch.
func (x Value) dims() []int {
	var dims []int
	for _, a := range x.axes() {
		if a == 0 {
			dims = append(dims, 0)
		} else {
			dims = append(dims, x.Shape[a-1])
		}
	}
	if x.plane {
		dims = slices.Insert(dims, 1, 1)
	}
	return dims
}

// arrange puts the axes of a value in an order; nil: gokfac's.
func (g *Graph) arrange(x Value, order []int) Value {
	if x.plane {
		x.plane = false
		x.name = g.reshape(x.name, append([]int{0}, x.Shape...))
	}
	if order == nil {
		order = plainOrder(len(x.Shape) + 1)
	}
	have := x.axes()
	if slices.Equal(have, order) {
		return x
	}
	perm := make([]int, len(order))
	for i, a := range order {
		perm[i] = slices.Index(have, a)
	}
	to := x
	to.order = order
	if to.rowMajor(x) {
		to.name = g.reshape(x.name, to.dims())
		return to
	}
	key := fmt.Sprint(x.name, " by ", perm) // two branches of a container may want the same
	if g.turned[key] == "" {
		g.turned[key] = g.Node("Transpose", []string{x.name}, IntsAttribute("perm", perm...))
	}
	to.name = g.turned[key]
	return to
}

// rowMajor reports whether both values of one shape have their elements in one order in memory, the batch first: they
// differ in axes of size 1 alone.
func (x Value) rowMajor(y Value) bool {
	long := func(v Value) []int {
		return slices.DeleteFunc(slices.Clone(v.axes()), func(a int) bool { return a > 0 && v.Shape[a-1] == 1 })
	}
	return x.axes()[0] == 0 && y.axes()[0] == 0 && slices.Equal(long(x), long(y))
}

// flat is the name of a tensor that has the examples' elements in gokfac's order, the batch first, whatever its shape.
func (g *Graph) flat(x Value) string {
	if x.rowMajor(Value{Shape: x.Shape}) {
		return x.name
	}
	return g.Plain(x)
}

// reshape gives a tensor other sizes, where 0 is the batch, which both have first. Equal ones of a tensor are one node.
func (g *Graph) reshape(name string, sizes []int) string {
	key := fmt.Sprint(name, " as ", sizes)
	if g.turned[key] == "" {
		g.turned[key] = g.Node("Reshape", []string{name, g.Ints("shape", sizes...)})
	}
	return g.turned[key]
}

// images are a value with channels first, N×C×…, for a layer of images (2 axes) or sequences (1). Those of one channel
// may lack its axis.
func (g *Graph) images(x Value, axes int) (to Value, channels int) {
	if len(x.Shape) > axes {
		return g.arrange(x, channelsFirst(axes+2)), x.Shape[axes]
	}
	if !x.plane {
		x = Value{Shape: x.Shape, plane: true, name: g.reshape(g.Plain(x), append([]int{0, 1}, x.Shape...))}
	}
	return x, 1
}

// describe is the value's type, for readers of the file.
func (g *Graph) describe(x Value) *onnxproto.Value {
	v := &onnxproto.Value{Name: x.name, Type: g.float(), HasShape: true}
	for _, d := range x.dims() {
		if d == 0 {
			v.Shape = append(v.Shape, onnxproto.Named("N"))
			continue
		}
		v.Shape = append(v.Shape, onnxproto.Fixed(int64(d)))
	}
	return v
}
