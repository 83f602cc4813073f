package graph

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Invalidate makes the next Resume compute what depends on the input n, whose
// memory the caller has written.
func (b *Builder) Invalidate(n *Node) error {
	if err := b.checkOwnInput(n); err != nil {
		return fmt.Errorf("graph: invalidate: %w", err)
	}
	b.forget(n)
	return nil
}

// InputOf adds an input node that reads the caller's tensor: nothing is copied.
func (b *Builder) InputOf(name string, v *tensor.Dense) (*Node, error) {
	if v == nil {
		return nil, fmt.Errorf("graph: input %s: the tensor is nil", name)
	}
	if err := b.checkMemory(v); err != nil {
		return nil, fmt.Errorf("graph: input %s: %w", name, err)
	}
	return b.input(name, v), nil
}

// Bind makes the input n read the memory of v, of n's shape and type, from the
// next run on: nothing is copied, and Resume computes again what depends on n.
// Parameters keep their memory.
func (b *Builder) Bind(n *Node, v *tensor.Dense) error {
	if err := b.checkOwnInput(n); err != nil {
		return fmt.Errorf("graph: bind: %w", err)
	}
	if v == nil {
		return fmt.Errorf("graph: bind %v: the tensor is nil", n)
	}
	last := Value(n) // the node's own Shape would be a copy
	if !slices.Equal(last.Shape(), v.Shape()) {
		return fmt.Errorf("graph: bind %v: a tensor of shape %v for an input of shape %v", n, v.Shape(), last.Shape())
	}
	if err := b.checkMemory(v); err != nil {
		return fmt.Errorf("graph: bind %v: %w", n, err)
	}
	b.forget(n)
	if v == last {
		return nil
	}
	return gorgonia.Let(n, v)
}

func (b *Builder) checkMemory(v *tensor.Dense) error {
	switch {
	case v.Dtype() != b.DType:
		return fmt.Errorf("a tensor of %v in a %v graph", v.Dtype(), b.DType)
	case v.RequiresIterator() || v.DataOrder().IsColMajor():
		return errors.New("not a contiguous row-major tensor")
	case v.Dims() == 0:
		return errors.New("a scalar; use shape (1)")
	}
	return nil
}

func (b *Builder) checkOwnInput(n *Node) error {
	switch {
	case n == nil:
		return errors.New("the node is nil")
	case n.Graph() != b.g:
		return fmt.Errorf("%v is of another builder's graph", n)
	case !n.IsVar():
		return fmt.Errorf("%v is computed, not an input", n)
	case b.isParam[n]:
		return fmt.Errorf("%v is a parameter", n)
	}
	return nil
}

// dependents are the kernels whose values depend on an input. The list holds as long
// as the graph has as many kernels as when it was made: new kernels may depend on the
// input, too.
type dependents struct {
	kernels []*Kernel
	made    uint64 // kernels of the graph at that time
}

// forget marks the kernels that depend on n as not computed.
func (b *Builder) forget(n *Node) {
	d := b.reach[n]
	if d == nil || d.made != b.nextID {
		d = &dependents{made: b.nextID}
		b.follow(n, map[*Node]bool{}, d)
		b.reach[n] = d
	}
	for _, k := range d.kernels {
		k.epoch = 0
	}
}

func (b *Builder) follow(n *Node, seen map[*Node]bool, d *dependents) {
	it := b.g.To(n.ID())
	if it == nil {
		return
	}
	for it.Next() {
		c := it.Node().(*Node)
		if seen[c] {
			continue
		}
		seen[c] = true
		if k := kernelOf(c); k != nil {
			d.kernels = append(d.kernels, k)
		}
		b.follow(c, seen, d)
	}
}
