package onnx

import (
	"errors"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/layers"
)

func containerExporters() []Exporter {
	return []Exporter{
		NewExporter("sequential", func(g *Graph, s layers.Sequential, x Value) (Value, error) {
			for _, l := range s {
				var err error
				if x, err = g.Layer(l, x); err != nil {
					return x, err
				}
			}
			return x, nil
		}),
		NewExporter("residual", func(g *Graph, r *layers.Residual, x Value) (Value, error) {
			y, err := g.Layer(r.Body, x)
			if err != nil || r.Shortcut == nil {
				return g.sum(y, x), err
			}
			short, err := g.Layer(r.Shortcut, x)
			return g.sum(y, short), err
		}),
		NewExporter("parallel", exportParallel),
	}
}

func exportParallel(g *Graph, p *layers.Parallel, x Value) (Value, error) {
	var parts []Value
	for _, l := range p.Branches {
		y, err := g.Layer(l, x)
		if err != nil {
			return y, err
		}
		parts = append(parts, y)
	}
	switch {
	case len(parts) == 0:
		return x, errors.New("a Parallel has no branches")
	case len(parts) == 1:
		return parts[0], nil
	case p.Join == layers.Sum:
		sum := parts[0]
		for _, y := range parts[1:] {
			sum = g.sum(sum, y)
		}
		return sum, nil
	}
	return g.concat(parts), nil
}

// sum adds values of one shape, in the order that the first has its axes in.
func (g *Graph) sum(a, b Value) Value {
	if a.plane != b.plane || !a.plane {
		b = g.arrange(b, a.order)
		a = g.arrange(a, a.order)
	}
	return a.Same(g.Node("Add", []string{a.name, b.name}))
}

// concat sets values side by side along gokfac's last axis, in the order that the first has its axes in.
func (g *Graph) concat(parts []Value) Value {
	last := len(parts[0].Shape)
	to := g.arrange(parts[0], parts[0].order)
	to.Shape = slices.Clone(to.Shape)
	var names []string
	for i, p := range parts {
		names = append(names, g.arrange(p, to.order).name)
		if i > 0 {
			to.Shape[last-1] += p.Shape[last-1]
		}
	}
	return to.Same(g.Node("Concat", names, IntAttribute("axis", slices.Index(to.axes(), last))))
}

func shapeExporters() []Exporter {
	return []Exporter{
		NewExporter("flatten", func(g *Graph, _ *layers.Flatten, x Value) (Value, error) {
			if len(x.Shape) == 1 {
				return x, nil
			}
			return g.Made(g.Node("Flatten", []string{g.flat(x)}, IntAttribute("axis", 1)), tensor.Shape(x.Shape).TotalSize()), nil
		}),
		NewExporter("reshape", exportReshape),
		NewExporter("permute", exportPermute),
		NewExporter("dropout", func(_ *Graph, _ *layers.Dropout, x Value) (Value, error) { return x, nil }),
		NewExporter("dropout2d", func(_ *Graph, _ *layers.Dropout2D, x Value) (Value, error) { return x, nil }),
		NewExporter("activation", exportActivation),
		NewExporter("vector", exportVector),
	}
}

func exportReshape(g *Graph, r *layers.Reshape, x Value) (Value, error) {
	shape, left := slices.Clone(r.Shape), tensor.Shape(x.Shape).TotalSize()
	for _, d := range shape {
		if d > 0 {
			left /= d
		}
	}
	if i := slices.Index(shape, -1); i >= 0 {
		shape[i] = left
	}
	if slices.Equal(shape, x.Shape) {
		return x, nil
	}
	return g.Made(g.reshape(g.flat(x), append([]int{0}, shape...)), shape...), nil
}

// exportPermute adds nothing: it says which axes the graph's tensor has from now on.
func exportPermute(g *Graph, p *layers.Permute, x Value) (Value, error) {
	if x.plane {
		x = g.arrange(x, nil)
	}
	y := Value{name: x.name, order: make([]int, len(x.Shape)+1)}
	for _, a := range p.Axes {
		y.Shape = append(y.Shape, x.Shape[a-1])
	}
	for i, a := range x.axes() {
		if a > 0 {
			y.order[i] = slices.Index(p.Axes, a) + 1
		}
	}
	return y, nil
}

// exportVector repeats the vector for each example: the batch's size is known when the graph runs.
func exportVector(g *Graph, v *layers.Vector, _ Value) (Value, error) {
	n := g.Node("Shape", []string{inputName}, IntAttribute("start", 0), IntAttribute("end", 1))
	shape := g.Node("Concat", []string{n, g.Ints("units", v.Units)}, IntAttribute("axis", 0))
	return g.Made(g.Node("Expand", []string{g.Param(v.Params()[0], 1, v.Units), shape}), v.Units), nil
}
