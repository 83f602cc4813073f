package onnx

import (
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
