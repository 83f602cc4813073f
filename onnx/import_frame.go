package onnx

import (
	"slices"
	"strings"

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
	after, err := f.pad(n, a, in, dims)
	if err != nil {
		return nil, err
	}
	size := [2]int{1, 1}
	copy(size[first:], dims[1:])
	for i := range 2 {
		padded := size[i] + f.padding[i] + after[i]
		left := padded - f.extent(i)
		switch f.out[i] = left/f.stride[i] + 1; {
		case left < 0:
			return nil, n.errorf("a kernel that spans %d elements does not fit into %d, padding included", f.extent(i), padded)
		case ceil && left%f.stride[i] != 0:
			return nil, n.errorf("attribute ceil_mode is 1, and the last window would reach over the image's edge: only whole windows are read: export it with ceil_mode off")
		}
		// A layer keeps where each place of the kernel is.
		if err := im.count(f.out[i], f.kernel[i]+6); err != nil {
			return nil, n.errorf("%w", err)
		}
	}
	return f, nil
}

// extent is how many elements the kernel spans.
func (f *frame) extent(i int) int { return f.dilation[i]*(f.kernel[i]-1) + 1 }

// pad sets the padding, and returns that behind the last elements.
func (f *frame) pad(n *node, a *attributes, in *step, dims []int) (after [2]int, err error) {
	axes := len(dims) - 1
	pads, auto := a.integers("pads"), a.text("auto_pad", "NOTSET")
	if pads != nil && len(pads) != 2*axes {
		return after, n.errorf("attribute pads has %d numbers: want two for each of %d axes", len(pads), axes)
	}
	switch auto {
	case "NOTSET", "":
	case "VALID", "SAME_UPPER", "SAME_LOWER":
		pads = nil
	default:
		return after, n.errorf("attribute auto_pad is %.40q: want NOTSET, VALID, SAME_UPPER or SAME_LOWER", auto)
	}
	f.same = strings.HasPrefix(auto, "SAME")
	if in.pads != nil {
		own := slices.ContainsFunc(pads, func(v int64) bool { return v != 0 })
		if f.same || own && n.op != "Conv" {
			return after, n.errorf("it pads its input, and so does %v before it: only one of them is read", in.node)
		}
		all := slices.Clone(in.pads)
		for i, v := range pads {
			all[i] += min(v, mostInput)
		}
		pads = all
	}
	var before, wanted, total [2]int
	first := 2 - axes
	for i := range axes {
		size, k := dims[1+i], first+i
		total[k] = max(0, (size-1)/f.stride[k]*f.stride[k]+f.extent(k)-size) // for ⌈size/stride⌉ places
		wanted[k] = total[k] / 2
		if len(pads) == 0 {
			continue
		}
		if min(pads[i], pads[axes+i]) < 0 || max(pads[i], pads[axes+i]) > mostInput {
			return after, n.errorf("attribute pads is %v: want numbers from 0 to %d", pads, mostInput)
		}
		before[k], after[k] = int(pads[i]), int(pads[axes+i])
	}
	rest := [2]int{total[0] - wanted[0], total[1] - wanted[1]}
	switch {
	case auto == "SAME_LOWER" && wanted != rest:
		return after, n.errorf("attribute auto_pad is SAME_LOWER, which pads an odd number of elements, more of them before the image than after: only SAME_UPPER is read, and pads that are alike on both sides")
	case f.same:
		before, after = wanted, rest
	case before != after && (before != wanted || after != rest):
		return after, n.errorf("attribute pads is %v: only padding that is alike on both sides, or that of auto_pad SAME_UPPER, is read", pads)
	}
	f.padding, f.same = before, before != after // what is alike on both sides needs no rule
	return after, nil
}

// images has a value of channels×… in the order that layers of images take. It may lack the axis of a single channel.
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
