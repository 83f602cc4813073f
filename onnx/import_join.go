package onnx

import (
	"slices"

	"github.com/gokfac/gokfac/layers"
)

// sum adds values, or a constant to one.
func (im *importer) sum(n *node) error {
	if err := n.only(1, 1000); err != nil {
		return err
	}
	for _, name := range n.in {
		if im.constants[name] != nil {
			return im.withConstant(n)
		}
	}
	if n.op == "Add" && len(n.in) != 2 {
		return n.errorf("%d inputs: the operator has 2", len(n.in))
	}
	if err := n.attributes().done(); err != nil {
		return err
	}
	s, err := im.values(n)
	if err != nil {
		return err
	}
	first, alike := s.inputs[0].out, true
	for _, in := range s.inputs[1:] {
		if !slices.Equal(in.out.onnx(im.sizes), first.onnx(im.sizes)) {
			return n.errorf("it adds values of shapes %v and %v: only values of one shape are added", first.onnx(im.sizes), in.out.onnx(im.sizes))
		}
		alike = alike && im.alike(first, in.out)
	}
	s.branches = make([][]layers.Layer, len(s.inputs))
	s.out = first
	if !alike {
		for i, in := range s.inputs {
			var out layout
			if out, s.branches[i] = in.out.as(im.sizes, in.out.channelsLast()); i == 0 {
				s.out = out
			}
		}
	}
	if s.join == "" {
		s.layers = s.branches[0]
	}
	im.became(n, "a sum of branches")
	return im.place(s, n.out)
}

// alike reports whether two values of one shape have their elements in one order.
func (im *importer) alike(a, b layout) bool {
	return slices.Equal(im.positions(a), im.positions(b)) && slices.Equal(a.shape(im.sizes), b.shape(im.sizes))
}

// positions are the sizes of a value's atoms in ONNX's order, each with its place in memory.
func (im *importer) positions(l layout) []int {
	memory := flat(l.axes)
	var list []int
	for _, a := range flat(l.dims) {
		list = append(list, im.sizes[a], slices.Index(memory, a))
	}
	return list
}

// values is a join of all inputs.
func (im *importer) values(n *node) (*step, error) {
	s := &step{node: n, join: n.op}
	for i := range n.in {
		in, err := im.value(n, i)
		if err != nil {
			return nil, err
		}
		s.inputs = append(s.inputs, in)
	}
	if len(s.inputs) == 1 {
		s.join = ""
	}
	return s, nil
}

// concat sets values side by side along the model's last axis.
func (im *importer) concat(n *node) error {
	if err := n.only(1, 1000); err != nil {
		return err
	}
	a := n.attributes()
	axis := a.integer("axis", 1)
	if err := a.done(); err != nil {
		return err
	}
	s, err := im.values(n)
	if err != nil {
		return err
	}
	first := s.inputs[0].out.onnx(im.sizes)
	if axis < 0 {
		axis += int64(len(first)) + 1
	}
	if axis < 1 || axis > int64(len(first)) {
		return n.errorf("attribute axis is %d: an axis of the examples is read, 1 to %d", axis, len(first))
	}
	at := int(axis) - 1
	total := 0
	for _, in := range s.inputs {
		dims := in.out.onnx(im.sizes)
		if len(dims) != len(first) {
			return n.errorf("it joins values of shapes %v and %v", first, dims)
		}
		for i := range dims {
			if i != at && dims[i] != first[i] {
				return n.errorf("it joins values of shapes %v and %v along axis %d", first, dims, axis)
			}
		}
		if total += dims[at]; total > mostInput {
			return n.errorf("its output is too large")
		}
	}
	// The other axes keep their order, and the joined one is the last.
	s.branches = make([][]layers.Layer, len(s.inputs))
	for i, in := range s.inputs {
		axes := append(slices.Delete(slices.Clone(in.out.dims), at, at+1), in.out.dims[at])
		out, made := in.out.as(im.sizes, axes)
		if s.branches[i] = made; i > 0 {
			continue
		}
		joined := im.sizes.add(total)
		out.dims = slices.Clone(out.dims)
		out.dims[at] = joined
		s.out = layout{dims: out.dims, axes: append(slices.Clone(axes[:len(axes)-1]), joined)}
	}
	if s.join == "" {
		s.layers = s.branches[0]
	}
	im.became(n, "branches side by side")
	return im.place(s, n.out)
}
