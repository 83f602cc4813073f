package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// target is the shape that a Reshape makes of dims, the batch included.
func (im *importer) target(n *node, dims []int, inputs int) ([]int, error) {
	a := n.attributes()
	allowZero := a.integer("allowzero", 0)
	if err := a.done(); err != nil {
		return nil, err
	}
	if inputs < 2 || im.constants[n.input(1)] == nil {
		return nil, errors.New("the shape that it makes is not known in advance: export the model with a fixed shape of examples")
	}
	want, err := im.constants[n.in[1]].integers()
	if err != nil {
		return nil, err
	}
	if len(want) > 8 {
		return nil, fmt.Errorf("a shape of %d axes: at most 8 are read", len(want))
	}
	elements := 1
	for _, d := range dims {
		elements *= d
	}
	out, open, known := make([]int, len(want)), -1, 1
	for i, d := range want {
		switch {
		case d == 0 && allowZero == 0 && i < len(dims):
			d = int64(dims[i])
		case d == sizeOfBatch && len(dims) > 0:
			d = int64(dims[0])
		case d == -1 && open < 0:
			open = i
			continue
		}
		if d < 1 || d > mostInput || int(d) > mostValues/known {
			return nil, fmt.Errorf("the shape %v: want sizes from 1 to %d, and at most one -1", want, mostInput)
		}
		out[i] = int(d)
		known *= int(d)
	}
	if open >= 0 {
		out[open] = max(elements/known, 1)
	}
	return out, nil
}

// unit are dims with axes of size 1 added or taken away, the batch included.
func (im *importer) unit(n *node, dims []int, add bool) ([]int, error) {
	a := n.attributes()
	axes := a.integers("axes")
	if err := a.done(); err != nil {
		return nil, err
	}
	if name := n.input(1); name != "" {
		c := im.constants[name]
		if c == nil {
			return nil, errors.New("its axes are not known in advance")
		}
		var err error
		if axes, err = c.integers(); err != nil {
			return nil, err
		}
	}
	count := len(dims)
	if add {
		count += len(axes)
	}
	if count > 8 {
		return nil, fmt.Errorf("%d axes: at most 8 are read", count)
	}
	var at []int
	for _, i := range axes {
		if i < 0 {
			i += int64(count)
		}
		if i < 0 || i >= int64(count) || slices.Contains(at, int(i)) || !add && dims[i] != 1 {
			return nil, fmt.Errorf("axes %v do not fit a value of %d axes", axes, count)
		}
		at = append(at, int(i))
	}
	var out []int
	left := dims
	for i := range count {
		switch {
		case add && slices.Contains(at, i):
			out = append(out, 1)
		case !add && (slices.Contains(at, i) || axes == nil && i > 0 && dims[i] == 1):
			left = left[1:]
		default:
			out, left = append(out, left[0]), left[1:]
		}
	}
	return out, nil
}

func (im *importer) reshape(n *node) error {
	s, err := im.data(n, 1, 2)
	if err != nil {
		return err
	}
	before := s.out.onnx(im.sizes)
	elements := im.sizes.product(flat(s.out.axes))
	// With a batch of 1 the sizes of an example are those behind the first axis.
	whole := append([]int{1}, before...)
	var dims []int
	switch n.op {
	case "Flatten":
		a := n.attributes()
		axis := a.integer("axis", 1)
		if err := a.done(); err != nil {
			return err
		}
		if axis != 1 && axis != 1-int64(len(whole)) {
			return n.errorf("attribute axis is %d, and only 1 is read, which leaves the examples apart", axis)
		}
		dims = []int{1, elements}
	case "Reshape":
		if dims, err = im.reshapeTarget(n, whole); err != nil {
			return n.errorf("%w", err)
		}
	default:
		if dims, err = im.unit(n, whole, n.op == "Unsqueeze"); err != nil {
			return n.errorf("%w", err)
		}
	}
	product := 1
	for _, d := range dims {
		product *= d
	}
	if len(dims) < 2 || dims[0] != 1 || product != elements {
		return n.errorf("it makes shape %v of examples of shape %v: only the axes of an example are read, and the first axis has to stay the batch", dims, before)
	}
	out, ok := s.out.reshape(&im.sizes, dims[1:])
	if !ok {
		merged, made := s.out.merged(&im.sizes)
		if out, ok = merged.reshape(&im.sizes, dims[1:]); !ok {
			return n.errorf("shape %v of examples of shape %v", dims, before)
		}
		im.became(n, "the order of the elements")
		return im.pass(n, s, out, made...)
	}
	im.became(n, "the shape alone")
	return im.pass(n, s, out)
}

// reshapeTarget is target for a value of the network: a batch of the file's size counts as 1.
func (im *importer) reshapeTarget(n *node, whole []int) ([]int, error) {
	c := im.constants[n.input(1)]
	if c != nil && im.batch > 1 {
		want, err := c.integers()
		if err != nil {
			return nil, err
		}
		if len(want) > 0 && want[0] == im.batch {
			fixed := slices.Clone(want)
			fixed[0] = sizeOfBatch
			name := n.in[1] + " of a batch"
			for im.constants[name] != nil {
				name += "'"
			}
			im.constants[name] = &constant{name: name, whole: fixed, dims: c.dims}
			defer delete(im.constants, name)
			of := *n
			of.in = []string{n.in[0], name}
			return im.target(&of, whole, 2)
		}
	}
	return im.target(n, whole, len(n.in))
}

func (im *importer) transpose(n *node) error {
	s, err := im.data(n, 1, 1)
	if err != nil {
		return err
	}
	perm, err := permutation(n, len(s.out.dims)+1)
	if err != nil {
		return n.errorf("%w", err)
	}
	if perm[0] != 0 {
		return n.errorf("it moves the axis of the batch, which has to stay the first")
	}
	out := layout{axes: s.out.axes}
	for _, p := range perm[1:] {
		out.dims = append(out.dims, s.out.dims[p-1])
	}
	im.became(n, "the order of axes alone")
	return im.pass(n, s, out)
}
