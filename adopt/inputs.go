package adopt

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// findInputs chooses the model's input among those that the outputs depend on, and its target
// among the others.
func (g *Graph) findInputs(within map[*node]bool) error {
	targets := targetsOf(g.cost, g.heads)
	for _, n := range g.reading.order { // a vector of one number for each example only if there is nothing else
		if n.kind == inputLeaf && n.where.axis == 0 && within[n] && (g.x == nil || len(g.x.dims) == 1 && len(n.dims) > 1) {
			g.x = n
		}
	}
	for _, n := range g.reading.order {
		if n.kind != inputLeaf || n == g.x {
			continue
		}
		batch := n.where.axis == 0
		switch {
		case batch && !within[n] && g.y == nil && slices.Contains(targets, n):
			g.y = n
		default:
			g.others = append(g.others, n)
		}
	}
	if g.x == nil {
		return fmt.Errorf("adopt: the outputs depend on no input with %d examples on its first axis", g.examples)
	}
	return nil
}

// features is the shape of an example of the model's input.
func (g *Graph) features() []int {
	if len(g.x.dims) == 1 {
		return []int{1}
	}
	return g.x.dims[1:]
}

// Batch is the mini-batch that the inputs' present values are, as an objective: h is the cost
// divided by c.
func (g *Graph) Batch() (trainer.MiniBatch, error) {
	for _, n := range g.others {
		v, err := g.memory(n, g.examples)
		if err != nil {
			return nil, err
		}
		if err := g.fetch(v, n); err != nil {
			return nil, err
		}
	}
	x, err := g.memory(g.x, g.examples)
	if err != nil {
		return nil, err
	}
	if err := g.fetch(x, g.x); err != nil {
		return nil, err
	}
	y := graph.NewDense(g.dtype, g.examples)
	if g.y != nil {
		if y, err = g.memory(g.y, g.examples); err != nil {
			return nil, err
		}
		if err := g.fetch(y, g.y); err != nil {
			return nil, err
		}
	}
	if len(g.x.dims) == 1 {
		if err := x.Reshape(g.examples, 1); err != nil {
			return nil, err
		}
	}
	return g.model.Batch(x, y)
}

// fetch copies the value of the input n.
func (g *Graph) fetch(dst *tensor.Dense, n *node) error {
	if t, ok := asItIs(n.Value(), dst); ok {
		graph.Direction{dst}.Copy(graph.Direction{t})
		return nil
	}
	v, err := values(n.Value())
	if err != nil {
		return fmt.Errorf("adopt: input %v: %w", n, err)
	}
	if len(v) != dst.DataSize() {
		return fmt.Errorf("adopt: input %v: its value has %d elements, and its shape is %v", n, len(v), n.dims)
	}
	setElements(dst, v)
	return nil
}

// memory is the tensor that input n is read from in graphs for so many examples.
func (g *Graph) memory(n *node, examples int) (*tensor.Dense, error) {
	key := place{n, examples}
	if n.where.axis < 0 {
		key.examples = g.examples
	}
	if v, ok := g.memories[key]; ok {
		return v, nil
	}
	v := graph.NewDense(g.dtype, n.dimsAt(examples, g.examples)...)
	g.memories[key] = v
	return v, nil
}

type place struct {
	n        *node
	examples int
}
