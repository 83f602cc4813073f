package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/parallel"
	"github.com/gokfac/gokfac/internal/vector"
)

// transpose writes the rows of x, which has so many, as the columns of out.
func transpose[T graph.Float](out, x []T, rows int) {
	columns := len(x) / rows
	for r := range rows {
		for c, v := range x[r*columns : (r+1)*columns] {
			out[c*rows+r] = v
		}
	}
}

// transposeTurned is transpose with the columns, elements of a kernel, in the opposite order.
func transposeTurned[T graph.Float](out, x []T, rows int) {
	columns := len(x) / rows
	for r := range rows {
		for c, v := range x[r*columns : (r+1)*columns] {
			out[(columns-1-c)*rows+r] = v
		}
	}
}

// correlatingDepthwise is dW of a depthwise convolution. Ranges of examples are summed up
// each in a matrix kh·kw×C of its own.
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
		transpose(out, memory[:n], n/c.filters)
	}
}

// sumDepthwise adds up one range of examples.
func (p *convolutionPass[T]) sumDepthwise(i int) {
	c := p.correlator
	n, line := p.features(), c.columns*c.channels
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
