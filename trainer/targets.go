package trainer

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// MoreSource is a Source whose mini-batches have targets beyond the first, for a cost
// that takes them (see [losses.MoreTargets]), or for examples that are mixtures of two
// (see [losses.Mixable]).
type MoreSource interface {
	Source
	// More are the further targets of the mini-batch that Next returned last, if it has
	// some. They are valid until the next call of Next.
	More() []*tensor.Dense
}

// moreOf are the further targets of a source's last mini-batch.
func moreOf(src Source) []*tensor.Dense {
	if m, ok := src.(MoreSource); ok {
		return m.More()
	}
	return nil
}

// mixes reports whether a batch with these further targets is one of mixtures.
func (m *Model) mixes(more []*tensor.Dense) bool {
	if len(more) != 2 {
		return false
	}
	if _, ok := losses.AsMoreTargets(m.loss); ok {
		return false // they are the cost's own
	}
	_, ok := losses.AsMixable(m.loss)
	return ok
}

// buildLoss adds the cost, and the inputs for its further targets: those that it takes,
// or the others and shares of mixtures.
func (c *compiled) buildLoss(mixed bool) error {
	l, err := c.model.loss, error(nil)
	if m, ok := losses.AsMixable(l); ok && mixed {
		c.mixed, c.more = true, make([]*tensor.Dense, 2)
		var others, shares *graph.Node
		others, c.more[0] = c.b.Input("others", c.target.Shape()...)
		shares, c.more[1] = c.b.Input("shares", c.b.Batch)
		if c.loss, err = m.BuildMixed(c.b, c.out, c.target, others, shares); err != nil {
			return err
		}
	} else if m, ok := losses.AsMoreTargets(l); ok {
		shapes, err := m.MoreShapes(c.out.Shape())
		if err != nil {
			return err
		}
		nodes := make([]*graph.Node, len(shapes))
		c.more = make([]*tensor.Dense, len(shapes))
		for i, shape := range shapes {
			nodes[i], c.more[i] = c.b.Input(fmt.Sprintf("y%d", i+2), shape...)
		}
		if c.loss, err = m.BuildMore(c.b, c.out, c.target, nodes); err != nil {
			return err
		}
	} else if c.loss, err = l.Build(c.b, c.out, c.target); err != nil {
		return err
	}
	c.surprise, err = l.NegativeLogLikelihood(c.b, c.out, c.target)
	return err
}

// bindMore copies the further targets into the graph's inputs.
func (c *compiled) bindMore(more []*tensor.Dense) error {
	if len(more) != len(c.more) {
		return fmt.Errorf("trainer: %d targets: the loss takes %d", 1+len(more), 1+len(c.more))
	}
	for i, t := range more {
		if t == nil || t.Dims() == 0 || t.Shape()[0] != c.more[i].Shape()[0] || t.DataSize() != c.more[i].DataSize() {
			return fmt.Errorf("trainer: target %d of shape %v: the loss takes %v", i+2, shapeOf(t), c.more[i].Shape())
		}
		if err := graph.CopyInto(c.more[i], t); err != nil {
			return err
		}
	}
	if c.mixed {
		if err := c.model.loss.Validate(c.more[0], c.outputs); err != nil {
			return err
		}
		return losses.ValidateShares(c.more[1])
	}
	if m, ok := losses.AsMoreTargets(c.model.loss); ok {
		return m.ValidateMore(c.more, c.outputs)
	}
	return nil
}
