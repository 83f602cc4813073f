package layertest

import (
	"errors"
	"fmt"
	"math"
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
	return r.same(first, second, "in a new layer with the same seeds and parameters", "it depends on random numbers that are not from Builder.Streams, on the order of a map, or on something that layers share")
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

// masks looks at random numbers: when they are drawn, and that they stay while the mini-batch does.
func (c *checker) masks() error {
	for _, set := range everyRun() {
		if err := c.masksOf(set); err != nil {
			return fmt.Errorf("a graph %v: %w", set, err)
		}
	}
	return nil
}

func (c *checker) masksOf(set setting) error {
	r, err := c.running(set)
	if err != nil {
		return err
	}
	if r.draws.count > 0 {
		return errors.New("Build draws random numbers: every mini-batch would have one mask. Draw them in the op, when Builder.Draw is a new number")
	}
	r.b.NewDraw()
	first, err := r.all.run()
	if err != nil {
		return err
	}
	drawn := r.draws.count
	if drawn > 0 && !set.train {
		return errors.New("random numbers are drawn in evaluation mode: only a graph with Builder.Train may")
	}
	alone, err := r.probe(r.y)
	if err != nil {
		return err
	}
	for _, p := range []*probe{r.all, alone, r.all} {
		again, err := p.run()
		if err != nil {
			return err
		}
		if err := r.same(first[:len(again)], again, "in a second pass over one mini-batch", "a mask is drawn in each pass. Keep it while Builder.Draw is the same number: an optimizer runs several passes over a mini-batch"); err != nil {
			return err
		}
	}
	if r.draws.count != drawn {
		return errors.New("a second pass over one mini-batch draws random numbers: keep the mask while Builder.Draw is the same number")
	}
	r.b.NewDraw()
	next, err := r.all.run()
	if err != nil {
		return err
	}
	if !set.train {
		return r.same(first, next, "for the next mini-batch in evaluation mode", "predictions must not be random")
	}
	c.random = c.random || drawn > 0
	if drawn > 0 && r.draws.count == drawn {
		return errors.New("the mask of the first mini-batch stays for the next: draw it anew when Builder.Draw is another number")
	}
	if drawn == 0 {
		return r.same(first, next, "for the next mini-batch of the same examples", "it depends on how often it was run")
	}
	return nil
}

// examples looks at whether examples are independent, of one another and of the batch size.
func (c *checker) examples() error {
	for _, train := range []bool{false, true} {
		if train && c.cfg.Coupled {
			c.skip(Examples, "Config.Coupled says that examples depend on each other in training")
			continue
		}
		if !train || !c.random {
			if err := c.sizes(train); err != nil || c.failed(Examples) {
				return err
			}
		}
		if err := c.independent(setting{graph.Float64, 3, train}); err != nil || c.failed(Examples) {
			return err
		}
	}
	return nil
}

// sizes compares the outputs of the leading examples in mini-batches of all sizes, of one layer.
func (c *checker) sizes(train bool) error {
	most := slices.Max(batches())
	whole, err := c.fresh(setting{graph.Float64, most, train})
	if err != nil {
		return err
	}
	outputs := func(s *subject) ([]float64, error) {
		p, err := s.probe(s.y)
		if err != nil {
			return nil, err
		}
		return p.one()
	}
	all, err := outputs(whole)
	if err != nil {
		return err
	}
	for _, n := range batches() {
		s, err := c.build(whole.layer, setting{graph.Float64, n, train})
		if err != nil {
			return err
		}
		got, err := outputs(s)
		if err != nil {
			return fmt.Errorf("a graph %v, beside one of %d examples: %w: does the layer keep a batch size?", s.setting, most, err)
		}
		if !c.compare(Examples, &partcheck.Comparison{
			What: fmt.Sprintf("the output of a graph %v", s.setting), Than: fmt.Sprintf("the output for the same examples in a mini-batch of %d", most),
			Shape: s.y.Shape(), Got: got, Want: all[:len(got)], Tolerance: []float64{rounding * (1 + partcheck.Largest(all))}, Batch: n,
			Hint: "the layer keeps a batch size, divides by it, or lets examples depend on each other (Config.Coupled, if that is meant)",
		}) {
			return nil
		}
	}
	return nil
}

// rounding is a relative tolerance for values of float64 that are computed in another order: some thousand operations.
const rounding = 1e-12

// independent changes the examples one by one, in the inputs and in the gradient at the output.
func (c *checker) independent(set setting) error {
	r, err := c.running(set)
	if err != nil {
		return err
	}
	r.b.NewDraw()
	first, err := r.all.run()
	if err != nil {
		return err
	}
	inside := func(x []float64, e int) []float64 {
		size := len(x) / set.n
		return x[e*size:][:size]
	}
	before := partcheck.Doubles(graph.Value(r.x))
	for e := range set.n {
		c.fillInputs(graph.Value(r.x), 3)
		x := partcheck.Doubles(graph.Value(r.x))
		copy(inside(x, e), inside(before, e))
		partcheck.Fill(graph.Value(r.x), x)
		others, err := r.all.run()
		if err != nil {
			return err
		}
		if !c.compare(Examples, &partcheck.Comparison{
			What: fmt.Sprintf("the output of example %d, in a graph %v,", e, set), Than: "that beside other examples",
			Got: inside(first[0], e), Want: inside(others[0], e), Tolerance: []float64{rounding * (1 + partcheck.Largest(first[0]))},
			Hint: "examples depend on each other: set Config.Coupled if that is meant, as in BatchNorm",
		}) {
			return nil
		}
	}
	partcheck.Fill(graph.Value(r.x), before)
	if r.u == nil || len(r.subject.names) == 0 || r.subject.names[0] != "the input" || r.grads[0] == nil {
		return nil
	}
	u := partcheck.Doubles(graph.Value(r.u))
	for e := range set.n {
		one := make([]float64, len(u))
		copy(inside(one, e), inside(u, e))
		partcheck.Fill(graph.Value(r.u), one)
		masked, err := r.all.run()
		if err != nil {
			return err
		}
		for other := range set.n {
			if m := partcheck.Largest(inside(masked[1], other)); other != e && !(m <= rounding*(1+partcheck.Largest(first[1]))) || math.IsNaN(m) {
				return fmt.Errorf("in a graph %v the gradient of example %d's output reaches the input of example %d (up to %g): examples depend on each other in Backward", set, e, other, m)
			}
		}
	}
	return nil
}
