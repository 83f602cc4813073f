package onnx

import (
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/layers"
)

// frame is how a kernel moves over images, or over sequences as images of one row.
type frame struct {
	kernel, stride, dilation, padding [2]int
	same                              bool // as TensorFlow pads
	out                               [2]int
}

// frameOf reads the settings of a convolution or a pooling over an example of ONNX's shape dims, channels first.
func (im *importer) frameOf(n *node, a *attributes, in *step, kernel []int64, ceil bool) (*frame, error) {
	dims := in.out.onnx(im.sizes)
	axes := len(dims) - 1
	if axes != 1 && axes != 2 {
		return nil, n.errorf("it takes examples of shape %v: images, channels×height×width, and sequences, channels×length, are read", dims)
	}
	f := &frame{kernel: [2]int{1, 1}, stride: [2]int{1, 1}, dilation: [2]int{1, 1}}
	first := 2 - axes
	for _, s := range []struct {
		name   string
		values []int64
		to     *[2]int
	}{{"kernel_shape", kernel, &f.kernel}, {"strides", a.integers("strides"), &f.stride}, {"dilations", a.integers("dilations"), &f.dilation}} {
		if s.values == nil && s.name != "kernel_shape" {
			continue
		}
		if len(s.values) != axes {
			return nil, n.errorf("attribute %s has %d numbers, and the input %d axes beside its channels", s.name, len(s.values), axes)
		}
		for i, v := range s.values {
			if v < 1 || v > mostInput {
				return nil, n.errorf("attribute %s is %v: want numbers from 1 to %d", s.name, s.values, mostInput)
			}
			s.to[first+i] = int(v)
		}
	}
	pads, auto := a.integers("pads"), a.text("auto_pad", "NOTSET")
	switch {
	case auto == "VALID":
		pads = nil
	case auto == "SAME_UPPER":
		f.same, pads = true, nil
	case auto == "SAME_LOWER":
		f.same, pads = true, nil
	case auto != "NOTSET" && auto != "":
		return nil, n.errorf("attribute auto_pad is %.40q: want NOTSET, VALID, SAME_UPPER or SAME_LOWER", auto)
	}
	if pads != nil && len(pads) != 2*axes {
		return nil, n.errorf("attribute pads has %d numbers: want two for each of %d axes", len(pads), axes)
	}
	if in.pads != nil {
		if f.same || slices.ContainsFunc(pads, func(v int64) bool { return v != 0 }) && n.op != "Conv" {
			return nil, n.errorf("it pads its input, and so does %v before it: only one of them is read", in.node)
		}
		if pads == nil {
			pads = make([]int64, 2*axes)
		}
		pads = slices.Clone(pads)
		for i, v := range in.pads {
			pads[i] = min(pads[i], mostInput) + v
		}
	}
	after := [2]int{}
	for i, v := range pads {
		if v < 0 || v > mostInput {
			return nil, n.errorf("attribute pads is %v: want numbers from 0 to %d", pads, mostInput)
		}
		if i < axes {
			f.padding[first+i] = int(v)
		} else {
			after[first+i-axes] = int(v)
		}
	}
	size := [2]int{1, 1}
	copy(size[first:], dims[1:])
	alike := true // padding that is not alike on both sides may be that of same
	for i := range 2 {
		extent := f.dilation[i]*(f.kernel[i]-1) + 1
		total := max(0, (size[i]-1)/f.stride[i]*f.stride[i]+extent-size[i])
		if f.same {
			f.padding[i], after[i] = total/2, total-total/2
			if auto == "SAME_LOWER" && total%2 == 1 {
				return nil, n.errorf("attribute auto_pad is SAME_LOWER, which pads %d elements, more of them before the image than after: only SAME_UPPER is read, and pads that are alike on both sides", total)
			}
			continue
		}
		if f.padding[i] != after[i] {
			alike = false
		}
	}
	if !f.same && !alike {
		for i := range 2 {
			extent := f.dilation[i]*(f.kernel[i]-1) + 1
			total := max(0, (size[i]-1)/f.stride[i]*f.stride[i]+extent-size[i])
			if f.padding[i] != total/2 || after[i] != total-total/2 {
				return nil, n.errorf("attribute pads is %v: only padding that is alike on both sides, or that of auto_pad SAME_UPPER, is read", pads)
			}
		}
		f.same = true
	}
	if f.same && f.padding == after { // what both sides have alike needs no rule
		f.same = false
	}
	for i := range 2 {
		extent := f.dilation[i]*(f.kernel[i]-1) + 1
		padded := size[i] + f.padding[i] + after[i]
		if extent > padded {
			return nil, n.errorf("a kernel that spans %d elements does not fit into %d, padding included", extent, padded)
		}
		if f.out[i] = (padded-extent)/f.stride[i] + 1; ceil && (padded-extent)%f.stride[i] != 0 {
			return nil, n.errorf("attribute ceil_mode is 1, and the last window would reach over the image's edge: only whole windows are read: export it with ceil_mode off")
		}
		// A layer keeps where each place of the kernel is.
		if f.out[i] > mostInput || f.kernel[i] > mostInput {
			return nil, n.errorf("%d places of the kernel are too many", f.out[i])
		}
		if err := im.count(f.out[i], f.kernel[i]+6); err != nil {
			return nil, n.errorf("%w", err)
		}
	}
	return f, nil
}

