package layertest

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

func (c *checker) taps() error {
	for _, set := range []setting{{graph.Float64, 3, true}, {graph.Float64, 1, true}} {
		if err := c.tapsOf(set); err != nil {
			return fmt.Errorf("a graph %v: %w", set, err)
		}
		if c.failed(Taps) {
			return nil
		}
	}
	return nil
}

func (c *checker) tapsOf(set setting) error {
	s, err := c.fresh(set)
	if err != nil {
		return err
	}
	for _, t := range s.b.Taps {
		if err := c.shapes(s, t); err != nil {
			return err
		}
	}
	c.tellLoose(s)
	if len(s.b.Taps) == 0 {
		return nil
	}
	f, err := s.filled()
	if err != nil {
		return err
	}
	whole := partcheck.Doubles(graph.Value(f.u))
	s.b.NewDraw()
	if err := c.sums(f, "", whole, -1); err != nil || c.failed(Taps) || set.n == 1 || c.cfg.Coupled {
		return err
	}
	for e := range set.n { // the gradient of a single example is in the example's rows alone
		one := make([]float64, len(whole))
		size := len(whole) / set.n
		copy(one[e*size:][:size], whole[e*size:])
		if err := c.sums(f, fmt.Sprintf(" from example %d alone", e), one, e); err != nil || c.failed(Taps) {
			return err
		}
	}
	return nil
}

// known lists the kinds of taps whose gradients Check can form.
func known(kind string) bool {
	return slices.Contains([]string{graph.Affine, graph.Scale, graph.Shift, graph.Embedding}, kind)
}

// shapes returns an error unless the tap is of the layer's parameters, and of shapes that K-FAC has blocks for.
func (c *checker) shapes(s *subject, t *graph.Tap) error {
	for _, p := range []*graph.Param{t.Weight, t.Bias} {
		if p != nil && !slices.Contains(s.params, p) {
			return fmt.Errorf("tap %s has the parameter %s, which Params does not list", t.Name, p.Name)
		}
	}
	a, o := t.Nodes()
	if t.Weight == nil || a == nil || o == nil {
		return fmt.Errorf("tap %s has no weight, no input or no output", t.Name)
	}
	if t.Examples != s.n {
		return fmt.Errorf("tap %s is of %d examples in a graph of %d", t.Name, t.Examples, s.n)
	}
	in, out, w, k := a.Shape(), o.Shape(), t.Weight.Value.Shape(), max(t.Groups, 1)
	if len(out) != 2 || out[0]%s.n != 0 {
		return fmt.Errorf("tap %s has an output of shape %v for %d examples: want N·T×out, with T rows for each example", t.Name, out, s.n)
	}
	if t.Kind != graph.Shift && (len(in) != 2 || in[0] != out[0]) {
		return fmt.Errorf("tap %s has an input of shape %v and an output of shape %v: want N·T×in and N·T×out, with as many rows", t.Name, in, out)
	}
	fits, want := true, ""
	switch t.Kind {
	case graph.Affine:
		fits = len(w) == 2 && w[0] == in[1] && w[1]*k == out[1] && in[1]%k == 0 && (t.Bias == nil || t.Bias.Size() == out[1])
		want = "a weight in×out and a bias of out elements"
		if k > 1 {
			want = "a weight k·in×out and a bias of k·out elements, for k groups"
		}
	case graph.Scale:
		fits = in[1] == out[1] && w.TotalSize() == out[1] && (t.Bias == nil || t.Bias.Size() == out[1])
		want = "N·T×C in and out, and a weight and a bias of C elements"
	case graph.Shift:
		fits, want = w.TotalSize() == out[1] && t.Bias == nil, "N·T×C out, a weight of C elements and no bias"
	case graph.Embedding:
		fits, want = in[1] == 1 && len(w) == 2 && w[1] == out[1] && t.Bias == nil, "N·T×1 in, N·T×D out, a weight V×D and no bias"
	default:
		if _, ok := c.cfg.Blocks[t.Kind]; !ok {
			c.skip(Taps, "tap %s is of the kind %q, for which K-FAC has to be given a block (Preconditioner.Register): set Config.Blocks to look at it", t.Name, t.Kind)
		}
		return nil
	}
	if !fits {
		return fmt.Errorf("tap %s%s maps %v to %v with a weight of shape %v: want %s", t.Name, ofKind(t.Kind), in, out, w, want)
	}
	return nil
}

func ofKind(kind string) string {
	if kind == graph.Affine {
		return ""
	}
	return fmt.Sprintf(" of kind %q", kind)
}

// tellLoose logs the parameters that K-FAC has the diagonal of alone.
func (c *checker) tellLoose(s *subject) {
	for _, p := range graph.LooseParams(s.params, s.b.Taps) {
		c.skip(Taps, "%s is not under exactly one tap: K-FAC has the diagonal of its Fisher block. An affine map of it declares a tap by Builder.Tap", p.Name)
	}
}

// filled is a subject with the memory of its taps, as a pass fills them.
type filled struct {
	*subject
	u     *graph.Node
	probe *probe // of the parameters' gradients, then of every tap's input and gradient
}

