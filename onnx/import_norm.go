package onnx

import (
	"math"
	"slices"

	"github.com/gokfac/gokfac/layers"
)

// epsilon is ε as the file says it, of which no square root can be wanted below 0.
func (a *attributes) epsilon() float64 {
	v := a.number("epsilon", 1e-5)
	if !(v >= 0) && a.err == nil {
		a.err = a.n.errorf("attribute epsilon is %g: want a number from 0 on", v)
	}
	return v
}

// epsilonOf is ε as layers take it, of which 0 is the default.
func epsilonOf(v float64) float64 { return max(v, 1e-30) }

func (im *importer) batchNorm(n *node) error {
	s, err := im.data(n, 5, 5)
	if err != nil {
		return err
	}
	for i, out := range n.Outputs[1:] {
		if out != "" && im.uses[out] > 0 {
			return n.errorf("its output %d, %.80q, is used, and only the first is read", i+2, out)
		}
	}
	a := n.attributes()
	epsilon, momentum := a.epsilon(), 1-a.number("momentum", 0.9)
	a.want("training_mode", 0, "export the model in evaluation mode")
	a.want("spatial", 1, "a mean and a variance for each channel are read")
	if err := a.done(); err != nil {
		return err
	}
	if len(s.out.dims) == 0 {
		return n.errorf("it takes a value without channels")
	}
	channels := im.sizes.product(s.out.dims[0])
	var v [4][]float64
	for i, what := range []string{"scale", "bias", "mean", "variance"} {
		c, err := im.known(n, i+1, what)
		if err != nil {
			return err
		}
		if v[i], err = im.perChannel(n, c, channels, what); err != nil {
			return err
		}
	}
	for _, x := range v[3] {
		if !(x >= 0) {
			return n.errorf("its variance has the element %g: want numbers from 0 on", x)
		}
	}
	layout, before := im.channelsAtEnd(s, s.out.dims[0])
	units := layout.axes[len(layout.axes)-1]
	for i := range v {
		v[i] = im.inMemory(v[i], s.out.dims[0], units)
	}
	if momentum = math.Round(momentum*1e9) / 1e9; !(momentum > 0 && momentum <= 1) {
		momentum = 0 // the default
	}
	names := [2]string{n.in[1], n.in[2]}
	for i, filler := range []string{"ones", "zeros"} {
		if im.filler(im.constants[names[i]], v[i], filler) {
			v[i] = nil
		}
	}
	p := &part{kind: "batchnorm", name: orElse(module(n, im.constants[names[0]]), module(n, im.constants[names[1]])), weight: v[0], bias: v[1], mean: v[2], spread: v[3], units: units, count: channels, places: 1,
		layer: &layers.BatchNorm{Epsilon: epsilonOf(epsilon), Momentum: momentum}}
	p.parameters()
	im.became(n, "BatchNorm")
	return im.placePart(n, s, p, layout, before)
}

// channelsAtEnd has the last axis be that of the channels, whose atoms may be in any order.
func (im *importer) channelsAtEnd(s *step, channels []int) (layout, []layers.Layer) {
	if end, ok := s.out.suffix(channels); ok {
		axes := s.out.before(end)
		return s.out.as(im.sizes, append(slices.Clone(axes), end))
	}
	var axes [][]int
	for _, d := range s.out.dims {
		if !slices.Equal(d, channels) || len(d) == 0 {
			axes = append(axes, d)
		}
	}
	return s.out.as(im.sizes, append(axes, channels))
}

// inMemory has numbers for each index of a group of atoms in the order of memory.
func (im *importer) inMemory(v []float64, group, memory []int) []float64 {
	if slices.Equal(group, memory) {
		return v
	}
	out := make([]float64, len(v))
	for i, at := range im.rows(group, memory) {
		out[at] = v[i]
	}
	return out
}

// layerNorm standardises over the last axes of ONNX's.
func (im *importer) layerNorm(n *node) error {
	s, err := im.data(n, 1, 3)
	if err != nil {
		return err
	}
	rank := int64(len(s.out.dims))
	a := n.attributes()
	epsilon := a.epsilon()
	axis := a.integer("axis", -1)
	a.want("stash_type", 1, "float")
	if axes := a.integers("axes"); axes != nil { // of several nodes that standardise
		for i, v := range axes {
			if v < 0 {
				v += rank + 1
			}
			if i == 0 {
				axis = v
			}
			if v != axis+int64(i) || i == len(axes)-1 && v != rank {
				return n.errorf("it standardises over the axes %v: the last ones are read", axes)
			}
		}
	}
	if err := a.done(); err != nil {
		return err
	}
	for i, out := range n.Outputs {
		if i > 0 && out != "" && im.uses[out] > 0 {
			return n.errorf("its output %d, %.80q, is used, and only the first is read", i+1, out)
		}
	}
	if axis < 0 {
		axis += rank + 1
	}
	if axis < 1 || axis > rank {
		return n.errorf("attribute axis is %d: want one of the examples' axes, 1 to %d", axis, rank)
	}
	group := flat(s.out.dims[axis-1:])
	if len(group) == 0 {
		return n.errorf("it standardises single values, of which nothing would be left")
	}
	layout, before := im.channelsAtEndOf(s, group, int(axis)-1)
	units := layout.axes[len(layout.axes)-1]
	p := &part{kind: "layernorm", units: units, count: im.sizes.product(units), places: 1,
		layer: &layers.LayerNorm{Epsilon: epsilonOf(epsilon), NoScale: true, NoShift: true}}
	if err := im.scaleAndShift(n, p, layout); err != nil {
		return err
	}
	im.became(n, "LayerNorm")
	return im.placePart(n, s, p, layout, before)
}

// channelsAtEndOf is channelsAtEnd of several of ONNX's axes, from one on.
func (im *importer) channelsAtEndOf(s *step, group []int, from int) (layout, []layers.Layer) {
	if end, ok := s.out.suffix(group); ok {
		return s.out.as(im.sizes, append(slices.Clone(s.out.before(end)), end))
	}
	return s.out.as(im.sizes, append(slices.Clone(s.out.dims[:from]), group))
}

// scaleAndShift reads the second and the third input.
func (im *importer) scaleAndShift(n *node, p *part, l layout) error {
	for i, what := range []string{"scale", "bias"} {
		c, err := im.known(n, i+1, what)
		if err != nil {
			return err
		}
		if c == nil {
			continue
		}
		v, ok := im.perUnit(c, l, p.units)
		if !ok {
			return n.errorf("its %s is of shape %v, and it standardises %d elements", what, c.dims, p.count)
		}
		if im.filler(c, v, [2]string{"ones", "zeros"}[i]) {
			continue
		}
		if p.name == "" {
			p.name = module(n, c)
		}
		if i == 0 {
			p.multiply(v, c)
		} else {
			p.shift(v, c)
		}
	}
	return nil
}

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
