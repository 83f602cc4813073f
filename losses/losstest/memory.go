package losstest

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// memory checks that no part writes to its operands, keeps anything of an earlier run, or allocates memory in a run.
func (c *checker) memory() {
	const n = 5
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		for _, p := range c.parts() {
			c.memoryOf(dtype, c.compile(dtype, n, p), p.rows(c.r, n), p.rows(c.r, n))
			c.twice(dtype, p, p.rows(c.r, n), p.rows(c.r, n))
		}
		c.sampleAllocates(dtype)
	}
}

func (c *checker) memoryOf(dtype tensor.Dtype, p *program, first, second [][][]float64) {
	name := p.part.name
	fresh := c.compute(dtype, p.part, second)
	before := p.run(first)
	p.set(first)
	var kept [][]float64
	for _, m := range p.memory {
		kept = append(kept, partcheck.Doubles(m))
	}
	c.must(p.p.Run(), "a run of "+name)
	for i, m := range p.memory {
		if _, ok := partcheck.SameBits(kept[i], partcheck.Doubles(m)); !ok {
			c.faultf("%s writes to %s, its operand, which others read (%v): write to out alone", name, p.part.operands[i].name, dtype)
			return
		}
	}
	if now := p.run(second); !now.is(fresh) {
		c.faultf("%s depends on the run before (%v): two batches, one after the other, give another result than the second alone: "+
			"an op must write all of out, which holds the last run's values, and keep nothing", name, dtype)
		return
	}
	if after := p.run(first); !after.is(before) {
		c.faultf("%s of the same batch is another when it runs again (%v): it keeps something of earlier runs, or is random", name, dtype)
		return
	}
	c.allocates(name, dtype, p.p)
}

// twice checks that a part may be in one graph for two sets of operands with the same outputs, as a model has the likelihood of
// data and of samples.
func (c *checker) twice(dtype tensor.Dtype, p part, first, second [][][]float64) {
	if len(p.operands) < 2 {
		return
	}
	b := c.builder(dtype, len(first[0]), c.cfg.Seed)
	z, memory := b.Input("z", p.operands[0].shape(b.Batch)...)
	partcheck.Fill(memory, flat(first[0]))
	second = append([][][]float64{first[0]}, second[1:]...)
	var outs []*graph.Node
	for _, rows := range [][][][]float64{first, second} {
		in := []*graph.Node{z}
		for i, o := range p.operands[1:] {
			node, memory := b.Input(o.name, o.shape(b.Batch)...)
			partcheck.Fill(memory, flat(rows[i+1]))
			in = append(in, node)
		}
		n, err := p.add(b, in)
		c.must(err, p.name)
		outs = append(outs, c.snapshot(b, n))
	}
	both, err := b.Compile(outs...)
	c.must(err, p.name)
	c.must(both.Run(), "a run of "+p.name)
	for i, rows := range [][][][]float64{first, second} {
		if _, ok := partcheck.SameBits(partcheck.Doubles(graph.Value(outs[i])), c.compute(dtype, p, rows).value); !ok {
			c.faultf("%s is the same for two operands in one graph, or one disturbs the other (%v): Builder.Once must have all operands in its key",
				p.name, dtype)
			return
		}
	}
}

func (c *checker) sampleAllocates(dtype tensor.Dtype) {
	b := c.builder(dtype, 5, c.cfg.Seed)
	z, _ := b.Input("z", 5, c.outputs)
	p, err := b.Compile(c.snapshot(b, c.sampleNode(b, z)))
	c.must(err, "Sample")
	c.must(p.Run(), "a run of Sample")
	c.allocates("Sample", dtype, p)
}

// allocates checks that a program that has run once allocates nothing.
func (c *checker) allocates(name string, dtype tensor.Dtype, p *graph.Program) {
	if c.cfg.Allocates {
		return
	}
	objects, err := partcheck.FewestObjects(p.Run)
	c.must(err, "a run of "+name)
	if objects > 0 {
		c.faultf("%s allocates %d objects in every run (%v): make its memory when the graph is built; "+
			"if it is made of gorgonia's stock ops, which allocate, set Config.Allocates", name, objects, dtype)
	}
}
