package onnx

import (
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/layers"
)

// walk reads the nodes in order.
func (im *importer) walk() error {
	for _, n := range im.nodes {
		if err := im.read(n); err != nil {
			return err
		}
	}
	im.last = im.steps[im.output]
	if im.last == nil {
		return fmt.Errorf("the output %.80q does not depend on the input: there is no network to read", im.output)
	}
	return im.end()
}

// end has the outputs in an order that the caller can know, as one axis.
func (im *importer) end() error {
	l := im.last.out
	im.outputSize = l.onnx(im.sizes)
	order := flat(l.dims)
	if len(l.dims) == 3 {
		order = flat(l.channelsLast())
		im.note("the output of images is in the order of height, width and channels")
	}
	out, made := l.as(im.sizes, [][]int{order})
	return im.place(&step{inputs: []*step{im.last}, layers: made, out: out}, im.output)
}

// place takes a step in and counts what it takes.
func (im *importer) place(s *step, name string) error {
	if im.ending != nil && s.node != nil {
		return im.ending.errorf("%v takes its output: the operator is read at the end of a network only: name another output by LoadConfig.Output", s.node)
	}
	if err := im.count(im.sizes.product(flat(s.out.axes)), 1+len(s.layers)); err != nil {
		return err
	}
	if im.numberOfLayers += 1 + len(s.layers); im.numberOfLayers > mostLayers {
		return fmt.Errorf("the network has more than %d layers", mostLayers)
	}
	s.users = im.uses[name]
	for i, in := range s.inputs {
		s.inputs[i] = in.source()
	}
	s.above = s.inputs[0]
	for _, in := range s.inputs[1:] {
		s.above = common(s.above, in)
	}
	s.depth = s.above.depth + 1
	im.last, im.steps[name] = s, s
	return nil
}

// count counts arrays against what a network may take.
func (im *importer) count(elements, times int) error {
	if times > 0 && elements > im.valuesLeft/times {
		return fmt.Errorf("the network's values have more than %d elements for one example", mostValues)
	}
	im.valuesLeft -= elements * times
	return nil
}

// source is the step that makes a value's elements: one that moves none is passed over.
func (s *step) source() *step {
	if len(s.inputs) == 1 && len(s.layers) == 0 {
		return s.inputs[0]
	}
	return s
}

// common is the nearest step that all ways to both lead through.
func common(a, b *step) *step {
	for a != b {
		if a.depth < b.depth {
			a, b = b, a
		}
		a = a.above
	}
	return a
}

// pass is a step that moves nothing: what ONNX calls the axes is another.
func (im *importer) pass(n *node, in *step, out layout, made ...layers.Layer) error {
	s := &step{node: n, inputs: []*step{in}, layers: made, out: out}
	if len(made) == 0 && in.users == 1 {
		s.part = in.part
	}
	return im.place(s, n.out)
}

func (im *importer) note(text string) {
	if !slices.Contains(im.notes, text) {
		im.notes = append(im.notes, text)
	}
}

// became says in the report what a node was made into.
func (im *importer) became(n *node, what string) { im.lines[n] = what }
