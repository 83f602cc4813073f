package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/parallel"
)

// convolving is s = im2col(x)·W + b: from the images themselves where there are kernels for
// that, else tile by tile.
func convolving[T graph.Float](c *convolution) func(out []T, in [][]T) {
	pass := convolutionPass[T]{convolution: c, spares: newScratch[T]()}
	pool := parallel.NewPool[convolutionPass[T]]()
	piece, count := (*convolutionPass[T]).forwardTile, pieces(c.rows(), c.tiling.rows)
	run, direct := newCorrelator[T](forwardCorrelation(c), c.examples)
	if direct {
		pass.correlator = &run
		piece, count = (*convolutionPass[T]).forwardBand, c.examples*run.bands
	}
	var weight []T // with slack
	return func(out []T, in [][]T) {
		p := pass
		p.x, p.weight, p.s = in[0], in[1], out
		if len(in) == 3 {
			p.bias = in[2]
		}
		if direct {
			if weight == nil {
				weight = make([]T, len(in[1])+blas.OverlapSlack)
			}
			if run.depthwise() {
				toLines(c, weight, in[1], false)
			} else {
				copy(weight, in[1])
			}
			p.weight = weight
		}
		pool.Run(count, p, piece)
	}
}

func (p *convolutionPass[T]) forwardBand(piece int) {
	e, band := piece/p.correlator.bands, piece%p.correlator.bands
	pixels, t := p.pixels(), p.locations()*p.filters
	buf := p.scratch(p.correlator.scratch())
	p.correlator.run(band, p.x[e*pixels:(e+1)*pixels], p.weight, p.bias, p.s[e*t:(e+1)*t], *buf)
	p.spares.Put(buf)
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
