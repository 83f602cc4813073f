package graph

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// Buffer is state of a layer that is not learned, such as running statistics. Every
// graph of a model reads Value's memory.
type Buffer struct {
	Name  string
	Value *tensor.Dense
}

// NewBuffer returns a buffer of zeros.
func NewBuffer(name string, dtype tensor.Dtype, shape ...int) *Buffer {
	return &Buffer{Name: name, Value: NewDense(dtype, shape...)}
}

// update is what a buffer is to become after a training step.
type update struct {
	buffer *Buffer
	next   *Node
}

// Buffer adds s to the graph, once: further calls return the same node.
//
// In training mode the loss must not depend on it, since several passes over one
// mini-batch come after the update (see CheckBuffers).
func (b *Builder) Buffer(s *Buffer) *Node {
	if n, ok := b.buffers[s]; ok {
		return n
	}
	n := b.input(s.Name, s.Value)
	b.buffers[s], b.isParam[n] = n, true
	return n
}

// Update makes next what s is to be after a training step, in training mode. Commit
// does it.
func (b *Builder) Update(s *Buffer, next *Node) error {
	switch {
	case !b.Train:
		return fmt.Errorf("graph: buffer %s: only a graph in training mode has updates", s.Name)
	case next == nil || next.Dtype() != s.Value.Dtype() || next.Shape().TotalSize() != s.Value.DataSize():
		return fmt.Errorf("graph: buffer %s of shape %v: an update of another shape or type", s.Name, s.Value.Shape())
	}
	for _, u := range b.updates {
		if u.buffer == s {
			return fmt.Errorf("graph: buffer %s has two updates: a layer with state is used once in a network", s.Name)
		}
	}
	if kernelOf(next) == nil { // a stock op's value is overwritten
		var err error
		if next, err = b.Snapshot(next); err != nil {
			return err
		}
	}
	b.updates = append(b.updates, update{s, next})
	return nil
}

// Updates lists the nodes that Commit copies: a program that it follows computes them.
func (b *Builder) Updates() []*Node {
	var nodes []*Node
	for _, u := range b.updates {
		nodes = append(nodes, u.next)
	}
	return nodes
}

// Commit gives buffers the values of their updates, as the last run left them.
func (b *Builder) Commit() {
	for _, u := range b.updates {
		Direction{u.buffer.Value}.Copy(Direction{Value(u.next)})
	}
}

// CheckListed returns an error if the graph reads a parameter that params does not have, or a
// buffer that buffers does not have: nothing would train the one, or save either.
func (b *Builder) CheckListed(params []*Param, buffers []*Buffer) error {
	var hidden []string
	for p := range b.params {
		if !slices.Contains(params, p) {
			hidden = append(hidden, fmt.Sprintf("graph: the layer uses parameter %s, which its Params does not list: it would be neither trained nor saved", p.Name))
		}
	}
	for s := range b.buffers {
		if !slices.Contains(buffers, s) {
			hidden = append(hidden, fmt.Sprintf("graph: the layer uses buffer %s, which its Buffers does not list: it would not be saved", s.Name))
		}
	}
	if len(hidden) == 0 {
		return nil
	}
	return errors.New(slices.Min(hidden)) // the same one in every run
}

// CheckBuffers returns an error if n, the loss of a graph in training mode, depends on a
// buffer: after the update other passes over the mini-batch would see another loss.
func (b *Builder) CheckBuffers(n *Node) error {
	if !b.Train || len(b.buffers) == 0 {
		return nil
	}
	seen := map[*Node]bool{}
	var find func(n *Node) *Buffer
	find = func(n *Node) *Buffer {
		if seen[n] {
			return nil
		}
		seen[n] = true
		for s, node := range b.buffers {
			if node == n {
				return s
			}
		}
		for _, c := range b.children(n) {
			if s := find(c); s != nil {
				return s
			}
		}
		return nil
	}
	if s := find(n); s != nil {
		return fmt.Errorf("graph: in training mode the loss depends on buffer %s, which changes with each step: compute with the mini-batch's own statistics, and with the buffer in evaluation mode", s.Name)
	}
	return nil
}
