package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/parallel"
)

// convolvingBack is dx = col2im(g·Wᵀ). With a stride of 1, or depthwise, it is a convolution
// itself, of g in a frame with the turned kernel. Else there is a piece for each example, so that no two
// write the same element.
func convolvingBack[T graph.Float](c *convolution) func(out []T, in [][]T) {
	pass := convolutionPass[T]{convolution: c, spares: newScratch[T]()}
	pool := parallel.NewPool[convolutionPass[T]]()
	piece, count := (*convolutionPass[T]).backwardExample, c.examples
	run, direct := newCorrelator[T](backwardCorrelation(c), c.examples)
	direct = direct && (run.depthwise() || c.vertical.single() && c.horizontal.single())
	if direct {
		pass.correlator = &run
		piece, count = (*convolutionPass[T]).backwardBand, c.examples*run.bands
	}
	var turned []T // with slack
	return func(out []T, in [][]T) {
		p := pass
		p.x, p.s, p.weight = out, in[0], in[1]
		if direct {
			if turned == nil {
				turned = make([]T, len(in[1])+blas.OverlapSlack)
			}
			if run.depthwise() {
				toLines(c, turned, in[1], true)
			} else {
				turn(c, turned, in[1])
			}
			p.weight = turned
		}
		pool.Run(count, p, piece)
	}
}

func (p *convolutionPass[T]) backwardBand(piece int) {
	e, band := piece/p.correlator.bands, piece%p.correlator.bands
	pixels, t := p.pixels(), p.locations()*p.filters
	buf := p.scratch(p.correlator.scratch())
	p.correlator.run(band, p.s[e*t:(e+1)*t], p.weight, nil, p.x[e*pixels:(e+1)*pixels], *buf)
	p.spares.Put(buf)
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
