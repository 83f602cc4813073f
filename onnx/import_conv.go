package onnx

import (
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/internal/kernelorder"
	"github.com/gokfac/gokfac/layers"
)

func (im *importer) convolution(n *node) error {
	s, err := im.data(n, 2, 3)
	if err != nil {
		return err
	}
	w, bias, err := im.weightAndBias(n)
	if err != nil {
		return err
	}
	dims := s.out.onnx(im.sizes)
	axes := len(dims) - 1
	if axes < 1 || len(w.dims) != axes+2 {
		return n.errorf("its weight is of shape %v, and its input of shape N×%v: want filters×channels×kernel for N×channels×…", w.dims, dims)
	}
	kernel := make([]int64, axes)
	for i := range kernel {
		kernel[i] = int64(w.dims[2+i])
	}
	a := n.attributes()
	if given := a.integers("kernel_shape"); given != nil && !slices.Equal(given, kernel) {
		return n.errorf("attribute kernel_shape is %v, and its weight of shape %v", given, w.dims)
	}
	groups := a.integer("group", 1)
	filters, channels := w.dims[0], w.dims[1]
	f, err := im.frameOf(n, a, s, kernel, false)
	if err != nil {
		return err
	}
	if err := a.done(); err != nil {
		return err
	}
	if groups < 1 || groups > int64(filters) || filters%int(groups) != 0 || int64(channels)*groups != int64(dims[0]) {
		return n.errorf("its weight is of shape %v and group %d, and its input has %d channels: want filters×channels/group×kernel", w.dims, groups, dims[0])
	}
	g := int(groups)
	places := f.kernel[0] * f.kernel[1]
	if err := im.count(f.out[0]*f.out[1], places*dims[0]); err != nil { // the windows, which K-FAC reads
		return n.errorf("%w", err)
	}
	if err := im.affordable(n, w.elements()); err != nil {
		return err
	}
	values, err := w.values()
	if err != nil {
		return n.errorf("%w", err)
	}
	each := filters / g
	weight := make([]float64, len(values))
	at := kernelorder.Convolution(places, channels, each)
	for i, v := range values {
		weight[at(i)] = v
	}
	_, before := im.images(s.out)
	out := im.after(f, filters, axes)
	p := &part{kind: "conv", name: module(n, w), key: w.name, weight: weight, count: filters, column: each, places: 1, units: out.dims[0]}
	if g == 1 {
		groups = 0
	}
	padding := f.padding
	if f.same {
		padding = [2]int{}
	}
	if axes == 2 {
		p.layer = &layers.Conv2D{Filters: filters, Kernel: f.kernel, Stride: f.stride, Dilation: f.dilation, Padding: padding, Same: f.same,
			Groups: int(groups), NoBias: true, Init: layers.Constant(0)}
	} else {
		p.layer = &layers.Conv1D{Filters: filters, Kernel: f.kernel[1], Stride: f.stride[1], Dilation: f.dilation[1], Padding: padding[1], Same: f.same,
			Groups: int(groups), NoBias: true, Init: layers.Constant(0)}
	}
	if bias != nil {
		v, err := im.perChannel(n, bias, filters, "bias")
		if err != nil {
			return err
		}
		p.shift(v, bias)
	}
	im.became(n, fmt.Sprintf("Conv%dD", axes))
	return im.placePart(n, s, p, out, before)
}

// perChannel is a constant of one number for each channel, on memory of its own.
func (im *importer) perChannel(n *node, c *constant, channels int, what string) ([]float64, error) {
	if c == nil || c.elements() != channels || len(c.dims) != 1 {
		return nil, n.errorf("its %s is not one number for each of %d channels", what, channels)
	}
	if err := im.affordable(n, channels); err != nil {
		return nil, err
	}
	v, err := c.values()
	if err != nil {
		return nil, n.errorf("%w", err)
	}
	return slices.Clone(v), nil
}
