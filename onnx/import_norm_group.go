package onnx

import (
	"slices"

	"github.com/gokfac/gokfac/layers"
)

// groupNorm standardises groups of channels over all places. An InstanceNormalization has a group for each index of its
// first axis, which a Reshape before it may have made of several channels.
func (im *importer) groupNorm(n *node) error {
	s, err := im.data(n, 3, 3)
	if err != nil {
		return err
	}
	a := n.attributes()
	epsilon := a.epsilon()
	groups := 0
	if n.op == "GroupNormalization" {
		groups = int(min(a.integer("num_groups", 0), mostInput))
		a.want("stash_type", 1, "float")
	}
	a.read["consumed_inputs"] = true
	if err := a.done(); err != nil {
		return err
	}
	if len(s.out.dims) < 1 {
		return n.errorf("it takes a value without channels")
	}
	channels := s.out.dims[0]
	size := im.sizes.product(channels)
	scales := size // how many numbers scale and bias have
	instance := n.op == "InstanceNormalization"
	switch {
	case instance:
		groups = size
	case groups < 1 || size%groups != 0:
		return n.errorf("attribute num_groups is %d, which does not divide %d channels", groups, size)
	case im.opset < 21:
		scales = groups
	}
	var v [2][]float64
	for i, what := range []string{"scale", "bias"} {
		c, err := im.known(n, i+1, what)
		if err != nil {
			return err
		}
		if v[i], err = im.perChannel(n, c, scales, what); err != nil {
			return err
		}
	}
	// Memory has the places, then the groups, then the channels within a group.
	in := s.out
	axes, last := in.dims[1:], channels
	if instance {
		in, last = im.channelsOfGroups(n, in)
		if end, ok := in.suffix(last); ok && slices.Equal(end, last) {
			axes = in.before(last)
		} else {
			axes = [][]int{slices.DeleteFunc(flat(in.axes), func(a int) bool { return slices.Contains(last, a) })}
		}
	}
	layout, before := in.as(im.sizes, append(slices.Clone(axes), last))
	each := im.sizes.product(last)
	if groups == im.sizes.product(flat(layout.axes)) {
		return n.errorf("it standardises single values, of which nothing would be left")
	}
	p := &part{kind: "groupnorm", units: last, count: each, places: 1,
		layer: &layers.GroupNorm{Groups: groups, Epsilon: epsilonOf(epsilon), NoScale: true, NoShift: true}}
	wide := make([][]float64, 2)
	if err := im.affordable(n, 2*each); err != nil {
		return err
	}
	for i := range wide {
		wide[i] = make([]float64, each)
		for u := range wide[i] {
			wide[i][u] = v[i][u/(each/scales)]
		}
	}
	// PyTorch scales by ones, and adds zeros, before it scales and shifts channels.
	plain := instance && !slices.ContainsFunc(v[0], func(x float64) bool { return x != 1 }) && !slices.ContainsFunc(v[1], func(x float64) bool { return x != 0 })
	if c := im.constants[n.in[1]]; !plain && !im.filler(c, wide[0], "ones") {
		p.multiply(wide[0], c)
		p.name = module(n, c)
	}
	if c := im.constants[n.in[2]]; !plain && !im.filler(c, wide[1], "zeros") {
		p.shift(wide[1], c)
	}
	im.became(n, "GroupNorm")
	return im.placePart(n, s, p, layout, before)
}

// channelsOfGroups are the channels that an InstanceNormalization standardises, with a layout that has them as atoms. A
// Reshape before it may have made its first axis of groups of channels.
func (im *importer) channelsOfGroups(n *node, l layout) (layout, []int) {
	groups, total := im.sizes.product(l.dims[0]), im.sizes.product(flat(l.dims))
	channels := groups
	if p := im.producers[n.in[0]]; p != nil && p.op == "Reshape" && len(p.in) > 0 {
		if s := im.steps[p.in[0]]; s != nil && len(s.out.dims) > 0 {
			if c := im.sizes.product(s.out.dims[0]); c%groups == 0 && total%c == 0 {
				channels = c
			}
		}
	}
	cut, ok := l.reshape(&im.sizes, []int{groups, channels / groups, total / channels})
	if !ok {
		return l, l.dims[0]
	}
	again, ok := cut.reshape(&im.sizes, l.onnx(im.sizes))
	if !ok {
		return l, l.dims[0]
	}
	// A second cut of an atom is one of both.
	cut, ok = again.reshape(&im.sizes, []int{groups, channels / groups, total / channels})
	if !ok {
		return l, l.dims[0]
	}
	return again, slices.Concat(cut.dims[0], cut.dims[1])
}
