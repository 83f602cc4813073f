package adopt

import (
	"errors"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// objectiveLoss is the user's cost, divided by c, with the distribution of the heads.
type objectiveLoss struct {
	losses.Distribution
	g      *Graph
	target *graph.Node // of the last Build
	cost   *graph.Node
}

var _ losses.Loss = (*objectiveLoss)(nil)

func (o *objectiveLoss) String() string { return "cost of a gorgonia graph" }

// TargetShape is the shape of the user's target; of a cost without one it is (N).
func (o *objectiveLoss) TargetShape(out tensor.Shape) (tensor.Shape, error) {
	if out.Dims() == 0 {
		return nil, errors.New("adopt: outputs without examples")
	}
	if o.g.y == nil {
		return tensor.Shape{out[0]}, nil
	}
	return o.g.y.dimsAt(out[0], o.g.examples), nil
}

// Validate takes any targets: the user's cost is the judge of them.
func (o *objectiveLoss) Validate(*tensor.Dense, int) error { return nil }

// Build adds the cost.
func (o *objectiveLoss) Build(b *graph.Builder, _, y *graph.Node) (*graph.Node, error) {
	t := o.g.last
	if t == nil || t.Builder != b {
		return nil, errors.New("adopt: the cost belongs to the network of the same graph: both are used in one model")
	}
	o.g.last = nil
	if o.g.y != nil && t.made[o.g.y] == nil {
		t.made[o.g.y] = y
	}
	c, err := t.node(o.g.cost)
	if err != nil {
		return nil, err
	}
	o.target = y
	o.cost, err = scaled(b, 1/o.g.scale, c)
	return o.cost, err
}

// NegativeLogLikelihood is the distribution's, and the cost itself for the user's own targets,
// whose form is the cost's.
func (o *objectiveLoss) NegativeLogLikelihood(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	if y == o.target {
		return o.cost, nil
	}
	return o.Distribution.NegativeLogLikelihood(b, z, y)
}
