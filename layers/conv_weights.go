package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/parallel"
	"github.com/gokfac/gokfac/internal/vector"
)

// correlating is dW = im2col(x)ᵀ·g: ranges of windows are summed up each in a matrix of its
// own, and these are added up in their order.
func correlating[T graph.Float](c *convolution) func(out []T, in [][]T) {
	pool, piece, spares := parallel.NewPool[convolutionPass[T]](), (*convolutionPass[T]).sum, newScratch[T]()
	var sums []T
	return func(out []T, in [][]T) {
		if sums == nil && c.tiling.sums > 1 {
			sums = make([]T, (c.tiling.sums-1)*len(out))
		}
		p := convolutionPass[T]{convolution: c, x: in[0], s: in[1], weight: out, sums: sums, spares: spares}
		pool.Run(c.tiling.sums*c.tiling.strips, p, piece)
		for i := 0; i < len(sums); i += len(out) {
			vector.Add(out, sums[i:i+len(out)])
		}
	}
}

// sum adds up one range of windows, for a range of filters.
func (p *convolutionPass[T]) sum(piece int) {
	i, strip := piece/p.tiling.strips, piece%p.tiling.strips
	from, to := i*p.rows()/p.tiling.sums, (i+1)*p.rows()/p.tiling.sums
	dw := p.weight
	if i > 0 {
		dw = p.sums[(i-1)*len(dw) : i*len(dw)]
	}
	k, f := p.inputs(), p.outputs()
	first, end := strip*f/p.tiling.strips, (strip+1)*f/p.tiling.strips
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
