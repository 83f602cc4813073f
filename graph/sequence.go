package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

// Sequence computes a fixed set of nodes as a [Program] does, but runs the kernels one after the other on the caller's
// goroutine. A run allocates nothing, apart from the kernels' buffers the first time, where a run of gorgonia's tape
// machine starts a goroutine and makes some six objects for every op. It is for predictions: for a single example the
// tape machine would take as long as the arithmetic.
type Sequence struct {
	b       *Builder
	calls   []kernelCall
	bytes   int      // of the kernels' buffers
	program *Program // in the place of calls where a stock op is among the nodes
}

// kernelCall is a kernel with its operands.
type kernelCall struct {
	kernel   *Kernel
	operands []*Node
	values   []gorgonia.Value // of the operands, during a run
}

// CompileSequence makes the sequence that computes outs. Inputs among outs are there already: a sequence of nothing else
// does nothing. Where outs need stock ops of gorgonia, Run is that of the Program that Compile makes.
func (b *Builder) CompileSequence(outs ...*Node) (*Sequence, error) {
	if err := b.check(outs...); err != nil {
		return nil, fmt.Errorf("graph: compile: %w", err)
	}
	s := &Sequence{b: b}
	var computed []*Node
	seen := map[*Node]bool{}
	kernels := true
	for _, n := range outs {
		if n.IsVar() {
			continue
		}
		computed = append(computed, n)
		kernels = s.add(n, seen) && kernels
	}
	if kernels {
		return s, nil
	}
	s.calls = nil
	var err error
	s.program, err = b.Compile(computed...)
	return s, err
}

// add appends the kernels that n needs and its own, operands first. It reports whether all that n needs are kernels.
func (s *Sequence) add(n *Node, seen map[*Node]bool) bool {
	if n.IsVar() || seen[n] {
		return true
	}
	seen[n] = true
	operands := s.b.children(n)
	kernels := true
	for _, c := range operands {
		kernels = s.add(c, seen) && kernels
	}
	k := kernelOf(n)
	if k == nil {
		return false
	}
	s.calls = append(s.calls, kernelCall{k, operands, make([]gorgonia.Value, len(operands))})
	s.bytes += k.op.Shape.TotalSize() * int(k.dtype.Size())
	return kernels
}

// Bytes is the memory of the buffers of the kernels that the sequence runs. Those of stock ops are not counted.
func (s *Sequence) Bytes() int { return s.bytes }

// Run computes the nodes from the inputs' present values. A node's [Value] is valid until the next run.
func (s *Sequence) Run() error {
	if s.program != nil {
		return s.program.Run()
	}
	s.b.runs.epoch++
	s.b.runs.resume = false
	for i := range s.calls {
		c := &s.calls[i]
		for j, n := range c.operands {
			c.values[j] = Value(n)
		}
		if _, err := c.kernel.Do(c.values...); err != nil {
			return fmt.Errorf("graph: run: %w", err)
		}
	}
	return nil
}
