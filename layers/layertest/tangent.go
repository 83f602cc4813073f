package layertest

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

func (c *checker) tangent() error {
	if c.rough {
		c.skip(Tangent, "differences tell too little, as of the gradient")
		return nil
	}
	return c.eachDouble(Tangent, c.tangentOf)
}

func (c *checker) tangentOf(set setting) error {
	s, err := c.fresh(set)
	if err != nil {
		return err
	}
	forward, err := s.probe(s.y)
	if err != nil {
		return err
	}
	tangents := s.tangents(s.wrt)
	moves, at := contents(tangents), memories(s.wrt)
	s.b.NewDraw()
	for i := range s.wrt { // each by itself, then all
		dot, err := s.forward([]*graph.Node{s.y}, s.wrt[i:i+1], tangents[i:i+1])
		if err != nil {
			return fmt.Errorf("there is no tangent, which K-FAC's adaptive mode needs: %w. Give the op a Tangent", err)
		}
		if err := c.alongOne(set, s, forward, dot[0], at[i:i+1], moves[i:i+1], "as "+s.names[i]+" moves"); err != nil || c.failed(Tangent) {
			return err
		}
	}
	if len(s.wrt) == 0 {
		return nil
	}
	dot, err := s.forward([]*graph.Node{s.y}, s.wrt, tangents)
	if err != nil {
		return err
	}
	if err := c.alongOne(set, s, forward, dot[0], at, moves, "as all move"); err != nil || c.failed(Tangent) {
		return err
	}
	return c.adjoint(set, s, dot[0], moves)
}

// forward are the tangents of outs.
func (s *subject) forward(outs, wrt, tangents []*graph.Node) (dots []*graph.Node, err error) {
	err = partcheck.Guard(func() (err error) { dots, err = s.b.ForwardAll(outs, wrt, tangents); return err })
	if err != nil {
		return nil, err
	}
	return dots, nil
}

func (c *checker) alongOne(set setting, s *subject, forward *probe, dot *graph.Node, at []*tensor.Dense, moves [][]float64, when string) error {
	p, err := s.probe(dot)
	if err != nil {
		return err
	}
	got, err := p.one()
	if err != nil {
		return err
	}
	slope, err := forward.derivative(at, moves)
	if err != nil {
		return err
	}
	tolerance := make([]float64, len(slope.Values))
	size := partcheck.Largest(slope.Values)
	for i, e := range slope.Errors {
		tolerance[i] = e + analytic*(1+size)
		if slope.Kink[i] {
			tolerance[i] = math.Inf(1)
		}
	}
	what := fmt.Sprintf("the tangent of the output %s, in a graph %v,", when, set)
	c.compare(Tangent, &partcheck.Comparison{
		What: what, Than: "the finite difference", Shape: s.y.Shape(), Got: orZeros(got, len(tolerance)), Want: slope.Values, Tolerance: tolerance, Batch: set.n,
	})
	return nil
}

// adjoint holds ⟨u, Jv⟩ = ⟨Jᵀu, v⟩, which no difference can hold as exactly.
func (c *checker) adjoint(set setting, s *subject, dot *graph.Node, moves [][]float64) error {
	if c.failed(Gradient) {
		return nil
	}
	u, grads, err := s.gradients()
	if err != nil {
		return err
	}
	p, err := s.probe(append([]*graph.Node{dot}, grads...)...)
	if err != nil {
		return err
	}
	values, err := p.run()
	if err != nil {
		return err
	}
	seed := partcheck.Doubles(graph.Value(u))
	jv := orZeros(values[0], len(seed))
	left, most := partcheck.Dot(seed, jv), magnitude(seed, jv)
	right := 0.0
	for i, v := range moves {
		g := orZeros(values[i+1], len(v))
		right += partcheck.Dot(g, v)
		most += magnitude(g, v)
	}
	if !(math.Abs(left-right) <= analytic*(1+most)) {
		c.fail(Tangent, "⟨u, Jv⟩ is %.12g by Forward and ⟨Jᵀu, v⟩ is %.12g by Backward, in a graph %v: the two rules are not of one Jacobian", left, right, set)
	}
	return nil
}
