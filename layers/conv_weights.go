package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/parallel"
	"github.com/gokfac/gokfac/internal/vector"
)

// correlating is dW = im2col(x)ᵀ·g: ranges of windows, or of examples where the windows are
// read in place, are summed up each in a matrix of its own, and these are added up in their
// order.
func correlating[T graph.Float](c *convolution) func(out []T, in [][]T) {
	pass := convolutionPass[T]{convolution: c, spares: newScratch[T]()}
	pool, piece, sums := parallel.NewPool[convolutionPass[T]](), (*convolutionPass[T]).sumTiles, c.tiling.sums
	run, direct := newCorrelator[T](forwardCorrelation(c), c.examples)
	if direct && run.depthwise() {
		return correlatingDepthwise(c, run)
	}
	if direct && c.vertical.single() && c.horizontal.single() {
		pass.correlator = &run
		piece, sums = (*convolutionPass[T]).sumExamples, min(sums, c.examples)
	}
	pass.parts = sums
	var memory []T
	return func(out []T, in [][]T) {
		if memory == nil {
			memory = make([]T, (sums-1)*len(out))
		}
		p := pass
		p.x, p.s, p.weight, p.sums = in[0], in[1], out, memory
		pool.Run(sums*c.tiling.strips, p, piece)
		for i := 0; i < len(memory); i += len(out) {
			vector.Add(out, memory[i:i+len(out)])
		}
	}
}

// part returns the sum's number and matrix, and the range of filters, of a piece of work.
func (p *convolutionPass[T]) part(piece int) (i int, dw []T, first, end int) {
	strip, f := piece%p.tiling.strips, p.outputs()
	i, dw = piece/p.tiling.strips, p.weight
	if i > 0 {
		dw = p.sums[(i-1)*len(dw) : i*len(dw)]
	}
	return i, dw, strip * f / p.tiling.strips, (strip + 1) * f / p.tiling.strips
}

// sumTiles adds up one range of windows, for a range of filters.
func (p *convolutionPass[T]) sumTiles(piece int) {
	i, dw, first, end := p.part(piece)
	from, to := i*p.rows()/p.parts, (i+1)*p.rows()/p.parts
	k, f := p.inputs(), p.outputs()
	buf := p.scratch(p.tiling.rows * p.features())
	beta := T(0)
	for ; from < to; from += p.tiling.rows {
		n := min(p.tiling.rows, to-from)
		cut(p.windows, p.x, from, from+n, *buf)
		for g := range p.groups {
			a, s := (*buf)[g*k:], p.s[from*p.filters+g*f+first:]
			blas.GemmAlone(true, false, k, end-first, n, 1, a, p.features(), s, p.filters, beta, dw[g*k*f+first:], f)
		}
		beta = 1
	}
	p.spares.Put(buf)
}

// sumExamples adds up one range of examples, for a range of filters. An image's rows of
// windows follow each other without a gap, so that one product takes all of them: windows
// that begin in one row of the image and end in the next count with a gradient of zero.
func (p *convolutionPass[T]) sumExamples(piece int) {
	i, dw, first, end := p.part(piece)
	k, f, c := p.inputs(), p.outputs(), p.correlator
	for r := range p.groups * k {
		clear(dw[r*f+first : r*f+end])
	}
	across, gradients := c.out[1]*p.filters, c.columns*p.filters
	rows := (c.out[0]-1)*c.columns + c.out[1]
	size, steps := c.size()+blas.OverlapSlack, rows*p.filters+blas.OverlapSlack
	buf := p.scratch(size + c.out[0]*gradients + blas.OverlapSlack)
	image, spread := (*buf)[:size], (*buf)[size:]
	for e := i * p.examples / p.parts; e < (i+1)*p.examples/p.parts; e++ {
		x := p.x[e*p.pixels():]
		switch {
		case !c.bare():
			fill(c.frame, 0, c.frame.rows, image, x[:p.pixels()])
			x = image
		case len(x) < size:
			copy(image, x)
			x = image
		}
		s := p.s[e*p.locations()*p.filters:]
		for r := range c.out[0] {
			copy(spread[r*gradients:], s[r*across:(r+1)*across])
			clear(spread[r*gradients+across : (r+1)*gradients])
		}
		for g := range p.groups {
			c.overlap.AddTransposed(rows, end-first, x[g*c.piece:], spread[g*f+first:steps], p.filters, dw[g*k*f+first:], f)
		}
	}
	p.spares.Put(buf)
}
