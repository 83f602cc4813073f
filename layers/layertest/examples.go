package layertest

import (
	"fmt"
	"math"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

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

// sizes compares the outputs of the leading and of the last examples in mini-batches of all sizes, of one layer.
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
	x := partcheck.Doubles(graph.Value(whole.x))
	for _, n := range batches() {
		s, err := c.build(whole.layer, setting{graph.Float64, n, train})
		if err != nil {
			return err
		}
		for _, from := range []int{0, most - n} {
			each := len(x) / most
			partcheck.Fill(graph.Value(s.x), x[from*each:][:n*each])
			got, err := outputs(s)
			if err != nil {
				return fmt.Errorf("a graph %v, beside one of %d examples: %w: does the layer keep a batch size?", s.setting, most, err)
			}
			if !c.compare(Examples, &partcheck.Comparison{
				What: fmt.Sprintf("the output of a graph %v", s.setting), Than: fmt.Sprintf("the output for the same examples in a mini-batch of %d", most),
				Shape: s.y.Shape(), Got: got, Want: all[from*len(all)/most:][:len(got)], Tolerance: []float64{rounding * (1 + partcheck.Largest(all))}, Batch: n,
				Hint: "the layer keeps a batch size, divides by it, or lets examples depend on each other (Config.Coupled, if that is meant)",
			}) {
				return nil
			}
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
