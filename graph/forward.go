package graph

import (
	"fmt"
	"slices"
)

// Tangent is the question a forward walk puts to an op: given Dot, the
// tangents of In, what is the tangent of Out? It is linear in Dot, whose
// entries are nil where they are zero; at least one is not.
type Tangent struct {
	*Builder
	In  []*Node
	Out *Node
	Dot []*Node
}

// Forward adds the nodes that compute the Jacobian-vector product J·t at out:
// how fast out changes as each of wrt, which may be any nodes, moves along its
// entry of tangents, of the same shape. An intermediate node among wrt moves by
// its entry on top of what the nodes before it make it move. The result, of
// out's shape, is nil where out does not depend on wrt. Forward is the twin of
// [Builder.Backward], ⟨u, J·t⟩ = ⟨Jᵀ·u, t⟩: it may be called any number of times
// on a graph, and visits only what lies between wrt and out.
func (b *Builder) Forward(out *Node, wrt, tangents []*Node) (*Node, error) {
	dots, err := b.ForwardAll([]*Node{out}, wrt, tangents)
	if err != nil {
		return nil, err
	}
	return dots[0], nil
}

// ForwardAll is Forward to several nodes in one walk: what lies on the way to more than
// one of outs is visited once. An entry of the result is nil where its node does not
// depend on wrt.
func (b *Builder) ForwardAll(outs, wrt, tangents []*Node) ([]*Node, error) {
	if len(wrt) != len(tangents) {
		return nil, fmt.Errorf("graph: forward: %d tangents for %d nodes", len(tangents), len(wrt))
	}
	if err := b.check(slices.Concat(outs, wrt, tangents)...); err != nil {
		return nil, fmt.Errorf("graph: forward: %w", err)
	}
	terms := map[*Node][]*Node{}
	for i, n := range wrt {
		if !n.Shape().Eq(tangents[i].Shape()) {
			return nil, fmt.Errorf("graph: forward: tangent of shape %v for %v of shape %v", tangents[i].Shape(), n, n.Shape())
		}
		terms[n] = append(terms[n], tangents[i])
	}
	w := b.newWalk(wrt)
	if err := w.visitAll(outs); err != nil {
		return nil, fmt.Errorf("graph: forward: %w", err)
	}
	dots := map[*Node]*Node{}
	for _, n := range w.order { // children first
		if !w.needed[n] {
			continue
		}
		dot, err := b.push(n, dots)
		if err != nil {
			return nil, fmt.Errorf("graph: forward through %v: %w", n.Op(), err)
		}
		terms[n] = append(terms[n], dot)
		if dots[n], err = b.Total(terms[n]...); err != nil {
			return nil, err
		}
	}
	all := make([]*Node, len(outs))
	for i, out := range outs {
		all[i] = dots[out]
	}
	return all, nil
}

// visitAll visits outs. Some stock ops' own gradients are of ops that panic when they are asked for their derivatives.
func (w *walk) visitAll(outs []*Node) (err error) {
	defer recovered(&err)
	for _, out := range outs {
		w.visit(out)
	}
	return nil
}

// push is the tangent that n has from those of its inputs.
func (b *Builder) push(n *Node, dots map[*Node]*Node) (*Node, error) {
	t := &Tangent{Builder: b, In: b.children(n), Out: n}
	t.Dot = make([]*Node, len(t.In))
	some := false
	for i, c := range t.In {
		if dots[c] != nil && b.differentiable(n, i) {
			t.Dot[i], some = dots[c], true
		}
	}
	if !some {
		return nil, nil
	}
	rule := b.transposed
	if k := kernelOf(n); k != nil && k.op.Tangent != nil {
		rule = k.op.Tangent
	}
	dot, err := rule(t)
	if err != nil {
		return nil, err
	}
	if dot != nil && !dot.Shape().Eq(n.Shape()) {
		return nil, fmt.Errorf("tangent of shape %v for an output of shape %v", dot.Shape(), n.Shape())
	}
	return dot, nil
}

// Bilinear is the tangent rule of an op f(x, y) that is linear in each of its
// two inputs: f(x', y) + f(x, y').
func Bilinear(f func(b *Builder, x, y *Node) (*Node, error)) func(t *Tangent) (*Node, error) {
	return func(t *Tangent) (*Node, error) {
		var terms []*Node
		for i, dot := range t.Dot {
			if dot == nil {
				continue
			}
			in := [2]*Node{t.In[0], t.In[1]}
			in[i] = dot
			term, err := f(t.Builder, in[0], in[1])
			if err != nil {
				return nil, err
			}
			terms = append(terms, term)
		}
		return t.Total(terms...)
	}
}

// transposed is the tangent rule of an op that has only a reverse rule: the
// gradient Jᵀv is linear in v, so that its own reverse derivative with respect
// to v, seeded with a tangent t, is J·t, whatever v is.
func (b *Builder) transposed(t *Tangent) (dot *Node, err error) {
	defer recovered(&err) // from stock ops' DiffWRT
	v, err := b.Apply(Op{
		Name: "cotangent", Shape: t.Out.Shape().Clone(), Const: true,
		F32: func(out []float32, _ [][]float32) { clear(out) },
		F64: func(out []float64, _ [][]float64) { clear(out) },
	}, t.Out)
	if err != nil {
		return nil, err
	}
	need := make([]bool, len(t.In))
	for i, dot := range t.Dot {
		need[i] = dot != nil
	}
	grads, err := b.diff(t.Out, v, t.In, need)
	if err != nil {
		return nil, err
	}
	var terms []*Node
	for i, g := range grads {
		if i >= len(need) || !need[i] || g == nil {
			continue
		}
		if _, err := b.linearIn(v, g, map[*Node]bool{}); err != nil {
			return nil, err
		}
		term, err := b.Backward(g, t.Dot[i], v)
		if err != nil {
			return nil, fmt.Errorf("the op has no tangent rule, and its gradient none to make one of: %w", err)
		}
		terms = append(terms, term[0])
	}
	return b.Total(terms...)
}

// linearIn reports whether n depends on v. It is an error if an op between
// them is not differentiable: Backward would take it for a constant.
func (b *Builder) linearIn(v, n *Node, known map[*Node]bool) (bool, error) {
	if n == v {
		return true, nil
	}
	if depends, ok := known[n]; ok {
		return depends, nil
	}
	depends := false
	for i, c := range b.children(n) {
		yes, err := b.linearIn(v, c, known)
		if err != nil {
			return false, err
		}
		if yes && !b.differentiable(n, i) {
			return false, fmt.Errorf("the op has no tangent rule, and %v in its gradient has no derivative to make one of", n.Op())
		}
		depends = depends || yes
	}
	known[n] = depends
	return depends, nil
}
