package trainer

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// Products forms uᵀFv as ⟨BᵀJu, BᵀJv⟩/n, BBᵀ = H_L, which is symmetric and
// positive semidefinite whatever the rounding. Directions are read where they
// are, in forward mode on the graph that Grad and Curvature ran on: their
// forward pass is not repeated, unless Loss has been called since.
//
// Over fewer examples than the mini-batch has, it runs a graph of that batch
// size on the first of them, with dropout masks of its own: they come from the
// stream of sampled targets, so that training draws the masks it would have
// drawn without.
func (o *objective) Products(examples int, dirs ...graph.Direction) (*mat.SymDense, error) {
	if len(dirs) == 0 {
		return nil, errors.New("trainer: products of no directions")
	}
	for i, d := range dirs {
		if len(d) != len(o.Params()) {
			return nil, fmt.Errorf("trainer: products: direction %d has %d tensors for %d parameters", i, len(d), len(o.Params()))
		}
	}
	c, valid, err := o.measured(examples)
	if err != nil {
		return nil, err
	}
	for i, d := range dirs {
		s, err := c.slot(i)
		if err != nil {
			return nil, fmt.Errorf("trainer: products: %w", err)
		}
		if err := s.bind(c, d); err != nil {
			return nil, fmt.Errorf("trainer: products: direction %d: %w", i, err)
		}
		if err := s.run(valid || i > 0); err != nil {
			return nil, fmt.Errorf("trainer: products: %w", err)
		}
	}
	c.measured = o.passes
	o.gram.Reset()
	o.gram.ReuseAsSym(len(dirs))
	for i := range dirs {
		for j := range i + 1 {
			o.gram.SetSym(i, j, c.slots[i].dot(c.slots[j])/float64(c.b.Batch))
		}
	}
	return &o.gram, nil
}

// measured is the graph to form products on, and whether its values are those
// of the present parameters already.
func (o *objective) measured(examples int) (c *compiled, valid bool, err error) {
	switch {
	case examples < 0:
		return nil, false, fmt.Errorf("trainer: products over %d examples: want a number ≥ 0, 0 for all", examples)
	case examples == 0 || examples >= o.c.b.Batch:
		return o.c, o.current, nil
	}
	if c, err = o.c.model.compiled(graphKey{batch: examples, train: o.c.b.Train, part: true}); err != nil {
		return nil, false, err
	}
	if c.source != o || c.sourceDraw != o.c.b.Draw() {
		copyRows(c.x, o.c.x)
		copyRows(c.y, o.c.y)
		c.b.NewDraw()
		c.source, c.sourceDraw, c.measured = o, o.c.b.Draw(), -1
	}
	return c, o.current && c.measured == o.passes, nil
}

// slot is where one direction u enters a graph, and the program from it to the
// outputs.
type slot struct {
	dots    []*graph.Node  // u, by parameter
	product *graph.Node    // BᵀJu, N×C; nil if no parameter has influence
	program *graph.Program // nil if there is nothing to compute
}

// slot returns the i-th slot; those before it must be there.
func (c *compiled) slot(i int) (*slot, error) {
	if i < len(c.slots) {
		return c.slots[i], nil
	}
	s := &slot{}
	var wrt []*graph.Node
	for _, p := range c.model.learned {
		// The parameter's own memory stands in until the slot is bound.
		dot, err := c.b.InputOf("tangent of "+p.Name, p.Value)
		if err != nil {
			return nil, err
		}
		wrt, s.dots = append(wrt, c.b.Param(p)), append(s.dots, dot)
	}
	jvp, err := c.b.Forward(c.out, wrt, s.dots)
	if err != nil {
		return nil, err
	}
	if jvp != nil {
		if s.product, err = c.model.loss.FactorTransposeProduct(c.b, c.out, jvp); err != nil {
			return nil, err
		}
	}
	if s.program, err = c.compile(s.product); err != nil {
		return nil, err
	}
	c.slots = append(c.slots, s)
	return s, nil
}

func (s *slot) bind(c *compiled, d graph.Direction) error {
	for i, n := range s.dots {
		if err := c.b.Bind(n, d[i]); err != nil {
			return fmt.Errorf("%s: %w", c.model.learned[i].Name, err)
		}
	}
	return nil
}

func (s *slot) run(valid bool) error {
	if s.program == nil || valid {
		return resume(s.program)
	}
	return s.program.Run()
}

func (s *slot) dot(t *slot) float64 {
	if s.product == nil {
		return 0
	}
	return graph.Direction{graph.Value(s.product)}.Dot(graph.Direction{graph.Value(t.product)})
}
