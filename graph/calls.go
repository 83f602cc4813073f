package graph

import (
	"cmp"
	"slices"

	"gorgonia.org/gorgonia"
)

// calls are kernels to be run one after the other on the caller's goroutine. A run allocates nothing, apart from the
// kernels' buffers the first time, where a run of gorgonia's tape machine starts a goroutine and makes some six objects
// for every op: 20 to 50 µs in a training step.
type calls []kernelCall

// kernelCall is a kernel with its operands.
type kernelCall struct {
	kernel   *Kernel
	operands []*Node
	values   []gorgonia.Value // of the operands, during a run
}

// callsOf lists the kernels that outs need and their own, in the order in which they were added to the graph: forward from
// the first layer to the last, and back. A layer's gradients are then computed one after the other, while what they read
// is in the caches. It also reports whether no stock op of gorgonia is among the nodes.
func (b *Builder) callsOf(outs []*Node) (list calls, kernels bool) {
	kernels = true
	seen := map[*Node]bool{}
	var add func(n *Node)
	add = func(n *Node) {
		if n.IsVar() || seen[n] {
			return
		}
		seen[n] = true
		operands := b.children(n)
		if k := kernelOf(n); k != nil {
			list = append(list, kernelCall{k, operands, make([]gorgonia.Value, len(operands))})
		} else {
			kernels = false
		}
		for _, c := range operands {
			add(c)
		}
	}
	for _, n := range outs {
		add(n)
	}
	// An operand is there before the kernel that reads it, and so has a lower number.
	slices.SortFunc(list, func(c, d kernelCall) int { return cmp.Compare(c.kernel.id, d.kernel.id) })
	return list, kernels
}

// bytes is the memory of the kernels' buffers. A view has none.
func (l calls) bytes() int {
	sum := 0
	for _, c := range l {
		if !c.kernel.op.view {
			sum += c.kernel.op.Shape.TotalSize() * int(c.kernel.dtype.Size())
		}
	}
	return sum
}

func (l calls) run() error {
	for i := range l {
		c := &l[i]
		for j, n := range c.operands {
			c.values[j] = Value(n)
		}
		if _, err := c.kernel.Do(c.values...); err != nil {
			return runError(err)
		}
	}
	return nil
}