func (s *subject) filled() (*filled, error) {
	f := &filled{subject: s, u: s.newInput("seed", s.y, 1)}
	var wrt []*graph.Node
	for _, p := range s.params {
		wrt = append(wrt, s.b.Param(p))
	}
	for _, t := range s.b.Taps {
		_, o := t.Nodes()
		wrt = append(wrt, o)
	}
	grads, err := s.b.Backward(s.y, f.u, wrt...)
	if err != nil {
		return nil, err
	}
	for i, t := range s.b.Taps {
		a, o := t.Nodes()
		if grads[len(s.params)+i] == nil {
			return nil, fmt.Errorf("the layer's output does not depend on the output %v of tap %s: declare the node that the layer goes on with, not a copy", o.Shape(), t.Name)
		}
		grads = append(grads, a)
	}
	f.probe, err = s.probe(grads...)
	return f, err
}

// sums compares the parameters' gradients with what the taps make of them, for the gradient u at the output, which is
// that of one example if only is not negative.
func (c *checker) sums(f *filled, of string, u []float64, only int) error {
	partcheck.Fill(graph.Value(f.u), u)
	values, err := f.probe.run()
	if err != nil {
		return err
	}
	made := map[*graph.Param][]float64{}
	unknown := map[*graph.Param]bool{}
	for _, p := range f.params {
		made[p] = make([]float64, p.Size())
	}
	under := map[*graph.Param]*graph.Tap{}
	for i, t := range f.b.Taps {
		under[t.Weight] = t
		if t.Bias != nil {
			under[t.Bias] = t
		}
		if !known(t.Kind) {
			unknown[t.Weight], unknown[t.Bias] = true, true
			continue
		}
		g, a := values[len(f.params)+i], values[len(f.params)+len(f.b.Taps)+i]
		_, o := t.Nodes()
		cols, rows := o.Shape()[1], o.Shape()[0]
		for r := 0; only >= 0 && r < rows; r++ {
			if r/(rows/f.n) != only && partcheck.Largest(g[r*cols:][:cols]) > rounding*(1+partcheck.Largest(g)) {
				return fmt.Errorf("tap %s: the gradient of example %d is in row %d of %d too, which belongs to example %d: the T rows of an example must stand together", t.Name, only, r, rows, r/(rows/f.n))
			}
		}
		if err := gather(t, a, g, made); err != nil {
			return err
		}
	}
	for _, biases := range []bool{true, false} { // a tap's output is known to be right when its input is looked at
		for i, p := range f.params {
			t := under[p]
			if t == nil || unknown[p] || biases != (p == t.Bias || t.Kind == graph.Shift) {
				continue
			}
			want := orZeros(values[i], p.Size())
			what, hint := tapWords(t, biases)
			if !c.compare(Taps, &partcheck.Comparison{
				What: fmt.Sprintf("tap %s%s: %s, the gradient of %s%s, in a graph %v,", t.Name, ofKind(t.Kind), what, p.Name, of, f.setting), Than: "the gradient by Backward",
				Shape: p.Value.Shape(), Got: made[p], Want: want, Tolerance: []float64{analytic * (1 + partcheck.Largest(want))}, Batch: f.n, Hint: hint,
			}) {
				return nil
			}
		}
	}
	return nil
}

// tapWords are what is compared, and what is wrong where it differs.
func tapWords(t *graph.Tap, bias bool) (what, hint string) {
	switch {
	case bias:
		return "the sum of G", "the tap's output is not the map's own, or the parameter is used elsewhere too"
	case t.Bias != nil:
		return "āᵀ·G", "the tap's input is not that of the map"
	}
	return "āᵀ·G", "the tap's input is not that of the map, its output is not the map's own, or the weight is used elsewhere too"
}

// gather adds what a tap makes of the gradients of its parameters.
func gather(t *graph.Tap, a, g []float64, made map[*graph.Param][]float64) error {
	node, o := t.Nodes()
	w, rows, cols := made[t.Weight], o.Shape()[0], o.Shape()[1]
	var b []float64
	if t.Bias != nil {
		b = made[t.Bias]
	}
	in, k := columns(node.Shape()), max(t.Groups, 1)
	for r := range rows {
		d := g[r*cols:][:cols]
		for j := range b {
			b[j] += d[j]
		}
		switch t.Kind {
		case graph.Affine:
			ki, ko := in/k, cols/k
			for i, v := range a[r*in:][:in] {
				for j := range ko {
					w[i*ko+j] += v * d[i/ki*ko+j]
				}
			}
		case graph.Scale:
			for j, v := range d {
				w[j] += a[r*in+j] * v
			}
		case graph.Shift:
			for j, v := range d {
				w[j] += v
			}
		case graph.Embedding:
			at := a[r]
			if i := int(at); float64(i) != at || i < 0 || (i+1)*cols > len(w) {
				return fmt.Errorf("tap %s of kind %q: row %d of its input is %g: want the number of a row of the weight", t.Name, t.Kind, r, at)
			}
			for j, v := range d {
				w[int(at)*cols+j] += v
			}
		}
	}
	return nil
}

func columns(shape tensor.Shape) int {
	if len(shape) < 2 {
		return 1
	}
	return shape[1]
}
