package layertest

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
	"github.com/gokfac/gokfac/layers"
)

// run is a subject whose output and gradients are computed.
type run struct {
	*subject
	u     *graph.Node
	grads []*graph.Node
	all   *probe   // of the output, then of the gradients
	names []string // of what all computes
}

// running is a fresh layer with a probe of its output and, if it has some, of its gradients.
func (c *checker) running(set setting) (*run, error) {
	s, err := c.fresh(set)
	if err != nil {
		return nil, err
	}
	r := &run{subject: s, names: []string{"the output"}}
	nodes := []*graph.Node{s.y}
	if r.u, r.grads, err = s.gradients(); err == nil { // else Gradient tells
		for i, g := range r.grads {
			nodes, r.names = append(nodes, g), append(r.names, "the gradient of "+s.names[i])
		}
	}
	r.all, err = s.probe(nodes...)
	return r, err
}

func (c *checker) values() error {
	for _, set := range everyRun() {
		if err := c.valuesOf(set); err != nil {
			return fmt.Errorf("a graph %v: %w", set, err)
		}
	}
	return nil
}

func (c *checker) valuesOf(set setting) error {
	r, err := c.running(set)
	if err != nil {
		return err
	}
	inputs := append([]*graph.Node{r.x}, r.wrt...)
	called := append([]string{"its input"}, r.subject.names...)
	if r.u != nil {
		inputs, called = append(inputs, r.u), append(called, "the gradient at its output")
	}
	before, state := contents(inputs), c.bufferValues(r.layer)
	r.b.NewDraw()
	first, err := r.all.run()
	if err != nil {
		return fmt.Errorf("running it: %w", err)
	}
	for i, x := range c.bufferValues(r.layer) {
		if at, ok := partcheck.SameBits(state[i], x); !ok {
			return fmt.Errorf("a run writes to the buffer %s (element %d: %g, and %g before): propose its next value by Builder.Update in training mode, which a model takes over once for each mini-batch",
				buffersOf(r.layer)[i].Name, at, x[at], state[i][at])
		}
	}
	for i, x := range contents(inputs) {
		if at, ok := partcheck.SameBits(before[i], x); !ok {
			return fmt.Errorf("a run writes to %s (element %s: %g, and %g before): an op must write nothing but its output", called[i], partcheck.Place(inputs[i].Shape(), at), x[at], before[i][at])
		}
	}
	for i, x := range first {
		if at, ok := partcheck.Finite(x); !ok {
			return fmt.Errorf("%s is %g at %s: if the inputs are out of the layer's domain, set Config.Values", r.names[i], x[at], partcheck.Place(r.all.nodes[i].Shape(), at))
		}
	}
	if r.draws.count == 0 || !set.train { // else Masks looks
		again, err := r.all.run()
		if err != nil {
			return err
		}
		if err := r.same(first, again, "in a second run of the same mini-batch", "an op keeps something of the last run, or draws random numbers that are not from Builder.Streams"); err != nil {
			return err
		}
		if err := r.afterOthers(c, first); err != nil {
			return err
		}
		if err := r.atZero(c); err != nil {
			return err
		}
	}
	if err := r.written(c); err != nil {
		return err
	}
	anew, err := c.running(set)
	if err != nil {
		return err
	}
	anew.b.NewDraw()
	second, err := anew.all.run()
	if err != nil {
		return err
	}
	if err := r.same(first, second, "in a new layer with the same seeds and parameters", "it depends on random numbers that are not from Builder.Streams, on the order of a map, or on something that layers share"); err != nil {
		return err
	}
	return r.late(c, first)
}

// late computes the output before there is a gradient in the graph, and then the gradients alone, as a model does that
// is asked for a loss first.
func (r *run) late(c *checker, first [][]float64) error {
	s, err := c.fresh(r.setting)
	if err != nil {
		return err
	}
	forward, err := s.probe(s.y)
	if err != nil {
		return err
	}
	s.b.NewDraw()
	if _, err := forward.run(); err != nil || r.u == nil {
		return err
	}
	_, grads, err := s.gradients()
	if err != nil {
		return err
	}
	backward, err := s.probe(grads...)
	if err != nil || backward.program == nil {
		return err
	}
	if err := backward.program.Resume(); err != nil {
		return err
	}
	got := append([][]float64{first[0]}, backward.read()...)
	return r.same(first, got, "if it is computed after the output, by Program.Resume", "the gradient reads something that the forward op keeps for it alone: give it to the gradient's op as an input")
}

