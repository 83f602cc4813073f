package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/parallel"
)

// convolving is s = im2col(x)·W + b, tile by tile.
func convolving[T graph.Float](c *convolution) func(out []T, in [][]T) {
	pool, piece, spares := parallel.NewPool[convolutionPass[T]](), (*convolutionPass[T]).forwardTile, newScratch[T]()
	return func(out []T, in [][]T) {
		p := convolutionPass[T]{convolution: c, x: in[0], weight: in[1], s: out, spares: spares}
		if len(in) == 3 {
			p.bias = in[2]
		}
		pool.Run(pieces(c.rows(), c.tiling.rows), p, piece)
	}
}

func (p *convolutionPass[T]) forwardTile(tile int) {
	from := tile * p.tiling.rows
	to := min(from+p.tiling.rows, p.rows())
	n, k, f := to-from, p.inputs(), p.outputs()
	buf := p.scratch(p.tiling.rows * p.features())
	cut(p.windows, p.x, from, to, *buf)
	for g := range p.groups {
		a, w, s := (*buf)[g*k:], p.weight[g*k*f:], p.s[from*p.filters+g*f:]
		if p.bias != nil {
			blas.AffineAlone(n, f, k, a, p.features(), w, f, p.bias[g*f:], s, p.filters)
		} else {
			blas.GemmAlone(false, false, n, f, k, 1, a, p.features(), w, f, 0, s, p.filters)
		}
	}
	p.spares.Put(buf)
}
