package onnx

import (
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/layers"
)

func (im *importer) pool(n *node) error {
	s, err := im.data(n, 1, 1)
	if err != nil {
		return err
	}
	a := n.attributes()
	kernel := a.integers("kernel_shape")
	ceil := a.integer("ceil_mode", 0) != 0
	dims := s.out.onnx(im.sizes)
	f, err := im.frameOf(n, a, s, kernel, ceil)
	if err != nil {
		return err
	}
	whole := false
	if n.op == "AveragePool" {
		whole = a.integer("count_include_pad", 0) != 0
	} else {
		a.want("storage_order", 0, "rows come first")
	}
	whole = whole || s.pads != nil // zeros that are put around an image are elements of it
	if err := a.done(); err != nil {
		return err
	}
	switch {
	case f.dilation != [2]int{1, 1}:
		return n.errorf("attribute dilations is %v: only neighbours are pooled", f.dilation)
	case f.same:
		return n.errorf("its padding is not alike on both sides, which no pooling here does: export it with pads that are")
	case f.padding[0] >= f.kernel[0] || f.padding[1] >= f.kernel[1]:
		return n.errorf("its padding %v is not less than its window %v", f.padding, f.kernel)
	}
	in, before := im.images(s.out)
	sequence := len(dims) == 2
	if sequence { // as images of one row
		before = append(before, &layers.Reshape{Shape: []int{1, dims[1], dims[0]}})
	}
	pool := layers.Layer(&layers.MaxPool2D{Window: f.kernel, Stride: f.stride, Padding: f.padding})
	if n.op == "AveragePool" {
		pool = &layers.AvgPool2D{Window: f.kernel, Stride: f.stride, Padding: f.padding, CountPadding: whole}
	}
	made := append(before, pool)
	out := layout{dims: slices.Clone(s.out.dims[:1])}
	for _, size := range f.out[3-len(dims):] {
		out.dims = append(out.dims, im.sizes.add(size))
	}
	out.axes = out.channelsLast()
	if !sequence && len(in.axes) < len(in.dims) {
		out.axes = out.axes[:2]
	}
	if sequence {
		made = append(made, &layers.Reshape{Shape: out.shape(im.sizes)})
	}
	im.became(n, fmt.Sprint(pool))
	return im.pass(n, s, out, made...)
}

// globalPool is a mean or a maximum over all places of each channel.
func (im *importer) globalPool(n *node) error {
	s, err := im.data(n, 1, 1)
	if err != nil {
		return err
	}
	if err := n.attributes().done(); err != nil {
		return err
	}
	return im.overPlaces(n, s, s.out, n.op == "GlobalMaxPool", true)
}

// overPlaces pools a value of layout l.
func (im *importer) overPlaces(n *node, s *step, l layout, most, keep bool) error {
	dims := l.onnx(im.sizes)
	if len(dims) != 3 && len(dims) != 2 {
		return n.errorf("it takes examples of shape %v: images, channels×height×width, and sequences, channels×length, are read", dims)
	}
	_, made := im.images(l)
	rows, columns := 1, dims[len(dims)-1]
	if len(dims) == 3 {
		rows = dims[1]
	} else {
		made = append(made, &layers.Reshape{Shape: []int{1, dims[1], dims[0]}})
	}
	if err := im.count(1, rows+columns+12); err != nil {
		return n.errorf("%w", err)
	}
	pool := layers.Layer(&layers.GlobalAvgPool{})
	if most {
		pool = &layers.MaxPool2D{Window: [2]int{rows, columns}}
	}
	if made = append(made, pool); most {
		made = append(made, &layers.Flatten{})
	}
	out := layout{dims: slices.Clone(l.dims[:1]), axes: [][]int{l.dims[0]}}
	for range dims[1:] {
		if keep {
			out.dims = append(out.dims, nil)
		}
	}
	im.became(n, fmt.Sprint(pool))
	return im.pass(n, s, out, made...)
}

