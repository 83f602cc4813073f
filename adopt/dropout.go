package adopt

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// drops reports whether n is a Dropout that drops.
func (n *node) drops() bool {
	return n.kind == "dropoutOp" && n.text != "Dropout{training=false}()"
}

// buildDropout is the layer of package layers, whose masks the passes over a mini-batch share. In
// evaluation mode it is the identity.
func buildDropout(t *translation, n *node, in []*graph.Node) (*graph.Node, error) {
	if !n.drops() {
		return in[0], nil
	}
	rate, ok := n.hidden("probability")
	if !ok {
		return nil, fmt.Errorf("adopt: %v: its probability is not known here", n)
	}
	y, err := (&layers.Dropout{Rate: rate}).Build(t.Builder, in[0])
	if err != nil {
		return nil, fmt.Errorf("adopt: %v: %w", n, err)
	}
	return y, nil
}

// dropout is the graph's first Dropout that drops, or nil.
func (r *reading) dropout() *node {
	for _, n := range r.order {
		if n.drops() {
			return n
		}
	}
	return nil
}

// errDropout is the error of a machine's step through a Dropout.
func errDropout(n *node) error {
	return fmt.Errorf("adopt: %v: gorgonia's gradient of Dropout is wrong (it divides by the probability of dropping), and its mask is drawn inside the machine, which no second pass sees: train without the machine, by Graph.Batch and the optimizer's Step, or multiply by an input that you set to a mask before each run", n)
}
