package adopt

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/columns"
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
	scale   float64
	instead *head // what the cost is the likelihood of, where it is not that of the named distribution; nil: unknown
}

// candidate is one way to see an output: which node is the logits, and what they are logits of.
type candidate struct {
	logits *node
	loss   losses.Loss
}

// candidates are the ways to see the output n. The mean of a Gaussian may be any node, a Sigmoid
// included.
func candidates(n *node, named losses.Loss) []candidate {
	logits := n
	possible := []losses.Loss{losses.SoftmaxCrossEntropy{}, losses.SigmoidCrossEntropy{}}
	switch {
	case n.kind == "softmaxOp":
		logits, possible = n.in[0], possible[:1]
	case n.kind == "elemUnaryOp" && n.text == "sigmoid":
		logits, possible = n.in[0], possible[1:]
	}
	if named != nil {
		list := []candidate{{logits, named}}
		if logits != n {
			list = append(list, candidate{n, named})
		}
		return list
	}
	var list []candidate
	for _, l := range possible {
		list = append(list, candidate{logits, l})
	}
	return append(list, candidate{n, losses.SquaredError{}})
}

// newHead is the output n with the first of its candidates.
func newHead(n *node, named losses.Loss, examples int) (*head, error) {
	h := &head{given: n, logits: candidates(n, named)[0].logits, loss: named}
	z := h.logits
	switch w := z.where; {
	case w.axis < 0:
		return nil, fmt.Errorf("adopt: output %v depends on no input whose first axis has %d places, as many as the output: these are the examples, and a sequence is N×T×F", n, examples)
	case w.rows != 1 || w.axis > 1 || w.axis == 1 && len(z.dims) != 2:
		return nil, fmt.Errorf("adopt: output %v: want N×C outputs for N = %d examples", n, examples)
	}
	h.units = z.size() / examples
	return h, nil
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
	return t.reshaped(z, t.Batch, h.units)
}

// reshaped is x itself if it has the shape already.
func (t *translation) reshaped(x *graph.Node, shape ...int) (*graph.Node, error) {
	if slices.Equal([]int(x.Shape()), shape) {
		return x, nil
	}
	return t.Reshape(x, shape...)
}

// feed makes the logits of h what the columns of z from start on are, so that the cost is a function
// of z.
func (t *translation) feed(h *head, z *graph.Node, start int) error {
	var err error
	if z.Shape()[1] != h.units {
		if z, err = columns.Take(t.Builder, z, start, h.units); err != nil {
			return err
		}
	}
	if h.logits.where.axis == 1 {
		if z, err = transposed(z.Shape(), []int{1, 0}).gather(t.Builder, z); err != nil {
			return err
		}
	}
	t.made[h.logits], err = t.reshaped(z, t.dims(h.logits)...)
	return err
}

// targetsOf are the nodes that may be targets: inputs with examples, and parts of them, that the cost
// depends on otherwise than through the heads' logits. The first of the inputs is the target, as a rule.
func targetsOf(cost *node, heads []*head) []*node {
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
		if n.isInput() {
			list = append(list, n)
		}
		for _, c := range n.in {
			visit(c)
		}
	}
	visit(cost)
	return list
}

// isInput reports whether n is an input with examples, or a part or another shape of one.
func (n *node) isInput() bool {
	switch n.kind {
	case inputLeaf:
		return n.where.axis >= 0
	case "sliceOp", "reshapeOp", "transposeOp":
		return n.where.axis >= 0 && n.in[0].isInput()
	}
	return false
}

// find settles h's distribution and scale: of the candidates the first one whose negative
// log-likelihood the cost is a multiple of, plus what does not depend on the outputs. It is found out
// by evaluating both at random outputs, so that it does not matter how the cost is written.
func (g *Graph) find(h *head, named losses.Loss) error {
	found, tried, err := g.try(h, candidates(h.given, named))
	if err != nil {
		return err
	}
	switch {
	case found != nil:
		*h = *found
		h.found = named == nil
		return nil
	case named == nil:
		return fmt.Errorf("adopt: output %v: the cost is no multiple of the mean negative log-likelihood of %s: name the Distribution, or, if there are several targets, the output that each is for", h.given, strings.Join(tried, ", "))
	}
	h.instead, _, err = g.try(h, candidates(h.given, nil))
	return err
}

// try is h as the first candidate that fits, or nil, and the names of the candidates.
func (g *Graph) try(h *head, list []candidate) (found *head, tried []string, err error) {
	was := h.logits
	defer func() { h.logits = was }()
	for _, way := range list {
		tried = append(tried, fmt.Sprint(way.loss))
		h.logits = way.logits
		for _, y := range targetsOf(g.cost, g.heads) {
			c, err := g.ratio(h, way.loss, y)
			if errors.Is(err, errNoMultiple) {
				continue
			}
			if err != nil {
				return nil, nil, err
			}
			if c < 0 {
				return nil, nil, fmt.Errorf("adopt: the cost falls as the likelihood of output %v falls: its sign is wrong", h.given)
			}
			return &head{given: h.given, logits: way.logits, loss: way.loss, units: h.units, scale: c}, nil, nil
		}
	}
	return nil, tried, nil
}