// reduceMean is the mean over all places, whichever axis the channels are.
func (im *importer) reduceMean(n *node) error {
	s, err := im.data(n, 1, 2)
	if err != nil {
		return err
	}
	a := n.attributes()
	axes, keep := a.integers("axes"), a.integer("keepdims", 1) != 0
	a.read["noop_with_empty_axes"] = true
	if err := a.done(); err != nil {
		return err
	}
	c, err := im.known(n, 1, "axes")
	if err != nil {
		return err
	}
	if c != nil {
		if axes, err = c.integers(); err != nil {
			return n.errorf("%w", err)
		}
	}
	rank := len(s.out.dims)
	over := make([]bool, rank+1)
	for _, i := range axes {
		if i < 0 {
			i += int64(rank) + 1
		}
		if i < 1 || i > int64(rank) {
			return n.errorf("it is over the axes %v: the mean over all axes but the batch and the channels is read", axes)
		}
		over[i] = true
	}
	channels, left := 0, 0
	for i := 1; i <= rank; i++ {
		if !over[i] {
			channels, left = i, left+1
		}
	}
	if left != 1 || rank < 2 {
		return n.errorf("it is over the axes %v: the mean over all axes but the batch and the channels is read", axes)
	}
	// The channels first, as for a global pool.
	first := layout{axes: s.out.axes, dims: [][]int{s.out.dims[channels-1]}}
	for i, d := range s.out.dims {
		if i != channels-1 {
			first.dims = append(first.dims, d)
		}
	}
	if err := im.overPlaces(n, s, first, false, false); err != nil || !keep {
		return err
	}
	made := im.steps[n.out]
	dims := make([][]int, rank)
	dims[channels-1] = made.out.dims[0]
	made.out.dims = dims
	return nil
}

// pad leaves zeros around a value to the convolution or the pooling that takes it.
func (im *importer) pad(n *node) error {
	s, err := im.data(n, 1, 4)
	if err != nil {
		return err
	}
	a := n.attributes()
	mode, pads, fill := a.text("mode", "constant"), a.integers("pads"), a.number("value", 0)
	if err := a.done(); err != nil {
		return err
	}
	for i, what := range []string{"pads", "value", "axes"} {
		c, err := im.known(n, i+1, what)
		if err != nil || c == nil {
			if err != nil {
				return err
			}
			continue
		}
		switch v, ok := c.scalar(); {
		case i == 0:
			if pads, err = c.integers(); err != nil {
				return n.errorf("%w", err)
			}
		case i == 1 && ok:
			fill = v
		default:
			return n.errorf("its %s is not read: export it with pads for all axes", what)
		}
	}
	rank := len(s.out.dims)
	if len(pads) != 2*(rank+1) {
		return n.errorf("its pads are %d numbers: want two for each of %d axes", len(pads), rank+1)
	}
	if !slices.ContainsFunc(pads, func(v int64) bool { return v != 0 }) {
		im.became(n, "nothing")
		return im.pass(n, s, s.out)
	}
	inner := slices.Concat(pads[2:rank+1], pads[rank+3:])
	outer := []int64{pads[0], pads[1], pads[rank+1], pads[rank+2]}
	switch {
	case mode != "constant" || fill != 0:
		return n.errorf("it pads by %.20q with %g: only zeros are read", mode, fill)
	case rank < 2 || outer[0] != 0 || outer[1] != 0 || outer[2] != 0 || outer[3] != 0:
		return n.errorf("it pads the batch or the channels: only zeros around images, channels×height×width, are read")
	case slices.ContainsFunc(inner, func(v int64) bool { return v < 0 || v > mostInput }):
		return n.errorf("its pads are %v: want numbers from 0 to %d", inner, mostInput)
	case n.out == im.output:
		return n.errorf("its output is the network's: only a convolution or an AveragePool takes zeros in")
	}
	im.became(n, "the padding of the layer behind it")
	out := &step{node: n, inputs: []*step{s}, out: s.out, pads: inner}
	return im.place(out, n.out)
}
