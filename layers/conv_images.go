package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/parallel"
)

// convolvingBack is dx = col2im(g·Wᵀ), with a piece for each example, so that no two write
// the same element.
func convolvingBack[T graph.Float](c *convolution) func(out []T, in [][]T) {
	pool, piece, spares := parallel.NewPool[convolutionPass[T]](), (*convolutionPass[T]).backwardExample, newScratch[T]()
	return func(out []T, in [][]T) {
		pool.Run(c.examples, convolutionPass[T]{convolution: c, x: out, s: in[0], weight: in[1], spares: spares}, piece)
	}
}

func (p *convolutionPass[T]) backwardExample(e int) {
	pixels, k, f, t := p.pixels(), p.inputs(), p.outputs(), p.locations()
	image := p.x[e*pixels : (e+1)*pixels]
	clear(image)
	buf := p.scratch(min(t, p.tiling.rows) * p.features())
	for from := 0; from < t; from += p.tiling.rows {
		n := min(p.tiling.rows, t-from)
		for g := range p.groups {
			s, w := p.s[(e*t+from)*p.filters+g*f:], p.weight[g*k*f:]
			blas.GemmAlone(false, true, n, k, f, 1, s, p.filters, w, f, 0, (*buf)[g*k:], p.features())
		}
		paste(p.windows, image, from, from+n, *buf)
	}
	p.spares.Put(buf)
}
