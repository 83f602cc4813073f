package losstest

import (
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// program is a part for a batch of n examples, ready to run.
type program struct {
	c        *checker
	part     part
	b        *graph.Builder
	p        *graph.Program
	in       []*graph.Node
	memory   []*tensor.Dense // of the operands
	seed     *tensor.Dense   // of the gradient
	value    *graph.Node
	gradient *graph.Node // of a mean, with respect to z
}

// result is a copy of what a run computed.
type result struct{ value, gradient []float64 }

// is reports whether both results have the same bits.
func (r result) is(other result) bool {
	_, value := partcheck.SameBits(r.value, other.value)
	_, gradient := partcheck.SameBits(r.gradient, other.gradient)
	return value && gradient
}

func (c *checker) builder(dtype tensor.Dtype, n int, seed uint64) *graph.Builder {
	return c.placed(dtype, n, seed, nil)
}

// placed is builder with places of the examples.
func (c *checker) placed(dtype tensor.Dtype, n int, seed uint64, places *graph.Places) *graph.Builder {
	b, err := graph.NewBuilder(graph.Config{DType: dtype, Batch: n, Streams: graph.Streams{
		Init: rand.New(rand.NewPCG(seed, 1)), Dropout: rand.New(rand.NewPCG(seed, 2)), Sample: rand.New(rand.NewPCG(seed, 3)), Places: places,
	}})
	c.must(err, "a graph")
	return b
}

// compile makes the program of a part; of a mean it has the gradient, too.
func (c *checker) compile(dtype tensor.Dtype, n int, part part) *program {
	p := &program{c: c, part: part, b: c.builder(dtype, n, c.cfg.Seed)}
	for _, o := range part.operands {
		node, memory := p.b.Input(o.name, o.shape(n)...)
		p.in, p.memory = append(p.in, node), append(p.memory, memory)
	}
	outs := []*graph.Node{p.add()}
	if part.mean {
		seed, memory := p.b.Input("seed", 1)
		p.seed = memory
		p.setSeed(1)
		grads, err := p.b.Backward(p.value, seed, p.in[0])
		c.must(err, "the gradient of "+part.name)
		if grads[0] == nil {
			c.stopf("no gradient flows from %s to the outputs: its op has Const set, or its Diff returns nil for them", part.name)
		}
		p.gradient = c.snapshot(p.b, grads[0])
		outs = append(outs, p.gradient)
	}
	outs[0] = c.snapshot(p.b, p.value)
	p.value = outs[0]
	var err error
	p.p, err = p.b.Compile(outs...)
	c.must(err, part.name)
	return p
}

// building checks that all parts can be built, for batches of 1 and of more, in both float types.
func (c *checker) building() {
	for _, p := range c.parts() {
		for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			for _, n := range []int{1, 5} {
				c.compile(dtype, n, p)
			}
		}
	}
}

// add adds the part's own node, whose shape it checks.
func (p *program) add() *graph.Node {
	n, err := p.part.add(p.b, p.in)
	p.c.must(err, p.part.name)
	if n == nil {
		p.c.stopf("%s returns nil and no error", p.part.name)
	}
	switch shape := n.Shape(); {
	case p.part.mean && !shape.Eq(tensor.Shape{1}):
		p.c.stopf("%s is of shape %v: want (1), the mean over examples", p.part.name, shape)
	case !p.part.mean && (shape.Dims() == 0 || shape[0] != p.b.Batch):
		p.c.stopf("%s of %d examples is of shape %v: want a row for each", p.part.name, p.b.Batch, shape)
	}
	p.value = n
	return n
}

// snapshot is a copy of n: n may be an input, as the mean of a Gaussian is.
func (c *checker) snapshot(b *graph.Builder, n *graph.Node) *graph.Node {
	s, err := b.Snapshot(n)
	c.must(err, "a copy")
	return s
}

func (p *program) setSeed(v float64) { partcheck.Fill(p.seed, []float64{v}) }

// set gives the operands their elements: for each operand its rows.
func (p *program) set(rows [][][]float64) {
	for i, operand := range rows {
		partcheck.Fill(p.memory[i], flat(operand))
	}
}

// run computes the part.
func (p *program) run(rows [][][]float64) result {
	p.set(rows)
	p.c.must(p.p.Run(), "a run of "+p.part.name)
	r := result{value: partcheck.Doubles(graph.Value(p.value))}
	if p.gradient != nil {
		r.gradient = partcheck.Doubles(graph.Value(p.gradient))
	}
	return r
}

// compute compiles a part for the examples of rows, and runs it once.
func (c *checker) compute(dtype tensor.Dtype, p part, rows [][][]float64) result {
	return c.compile(dtype, len(rows[0]), p).run(rows)
}

func flat(rows [][]float64) []float64 { return slices.Concat(rows...) }

// repeat returns a row n times.
func repeat(row []float64, n int) [][]float64 {
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = row
	}
	return rows
}
