package layertest

import (
	"fmt"
	"math"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// hessian looks at the tangents of the gradients as everything moves: the input, the parameters, and the gradient at the
// output, as the layers behind would move it.
func (c *checker) hessian() error { return c.eachDouble(Hessian, c.hessianOf) }

func (c *checker) hessianOf(set setting) error {
	s, err := c.fresh(set)
	if err != nil {
		return err
	}
	u, grads, err := s.gradients()
	if err != nil {
		return err
	}
	wrt := append(slices.Clone(s.wrt), u)
	tangents := s.tangents(wrt)
	var some []*graph.Node
	var names []string
	for i, g := range grads {
		if g != nil {
			some, names = append(some, g), append(names, s.names[i])
		}
	}
	if len(some) == 0 {
		return nil
	}
	dots, err := s.forward(some, wrt, tangents)
	if err != nil {
		if c.cfg.Hessian {
			return fmt.Errorf("gradients have no tangent: %w", err)
		}
		c.skip(Hessian, "gradients have no tangent, so that products with the Hessian are an error; training needs none, K-FAC's included: %v", err)
		return nil
	}
	s.b.NewDraw()
	of, err := s.probe(some...)
	if err != nil {
		return err
	}
	slope, err := of.derivative(memories(wrt), contents(tangents))
	if err != nil {
		return err
	}
	by, err := s.probe(dots...)
	if err != nil {
		return err
	}
	got, err := by.run()
	if err != nil {
		return err
	}
	at := 0
	for i, g := range some {
		size := g.Shape().TotalSize()
		want, tolerance := slope.Values[at:][:size], make([]float64, size)
		for j := range tolerance {
			tolerance[j] = slope.Errors[at+j] + analytic*(1+partcheck.Largest(want))
			if slope.Kink[at+j] {
				tolerance[j] = math.Inf(1)
			}
		}
		at += size
		c.compare(Hessian, &partcheck.Comparison{
			What: fmt.Sprintf("the tangent of the gradient of %s, in a graph %v,", names[i], set), Than: "the finite difference",
			Shape: g.Shape(), Got: orZeros(got[i], size), Want: want, Tolerance: tolerance, Batch: set.n,
			Hint: "the tangent of an op in a gradient is wrong",
		})
	}
	return nil
}
