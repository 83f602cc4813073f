package trainer

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// MoreSource is a Source whose mini-batches have targets beyond the first, for a cost
// that takes them (see [losses.MoreTargets]).
type MoreSource interface {
	Source
	// More are the further targets of the mini-batch that Next returned last. They are
	// valid until the next call of Next.
	More() []*tensor.Dense
}

// moreOf are the further targets of a source's last mini-batch.
func moreOf(src Source) []*tensor.Dense {
	if m, ok := src.(MoreSource); ok {
		return m.More()
	}
	return nil
}

// buildLoss adds the cost, and the inputs for its further targets.
func (c *compiled) buildLoss() error {
	l, err := c.model.loss, error(nil)
	if m, ok := losses.AsMoreTargets(l); ok {
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
	if m, ok := losses.AsMoreTargets(c.model.loss); ok {
		return m.ValidateMore(c.more, c.outputs)
	}
	return nil
}
