package graph

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
)

// Backward adds the nodes that compute the gradient of ⟨seed, out⟩ with
// respect to each of wrt, which may be any nodes. An entry is nil where out
// does not depend on the node. It may be called any number of times on a
// graph; only what lies between wrt and out is visited, so the input layer's
// own gradient is not computed unless asked for.
func (b *Builder) Backward(out, seed *Node, wrt ...*Node) ([]*Node, error) {
	if err := b.check(append([]*Node{out, seed}, wrt...)...); err != nil {
		return nil, fmt.Errorf("graph: backward: %w", err)
	}
	if !out.Shape().Eq(seed.Shape()) {
		return nil, fmt.Errorf("graph: backward: seed %v for an output of shape %v", seed.Shape(), out.Shape())
	}
	w := b.newWalk(wrt)
	w.visit(out)
	terms := map[*Node][]*Node{out: {seed}}
	grads := map[*Node]*Node{}
	for i := len(w.order) - 1; i >= 0; i-- { // consumers first
		n := w.order[i]
		if !w.needed[n] || len(terms[n]) == 0 {
			continue
		}
		g, err := b.Total(terms[n]...)
		if err != nil {
			return nil, err
		}
		grads[n] = g
		if err := b.spread(n, g, w.needed, terms); err != nil {
			return nil, fmt.Errorf("graph: backward through %v: %w", n.Op(), err)
		}
	}
	res := make([]*Node, len(wrt))
	for i, n := range wrt {
		res[i] = grads[n]
	}
	return res, nil
}

// walk finds the nodes on a differentiable path from out to a wanted node.
type walk struct {
	b      *Builder
	needed map[*Node]bool
	seen   map[*Node]bool
	order  []*Node // children before consumers
}

func (b *Builder) newWalk(wrt []*Node) *walk {
	w := &walk{b: b, needed: map[*Node]bool{}, seen: map[*Node]bool{}}
	for _, n := range wrt {
		w.needed[n] = true
	}
	return w
}

func (w *walk) visit(n *Node) {
	if w.seen[n] {
		return
	}
	w.seen[n] = true
	for i, c := range w.b.children(n) {
		w.visit(c)
		if w.needed[c] && w.b.differentiable(n, i) {
			w.needed[n] = true
		}
	}
	w.order = append(w.order, n)
}

// children returns n's inputs in their order, duplicates included.
func (b *Builder) children(n *Node) []*Node { return Children(n) }

// differentiable reports whether a gradient flows from n to its i-th input.
func (b *Builder) differentiable(n *Node, i int) bool {
	switch op := n.Op().(type) {
	case *Kernel:
		return !op.op.Const
	case gorgonia.SDOp:
		wrt := op.DiffWRT(len(b.children(n)))
		return i < len(wrt) && wrt[i]
	}
	return false
}

// spread hands n's gradient to its inputs.
func (b *Builder) spread(n, g *Node, needed map[*Node]bool, terms map[*Node][]*Node) error {
	in := b.children(n)
	need := make([]bool, len(in))
	some := false
	for i, c := range in {
		need[i] = needed[c] && b.differentiable(n, i)
		some = some || need[i]
	}
	if !some {
		return nil
	}
	grads, err := b.diff(n, g, in, need)
	if err != nil {
		return err
	}
	if len(grads) != len(in) {
		return fmt.Errorf("%d gradients for %d inputs", len(grads), len(in))
	}
	for i, c := range in {
		if !need[i] || grads[i] == nil {
			continue
		}
		if !grads[i].Shape().Eq(c.Shape()) {
			return fmt.Errorf("gradient of shape %v for input %d of shape %v", grads[i].Shape(), i, c.Shape())
		}
		terms[c] = append(terms[c], grads[i])
	}
	return nil
}

var errNoRule = errors.New("the op has no derivative rule")

func (b *Builder) diff(n, g *Node, in []*Node, need []bool) ([]*Node, error) {
	if k := kernelOf(n); k != nil {
		if k.op.Diff == nil {
			return nil, errNoRule
		}
		return k.op.Diff(&Diff{Builder: b, In: in, Out: n, Grad: g, Need: need})
	}
	return b.stockDiff(n, g, in, need)
}

// wrongStock are the stock ops whose derivative is wrong in gorgonia 0.9.18, as they print.
var wrongStock = []string{"log2", "invSqrt"}

// stockDiff differentiates a stock gorgonia op by its own rule. The gradient
// goes in and comes out through snapshots, so that no stock op can overwrite
// a kernel's buffer.
func (b *Builder) stockDiff(n, g *Node, in []*Node, need []bool) (grads []*Node, err error) {
	defer recovered(&err)
	if name := fmt.Sprint(n.Op()); slices.Contains(wrongStock, name) {
		return nil, fmt.Errorf("gorgonia's derivative of it is wrong: make an op of your own of %s", name)
	}
	own, err := b.Snapshot(g)
	if err != nil {
		return nil, err
	}
	grads, err = n.Op().(gorgonia.SDOp).SymDiff(in, n, own)
	if err != nil {
		return nil, err
	}
	for i, x := range grads {
		if x == nil || i >= len(need) || !need[i] {
			continue
		}
		if grads[i], err = b.Snapshot(x); err != nil {
			return nil, err
		}
	}
	return grads, nil
}
