package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
)

// Program computes a fixed set of nodes of a graph and nothing they do not
// need. Programs of one graph share its buffers and must not run at once.
type Program struct {
	b     *Builder
	calls calls
	vm    gorgonia.VM // in the place of calls where a stock op is among the nodes
}

// Compile makes the program that computes outs. Inputs among outs, already
// there, are skipped. A program of kernels alone runs them on the caller's
// goroutine; stock ops of gorgonia make it one of gorgonia's tape machine.
func (b *Builder) Compile(outs ...*Node) (p *Program, err error) {
	defer recovered(&err)
	if err := b.check(outs...); err != nil {
		return nil, fmt.Errorf("graph: compile: %w", err)
	}
	var want gorgonia.Nodes
	seen := map[*Node]bool{}
	for _, n := range outs {
		if n.IsVar() || seen[n] {
			continue
		}
		seen[n] = true
		if kernelOf(n) == nil {
			return nil, fmt.Errorf("graph: compile: %v is the value of a stock op, overwritten while the program runs; take a Snapshot of it", n)
		}
		want = append(want, n)
	}
	if len(want) == 0 {
		return nil, errors.New("graph: compile: nothing to compute")
	}
	sub := b.g.ExactSubgraphRoots(want...)
	if err := b.checkBorders(sub.AllNodes(), want); err != nil {
		return nil, err
	}
	if list, ok := b.callsOf(want); ok {
		return &Program{b: b, calls: list}, nil
	}
	prog, loc, err := gorgonia.CompileFunction(b.g, sub.Inputs(), want)
	if err != nil {
		return nil, fmt.Errorf("graph: compile: %w", err)
	}
	return &Program{b: b, vm: gorgonia.NewTapeMachine(b.g, gorgonia.WithPrecompiled(prog, loc))}, nil
}

// checkBorders refuses stock ops that read memory they do not own: the tape
// machine lets them overwrite operands that no later op reads: weights, kernel
// buffers and wanted snapshots included. A stock Reshape hands on its
// operand's memory, which then counts as dead, so that nobody else may read
// the operand. It also refuses nodes of equal hash, which value numbering
// would merge.
func (b *Builder) checkBorders(ns, wanted gorgonia.Nodes) error {
	hashes := map[uint32]*Node{}
	readers := map[*Node]int{}
	for _, n := range wanted {
		readers[n]++ // the program's caller
	}
	for _, n := range ns {
		for _, c := range b.children(n) {
			readers[c]++
		}
	}
	for _, n := range ns {
		if m, ok := hashes[n.Hashcode()]; ok && m != n {
			return fmt.Errorf("graph: compile: nodes %v and %v have the same hash", m, n)
		}
		hashes[n.Hashcode()] = n
		if n.IsVar() || kernelOf(n) != nil {
			continue
		}
		for _, c := range b.children(n) {
			k := kernelOf(c)
			if c.IsVar() || k != nil && !k.op.border || slices.Contains(wanted, c) {
				return fmt.Errorf("graph: compile: stock op %v reads %v in place; give it a Builder.Snapshot of the value", n.Op(), c)
			}
			if strings.HasPrefix(n.Op().String(), "Reshape(") && readers[c] > 1 {
				return fmt.Errorf("graph: compile: %v shares the memory of %v with its other readers; use Builder.Reshape", n.Op(), c)
			}
		}
	}
	return nil
}

// Run computes the program's nodes from the inputs' present values.
func (p *Program) Run() error {
	p.b.runs.epoch++
	p.b.runs.resume = false
	return p.runAll()
}

func (p *Program) runAll() error {
	if p.vm == nil {
		return p.calls.run()
	}
	p.vm.Reset() // without it a second RunAll silently does nothing
	if err := p.vm.RunAll(); err != nil {
		return runError(err)
	}
	return nil
}

// Into makes the kernel of n write into p.Grad, which is then n's memory, or
// adds a copy where n's buffer is spoken for (a gradient that two parameters
// share, or that another node shows in another shape). It must be called before the first run.
func (b *Builder) Into(n *Node, p *Param) (*Node, error) {
	if err := b.check(n); err != nil {
		return nil, fmt.Errorf("graph: into %s: %w", p.Name, err)
	}
	if n.Shape().TotalSize() != p.Grad.DataSize() || n.Dtype() != p.Grad.Dtype() {
		return nil, fmt.Errorf("graph: into %s: a gradient of shape %v (%v) for a parameter of shape %v (%v)",
			p.Name, n.Shape(), n.Dtype(), p.Grad.Shape(), p.Grad.Dtype())
	}
	k := kernelOf(n)
	if k == nil || k.out != nil || b.viewed[n] {
		c, err := b.Snapshot(n)
		if err != nil {
			return nil, err
		}
		n, k = c, kernelOf(c)
	}
	k.out, k.lent = p.Grad, true
	return n, nil
}
