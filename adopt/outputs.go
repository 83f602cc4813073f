package adopt

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// head is one of the network's outputs with its distribution.
type head struct {
	given  *node // as the user named it
	logits *node
	loss   losses.Loss
	units  int  // C
	found  bool // the distribution was found, not named
	// scale is c: the cost is c times the mean negative log-likelihood, and what does not
	// depend on these outputs. 0: unknown.
	scale  float64
	target *node // that was found to belong to it; nil: none
}

// candidates are the distributions that a cost is compared with.
var candidates = []losses.Loss{losses.SoftmaxCrossEntropy{}, losses.SigmoidCrossEntropy{}, losses.SquaredError{}}

// newHead finds the logits, and what the graph says of their distribution.
func newHead(n *node, named losses.Loss, examples int) (*head, []losses.Loss, error) {
	h := &head{given: n, logits: n, loss: named}
	possible := candidates
	switch n.kind {
	case "softmaxOp":
		h.logits, possible = n.in[0], candidates[:1]
	case "elemUnaryOp":
		if n.text == "sigmoid" {
			h.logits, possible = n.in[0], candidates[1:2]
		}
	}
	if named != nil {
		possible = []losses.Loss{named}
	}
	z := h.logits
	switch w := z.where; {
	case w.axis < 0:
		return nil, nil, fmt.Errorf("adopt: output %v does not depend on the mini-batch of %d examples", n, examples)
	case w.rows != 1 || w.axis > 1 || w.axis == 1 && len(z.dims) != 2:
		return nil, nil, fmt.Errorf("adopt: output %v: want N×C outputs for N = %d examples", n, examples)
	}
	h.units = z.size() / examples
	return h, possible, nil
}

// outputs are the logits of h as N×C.
func (t *translation) outputs(h *head) (*graph.Node, error) {
	z, err := t.node(h.logits)
	if err != nil {
		return nil, err
	}
	if h.logits.where.axis == 1 {
		if z, err = transposed(z.Shape(), []int{1, 0}).gather(t.Builder, z); err != nil {
			return nil, err
		}
	}
	return t.Reshape(z, t.Batch, h.units)
}

// inputsBeside are the inputs with examples that the cost depends on not through the logits of
// heads: the first of them is the target, as a rule.
func inputsBeside(cost *node, heads []*head) []*node {
	seen := map[*node]bool{}
	for _, h := range heads {
		seen[h.logits] = true
	}
	var list []*node
	var visit func(n *node)
	visit = func(n *node) {
		if seen[n] {
			return
		}
		seen[n] = true
		if n.kind == inputLeaf && n.where.axis >= 0 {
			list = append(list, n)
		}
		for _, c := range n.in {
			visit(c)
		}
	}
	visit(cost)
	return list
}

// find settles h's distribution and scale: of the possible distributions the first one whose
// negative log-likelihood the cost is a multiple of, plus what does not depend on the outputs. It
// is found out by evaluating both at random outputs, so that it does not matter how the cost is
// written.
func (g *Graph) find(h *head, possible []losses.Loss, targets []*node) error {
	for _, loss := range possible {
		for _, y := range targets {
			c, err := g.ratio(h, loss, y)
			if errors.Is(err, errNoMultiple) {
				continue
			}
			if err != nil {
				return err
			}
			if c < 0 {
				return fmt.Errorf("adopt: the cost falls as the likelihood of output %v falls: its sign is wrong", h.given)
			}
			h.found, h.loss, h.scale, h.target = h.loss == nil, loss, c, y
			return nil
		}
	}
	if h.loss != nil {
		return nil // named: the cost is something else
	}
	return fmt.Errorf("adopt: output %v: the cost is no multiple of the negative log-likelihood of %s: name the Distribution", h.given, anyOf(possible))
}

func anyOf(possible []losses.Loss) string {
	var names []string
	for _, l := range possible {
		names = append(names, fmt.Sprint(l))
	}
	return strings.Join(names, ", ")
}
