package graph

import "fmt"

// Sequence is a [Program] that may have nothing to compute, and knows its memory. It is for predictions, and for inputs of
// taps that stand aside.
type Sequence struct {
	bytes   int      // of the kernels' buffers
	program *Program // nil if all outs are inputs
}

// CompileSequence makes the sequence that computes outs. Inputs among outs are there already: a sequence of nothing else
// does nothing.
func (b *Builder) CompileSequence(outs ...*Node) (*Sequence, error) {
	if err := b.check(outs...); err != nil {
		return nil, fmt.Errorf("graph: compile: %w", err)
	}
	s := &Sequence{}
	var computed []*Node
	for _, n := range outs {
		if !n.IsVar() {
			computed = append(computed, n)
		}
	}
	if len(computed) == 0 {
		return s, nil
	}
	var err error
	if s.program, err = b.Compile(computed...); err != nil {
		return nil, err
	}
	list, _ := b.callsOf(computed)
	s.bytes = list.bytes()
	return s, nil
}

// Resume computes what no program has computed since the last Run of one (see [Program.Resume]).
func (s *Sequence) Resume() error {
	if s.program == nil {
		return nil
	}
	return s.program.Resume()
}

// Bytes is the memory of the buffers of the kernels that the sequence runs. Those of stock ops are not counted.
func (s *Sequence) Bytes() int { return s.bytes }

// Run computes the nodes from the inputs' present values. A node's [Value] is valid until the next run.
func (s *Sequence) Run() error {
	if s.program == nil {
		return nil
	}
	return s.program.Run()
}
