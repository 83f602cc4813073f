package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// Substitute makes v, which has p's shape and type, the memory that the graph reads p from: for a graph over a copy of
// the parameters. It must come before the layers are built. Gradients still go into p.Grad.
func (b *Builder) Substitute(p *Param, v *tensor.Dense) error {
	n, err := b.substitute(p.Name, p.Value, v, b.params[p] != nil)
	if err == nil {
		b.params[p] = n
	}
	return err
}

// SubstituteBuffer is Substitute for a buffer.
func (b *Builder) SubstituteBuffer(s *Buffer, v *tensor.Dense) error {
	n, err := b.substitute(s.Name, s.Value, v, b.buffers[s] != nil)
	if err == nil {
		b.buffers[s] = n
	}
	return err
}

func (b *Builder) substitute(name string, old, v *tensor.Dense, there bool) (*Node, error) {
	switch {
	case there:
		return nil, fmt.Errorf("graph: substitute for %s: it is part of the graph already", name)
	case v == nil:
		return nil, fmt.Errorf("graph: substitute for %s: the tensor is nil", name)
	case !slices.Equal(old.Shape(), v.Shape()):
		return nil, fmt.Errorf("graph: substitute for %s of shape %v: a tensor of shape %v", name, old.Shape(), v.Shape())
	}
	if err := b.checkMemory(v); err != nil {
		return nil, fmt.Errorf("graph: substitute for %s: %w", name, err)
	}
	n := b.input(name, v)
	b.isParam[n] = true
	return n, nil
}
