package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/parallel"
	"github.com/gokfac/gokfac/internal/pooling"
)

// poolPass is one pass over a batch between images and what they are pooled to.
type poolPass[T graph.Float] struct {
	*windows
	k       *pooling.Kernels[T]
	step    poolStep
	whole   bool // a mean is over the whole window, with its padding
	images  []T  // N×H×W×C
	pooled  []T  // N×H′×W′×C
	choices []T  // N×H′×W′×C, of a maximum
}

// poolStep is what a pass computes.
type poolStep int

const (
	poolMax    poolStep = iota // pooled and choices from images
	poolTake                   // pooled from images and choices
	poolGive                   // images from pooled and choices
	poolMean                   // pooled from images
	poolSpread                 // images from pooled
)

// passes runs passes, by example.
type passes[T graph.Float] struct {
	pool  *parallel.Pool[poolPass[T]]
	piece func(p *poolPass[T], example int) // made once: a method value of a generic type is allocated
}

func newPasses[T graph.Float]() passes[T] {
	return passes[T]{parallel.NewPool[poolPass[T]](), (*poolPass[T]).example}
}

// run has a piece for each example, so that no two write the same element and sums do not depend on who adds them.
func (r passes[T]) run(p poolPass[T]) {
	if len(p.images) < serialBelow {
		for e := range p.examples {
			p.example(e)
		}
		return
	}
	r.pool.Run(p.examples, p, r.piece)
}

// tiled says that every pixel is in exactly one window.
func (a *axis) tiled() bool {
	return a.padding == 0 && a.stride == a.kernel && a.out*a.kernel == a.in
}

func (p *poolPass[T]) example(e int) {
	pixels, size, c := p.vertical.in*p.horizontal.in*p.channels, p.locations()*p.channels, p.channels
	image, pooled := p.images[e*pixels:(e+1)*pixels], p.pooled[e*size:(e+1)*size]
	var choices []T
	if p.choices != nil {
		choices = p.choices[e*size : (e+1)*size]
	}
	if (p.step == poolGive || p.step == poolSpread) && !(p.vertical.tiled() && p.horizontal.tiled()) {
		clear(image)
	}
	places := p.horizontal.places
	at := 0
	for _, v := range p.vertical.places {
		for i := 0; i < len(places); {
			h, count := places[i], 1
			for i+count < len(places) && places[i+count].first == h.first && places[i+count].end == h.end {
				count++
			}
			step := 0
			if count > 1 { // a stride beyond the image may be any number
				step = p.horizontal.stride * c
			}
			first := ((v.start+v.first)*p.horizontal.in + h.start + h.first) * c
			end := at + count*c
			var chosen []T
			if choices != nil {
				chosen = choices[at:end]
			}
			p.line(image[first:], pooled[at:end], chosen, pooling.Line{
				Window:   pooling.Window{Rows: v.end - v.first, Cols: h.end - h.first, Row: p.horizontal.in * c, Col: c},
				Channels: c, Windows: count, Step: step,
			})
			at, i = end, i+count
		}
	}
}

// line is a pass over windows of one form. Where windows overlap, gradients are added up.
func (p *poolPass[T]) line(image, pooled, choice []T, w pooling.Line) {
	overlap := p.vertical.stride < p.vertical.kernel || p.horizontal.stride < p.horizontal.kernel
	switch p.step {
	case poolMax:
		p.k.Max(pooled, choice, image, w)
	case poolTake:
		p.k.Take(pooled, choice, image, w)
	case poolGive:
		if overlap {
			p.k.Add(image, choice, pooled, w)
		} else {
			p.k.Give(image, choice, pooled, w)
		}
	case poolMean:
		p.k.Sum(pooled, image, p.share(w.Window), w)
	case poolSpread:
		if overlap {
			p.k.SpreadOn(image, pooled, p.share(w.Window), w)
		} else {
			p.k.Spread(image, pooled, p.share(w.Window), w)
		}
	}
}

// share is an element's part in the mean of a window.
func (p *poolPass[T]) share(w pooling.Window) T {
	if p.whole {
		return 1 / T(p.vertical.kernel*p.horizontal.kernel)
	}
	return 1 / T(w.Rows*w.Cols)
}
