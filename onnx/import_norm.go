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