// bufferValues are copies of a layer's buffers.
func (c *checker) bufferValues(l layers.Layer) (all [][]float64) {
	for _, b := range buffersOf(l) {
		all = append(all, partcheck.Doubles(b.Value))
	}
	return all
}

// same returns an error where two runs differ.
func (r *run) same(want, got [][]float64, when, why string) error {
	for i, x := range want {
		if at, ok := partcheck.SameBits(x, got[i]); !ok {
			return fmt.Errorf("%s has other bits %s (element %s: %g, and %g before): %s", r.names[i], when, partcheck.Place(r.all.nodes[i].Shape(), at), got[i][at], x[at], why)
		}
	}
	return nil
}

// afterOthers runs another mini-batch and then the first one again.
func (r *run) afterOthers(c *checker, first [][]float64) error {
	inputs := []*graph.Node{r.x}
	if r.u != nil {
		inputs = append(inputs, r.u)
	}
	before := contents(inputs)
	c.fillInputs(graph.Value(r.x), 2)
	if r.u != nil {
		partcheck.Fill(graph.Value(r.u), single(partcheck.Normals(partcheck.Rand(7, 2), len(before[1]))))
	}
	if _, err := r.all.run(); err != nil {
		return err
	}
	for i, n := range inputs {
		partcheck.Fill(graph.Value(n), before[i])
	}
	again, err := r.all.run()
	if err != nil {
		return err
	}
	return r.same(first, again, "after a run of another mini-batch", "an op does not write every element of its output, or adds to what the last run left there. Clear it first")
}

// atZero runs a mini-batch of zeros: pixels of a background, units that a ReLU has closed. Inputs of a domain of their own
// are left as they are.
func (r *run) atZero(c *checker) error {
	if c.cfg.Values != nil || c.cfg.Rows > 0 {
		return nil
	}
	x := graph.Value(r.x)
	before := partcheck.Doubles(x)
	partcheck.Fill(x, make([]float64, len(before)))
	values, err := r.all.run()
	if err != nil {
		return err
	}
	partcheck.Fill(x, before)
	for i, v := range values {
		if at, ok := partcheck.Finite(v); !ok {
			return fmt.Errorf("%s is %g at %s if all inputs are 0: a division by them, or their logarithm? If 0 is out of the layer's domain, set Config.Values",
				r.names[i], v[at], partcheck.Place(r.all.nodes[i].Shape(), at))
		}
	}
	return nil
}

// written marks the memory of the output and of the gradients, and returns an error where a run leaves the mark.
func (r *run) written(c *checker) error {
	inputs := append([]*graph.Node{r.x}, r.wrt...)
	if r.u != nil {
		inputs = append(inputs, r.u)
	}
	before := contents(inputs)
	for _, n := range r.all.nodes {
		if n != nil {
			mark(graph.Value(n))
		}
	}
	for i, n := range inputs { // a view, such as a Reshape, has marked them
		partcheck.Fill(graph.Value(n), before[i])
	}
	r.b.NewDraw()
	values, err := r.all.run()
	if err != nil {
		return err
	}
	for i, x := range values {
		if at := slices.Index(x, marked); at >= 0 {
			return fmt.Errorf("%s is not written at %s: its memory keeps what the last run left there. An op must write every element", r.names[i], partcheck.Place(r.all.nodes[i].Shape(), at))
		}
	}
	return nil
}

// marked is a value that no layer is expected to compute, exact in both types.
const marked = -0x1.6b16b2p+97

func mark(t *tensor.Dense) {
	x := make([]float64, t.DataSize())
	for i := range x {
		x[i] = marked
	}
	partcheck.Fill(t, x)
}
