package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/parallel"
	"github.com/gokfac/gokfac/internal/vector"
)

// toLines writes the weight of a depthwise convolution, C·kh·kw×F/C, as a line of F factors
// for each element of the kernel, kh·kw×F; turned by half a turn if asked for.
func toLines[T graph.Float](c *convolution, out, weight []T, turned bool) {
	each, n := c.outputs(), c.inputs()
	for r := range c.channels * n {
		s := r % n
		if turned {
			s = n - 1 - s
		}
		copy(out[s*c.filters+r/n*each:][:each], weight[r*each:])
	}
}

// fromLines is the inverse of toLines.
func fromLines[T graph.Float](c *convolution, weight, lines []T) {
	each, n := c.outputs(), c.inputs()
	for r := range c.channels * n {
		copy(weight[r*each:][:each], lines[r%n*c.filters+r/n*each:])
	}
}

// correlatingDepthwise is dW of a depthwise convolution. Ranges of examples are summed up
// each in a matrix kh·kw×F of its own.
func correlatingDepthwise[T graph.Float](c *convolution, run correlator[T]) func(out []T, in [][]T) {
	pass := convolutionPass[T]{convolution: c, correlator: &run, parts: min(mostSums, c.examples), spares: newScratch[T]()}
	pool, piece := parallel.NewPool[convolutionPass[T]](), (*convolutionPass[T]).sumDepthwise
	var memory []T
	return func(out []T, in [][]T) {
		n := len(out)
		if memory == nil {
			memory = make([]T, pass.parts*n)
		}
		p := pass
		p.x, p.s, p.sums = in[0], in[1], memory
		pool.Run(p.parts, p, piece)
		for i := n; i < len(memory); i += n {
			vector.Add(memory[:n], memory[i:i+n])
		}
		fromLines(c, out, memory[:n])
	}
}

// sumDepthwise adds up one range of examples.
func (p *convolutionPass[T]) sumDepthwise(i int) {
	c := p.correlator
	n, line := p.inputs()*p.filters, c.columns*c.channels
	dw := p.sums[i*n : (i+1)*n]
	clear(dw)
	buf := p.scratch(c.scratch())
	for e := i * p.examples / p.parts; e < (i+1)*p.examples/p.parts; e++ {
		x, s := p.x[e*p.pixels():(e+1)*p.pixels()], p.s[e*p.locations()*p.filters:]
		if !c.bare() {
			fill(c.frame, 0, c.frame.rows, *buf, x)
			x = *buf
		}
		for r := range c.out[0] {
			c.single.AddTransposed(c.out[1], dw, x[r*c.stride[0]*line:], s[r*c.out[1]*p.filters:])
		}
	}
	p.spares.Put(buf)
}