// images has a value of channels×… in the order that layers of images take.
// which may lack the axis of a single channel.
func (im *importer) images(l layout) (layout, []layers.Layer) {
	axes := l.channelsLast()
	if n := len(axes) - 1; n > 0 && len(axes[n]) == 0 && sameGroups(l.axes, axes[:n]) {
		return l, nil
	}
	return l.as(im.sizes, axes)
}

func sameGroups(a, b [][]int) bool { return slices.EqualFunc(a, b, slices.Equal[[]int]) }

// after is the layout of images that a layer makes.
func (im *importer) after(f *frame, channels, axes int) layout {
	c := im.sizes.add(channels)
	l := layout{dims: [][]int{c}}
	for _, n := range f.out[2-axes:] {
		l.dims = append(l.dims, im.sizes.add(n))
	}
	l.axes = l.channelsLast()
	return l
}

func (im *importer) convolution(n *node) error {
	s, err := im.data(n, 2, 3)
	if err != nil {
		return err
	}
	w, err := im.known(n, 1, "weight")
	if err != nil {
		return err
	}
	bias, err := im.known(n, 2, "bias")
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
	if im.weightsLeft < w.elements() {
		return n.errorf("the network has far more weights than the file: it uses the same ones many times")
	}
	values, err := w.values()
	if err != nil {
		return n.errorf("%w", err)
	}
	each := filters / g
	weight := make([]float64, len(values))
	for i, v := range values { // filters×channels×places there
		place, channel, filter := i%places, i/places%channels, i/places/channels
		weight[((filter/each*places+place)*channels+channel)*each+filter%each] = v
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
	if im.weightsLeft < channels {
		return nil, n.errorf("the network has far more weights than the file: it uses the same ones many times")
	}
	v, err := c.values()
	if err != nil {
		return nil, n.errorf("%w", err)
	}
	return slices.Clone(v), nil
}

func (im *importer) transposedConvolution(n *node) error {
	s, err := im.data(n, 2, 3)
	if err != nil {
		return err
	}
	w, err := im.known(n, 1, "weight")
	if err != nil {
		return err
	}
	bias, err := im.known(n, 2, "bias")
	if err != nil {
		return err
	}
	dims := s.out.onnx(im.sizes)
	if len(dims) != 3 || len(w.dims) != 4 || w.dims[0] != dims[0] {
		return n.errorf("its weight is of shape %v, and its input of shape N×%v: want channels×filters×height×width for images N×channels×height×width", w.dims, dims)
	}
	a := n.attributes()
	a.want("group", 1, "a transposed convolution here has one group")
	a.read["kernel_shape"] = true
	settings := map[string][2]int{"strides": {1, 1}, "dilations": {1, 1}, "output_padding": {}, "pads": {}}
	for name, without := range settings {
		v := a.integers(name)
		if v == nil {
			continue
		}
		if name == "pads" && len(v) == 4 {
			if v[0] != v[2] || v[1] != v[3] {
				return n.errorf("attribute pads is %v: only padding that is alike on both sides is read", v)
			}
			v = v[:2]
		}
		if len(v) != 2 || min(v[0], v[1]) < int64(without[0]) || max(v[0], v[1]) > mostInput {
			return n.errorf("attribute %s is %v: want two numbers from %d on", name, v, without[0])
		}
		settings[name] = [2]int{int(v[0]), int(v[1])}
	}
	if auto := a.text("auto_pad", "NOTSET"); auto != "NOTSET" && auto != "" {
		return n.errorf("attribute auto_pad is %.40q: only explicit pads are read", auto)
	}
	if a.integers("output_shape") != nil {
		return n.errorf("attribute output_shape is not read: export it with pads and output_padding")
	}
	if err := a.done(); err != nil {
		return err
	}
	f := &frame{kernel: [2]int{w.dims[2], w.dims[3]}}
	for i := range 2 {
		f.out[i] = (dims[1+i]-1)*settings["strides"][i] - 2*settings["pads"][i] + settings["dilations"][i]*(f.kernel[i]-1) + settings["output_padding"][i] + 1
		if f.out[i] < 1 || f.out[i] > mostInput || f.kernel[i] < 1 {
			return n.errorf("its settings leave an output of %d elements along an axis", f.out[i])
		}
	}
	filters, places := w.dims[1], f.kernel[0]*f.kernel[1]
	if err := im.count(dims[1]*dims[2], places*max(filters, 1)); err != nil {
		return n.errorf("%w", err)
	}
	if im.weightsLeft < w.elements() || filters < 1 {
		return n.errorf("the network has far more weights than the file: it uses the same ones many times")
	}
	values, err := w.values()
	if err != nil {
		return n.errorf("%w", err)
	}
	weight := make([]float64, len(values))
	for i, v := range values { // channels×filters×places there
		place, filter, channel := i%places, i/places%filters, i/places/filters
		weight[(channel*places+place)*filters+filter] = v
	}
	_, before := im.images(s.out)
	out := im.after(f, filters, 2)
	p := &part{kind: "conv", name: module(n, w), key: w.name, weight: weight, count: filters, column: places * filters, places: places, units: out.dims[0],
		layer: &layers.ConvTranspose2D{Filters: filters, Kernel: f.kernel, Stride: settings["strides"], Padding: settings["pads"],
			OutputPadding: settings["output_padding"], Dilation: settings["dilations"], NoBias: true, Init: layers.Constant(0)}}
	if bias != nil {
		v, err := im.perChannel(n, bias, filters, "bias")
		if err != nil {
			return err
		}
		p.shift(v, bias)
	}
	im.became(n, "ConvTranspose2D")
	return im.placePart(n, s, p, out, before)
}

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
