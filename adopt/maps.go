package adopt

import (
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/matmul"
)

// affine is a map s = aW + b that was found in the user's graph: a product of a learnable and
// of a matrix with rows of examples, and perhaps the learnable that is added to it.
type affine struct {
	product      *node
	x            *node // the other operand of the product
	weight, bias *learnable
	factors
	columns bool // the examples are columns: the product is Wᵀaᵀ
	in, out int
	rows    int // T
}

func (a *affine) String() string {
	text := fmt.Sprintf("affine map %d→%d", a.in, a.out)
	if a.rows > 1 {
		text += fmt.Sprintf(" at %d locations of each example", a.rows)
	}
	return text
}

// matching finds the maps among the nodes that the outputs depend on.
type matching struct {
	examples int
	within   map[*node]bool
}

// readers are the nodes that read n's value on the way to the outputs.
func (m *matching) readers(n *node) []*node {
	var list []*node
	for _, r := range n.edges {
		if m.within[r] && r.kind != "sizeOp" {
			list = append(list, r)
		}
	}
	return list
}

// match finds the maps, and says of each learnable why it is of none.
func (m *matching) match(order []*node, learnables []*learnable) (maps []*affine) {
	for _, n := range order {
		if m.within[n] && n.kind == "linAlgBinOp" {
			if a := m.product(n); a != nil {
				maps = append(maps, a)
			}
		}
	}
	for _, a := range maps {
		m.findBias(a)
	}
	for _, l := range learnables {
		if l.tap == nil && l.why == "" {
			l.why = m.reason(l)
		}
	}
	return maps
}

// reason says why l is of no map.
func (m *matching) reason(l *learnable) string {
	switch n := len(m.readers(l.node)); {
	case !m.within[l.node]:
		return "the outputs do not depend on it, so that its diagonal is 0 and damping alone bounds its steps: does the cost have an output that Config.Outputs lacks?"
	case n > 1:
		return fmt.Sprintf("it is used %d times (tied weights)", n)
	}
	return "no product of examples and the learnable itself (reshaped or transposed), and no sum with the result of one, was found"
}

// product makes a map of n if one of its operands is a learnable and the other one has rows, or
// columns, of examples.
func (m *matching) product(n *node) *affine {
	f, err := n.factorsOf()
	if err != nil || n.where.axis < 0 || len(f.left) != 2 {
		return nil
	}
	l, order := m.resolve(n.in[1], false)
	x, columns := n.in[0], false
	shape, trans := f.right, f.transR
	if l == nil {
		if l, order = m.resolve(n.in[0], false); l == nil || len(n.dims) != 2 {
			return nil
		}
		x, columns = n.in[1], true
		shape, trans = f.left, !f.transL
	}
	if x.where.axis < 0 || l.tap != nil {
		return nil
	}
	if trans {
		order = pick(order, transposed(shape, []int{1, 0}).indices())
		shape = []int{shape[1], shape[0]}
	}
	a := &affine{product: n, x: x, weight: l, factors: f, columns: columns, in: shape[0], out: shape[1]}
	a.rows = product(n.dims) / a.out / m.examples
	l.claim(a, shape, order)
	n.affine = a
	return a
}

// resolve finds the learnable that n is another shape of, and which element of it each element
// of n is. It is nil if something else reads the learnable, too.
func (m *matching) resolve(n *node, repeats bool) (*learnable, []int32) {
	if len(m.readers(n)) != 1 {
		return nil, nil
	}
	switch {
	case n.kind == learnableLeaf:
		order := make([]int32, n.size())
		for i := range order {
			order[i] = int32(i)
		}
		return n.of, order
	case n.kind == "reshapeOp":
		return m.resolve(n.in[0], repeats)
	case n.kind == "transposeOp" || n.kind == "repeatOp" && repeats:
		l, order := m.resolve(n.in[0], repeats)
		if l == nil {
			return nil, nil
		}
		return l, pick(order, n.indices())
	}
	return nil, nil
}

// indices are, of a transposeOp or a repeatOp, the index in the operand for each element.
func (n *node) indices() []int32 {
	if n.kind == "transposeOp" {
		return transposed(n.in[0].dims, integers(n.text)).indices()
	}
	axis, dims := n.repeats()
	return repetition(dims, axis, n.dims[axis]/dims[axis]).indices()
}

// repetition is the move to an array in which each place of an axis stands several times.
func repetition(dims []int, axis, times int) move {
	m, step := move{small: dims}, strides(dims)
	for i, d := range dims {
		m.large, m.stride = append(m.large, d), append(m.stride, step[i])
		if i == axis {
			m.large, m.stride = append(m.large, times), append(m.stride, 0)
		}
	}
	return m
}

func pick(order, at []int32) []int32 {
	picked := make([]int32, len(at))
	for i, k := range at {
		picked[i] = order[k]
	}
	return picked
}

// findBias looks for a learnable that is added to the map's result, one element for each output.
func (m *matching) findBias(a *affine) {
	n := a.product
	dims := []int{product(n.dims) / a.out, a.out}
	outputs := move{large: dims, stride: []int{0, 1}, small: []int{a.out}}
	if a.columns {
		outputs.large, outputs.stride = []int{a.out, dims[0]}, []int{1, 0}
	}
	index := outputs.indices() // which output each element of n is
	for {
		next := m.readers(n)
		if len(next) != 1 {
			return
		}
		r := next[0]
		switch {
		case r.kind == "reshapeOp":
		case r.kind == "transposeOp":
			index = pick(index, r.indices())
		case r.kind == "elemBinOp" && r.text == "+ false":
			other := r.in[0]
			if other == n {
				other = r.in[1]
			}
			l, order := m.resolve(other, true)
			if l == nil || l.tap != nil || l.node.size() != a.out {
				return
			}
			if slices.Equal(order, index) || len(order) == 1 && a.out == 1 {
				a.bias = l
				l.claim(a, []int{a.out}, nil)
			}
			return
		default:
			return
		}
		n = r
	}
}

// affine adds a map and declares its tap.
func (t *translation) affine(a *affine) (*graph.Node, error) {
	n := a.product
	x, err := t.node(a.x)
	if err != nil {
		return nil, err
	}
	shape, trans := a.left, a.transL
	if a.columns {
		shape, trans = a.right, !a.transR
	}
	if x, err = t.matrix(x, a.x, shape); err != nil {
		return nil, err
	}
	if trans {
		if x, err = transposed(x.Shape(), []int{1, 0}).gather(t.Builder, x); err != nil {
			return nil, err
		}
	}
	w, err := t.param(a.weight)
	if err != nil {
		return nil, err
	}
	s, err := matmul.Of(t.Builder, x, false, w, false)
	if err != nil {
		return nil, err
	}
	if t.taps {
		var bias *graph.Param
		if a.bias != nil {
			bias = a.bias.param
		}
		t.Tap(a.weight.param.Name, x, s, a.weight.param, bias)
	}
	if a.columns {
		if s, err = transposed(s.Shape(), []int{1, 0}).gather(t.Builder, s); err != nil {
			return nil, err
		}
	}
	return t.Reshape(s, t.dims(n)...)
}
