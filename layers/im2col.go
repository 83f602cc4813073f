package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/parallel"
)

// im2col copies the windows of images x to the rows of a matrix,
// N·T × kh·kw·C: those of an example together, from its top left to its bottom
// right.
func im2col(b *graph.Builder, x *graph.Node, w *windows) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:  "im2col",
		Shape: []int{w.examples * w.locations(), w.features()},
		F32:   cutting[float32](w),
		F64:   cutting[float64](w),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := col2im(d.Builder, d.Grad, w, d.In[0].Shape())
			return []*graph.Node{g}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return im2col(t.Builder, t.Dot[0], w) },
	}, x)
}

// col2im is im2col's transpose: it adds the rows of g, windows, up where they
// came from, in images of the given shape.
func col2im(b *graph.Builder, g *graph.Node, w *windows, shape []int) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:  "col2im",
		Shape: append([]int{}, shape...),
		F32:   pasting[float32](w),
		F64:   pasting[float64](w),
		Diff: func(d *graph.Diff) ([]*graph.Node, error) {
			p, err := im2col(d.Builder, d.Grad, w)
			return []*graph.Node{p}, err
		},
		Tangent: func(t *graph.Tangent) (*graph.Node, error) { return col2im(t.Builder, t.Dot[0], w, shape) },
	}, g)
}

// exchange is one pass over a batch between images and their windows.
type exchange[T graph.Float] struct {
	*windows
	images, patches []T
}

// serialBelow is how many elements of windows are not worth a second goroutine:
// 6 µs for 16 channels, 60 for one.
const serialBelow = 1 << 14

func cutting[T graph.Float](w *windows) func(out []T, in [][]T) {
	pool, cut := parallel.NewPool[exchange[T]](), (*exchange[T]).cut
	return func(out []T, in [][]T) {
		if len(out) < serialBelow {
			x := exchange[T]{w, in[0], out}
			for e := range w.examples {
				x.cut(e)
			}
			return
		}
		pool.Run(w.examples, exchange[T]{w, in[0], out}, cut)
	}
}

// pasting has a piece for each example, so that no two write the same element
// and sums do not depend on who adds them.
func pasting[T graph.Float](w *windows) func(out []T, in [][]T) {
	pool, paste := parallel.NewPool[exchange[T]](), (*exchange[T]).paste
	return func(out []T, in [][]T) {
		if len(in[0]) < serialBelow {
			x := exchange[T]{w, out, in[0]}
			for e := range w.examples {
				x.paste(e)
			}
			return
		}
		pool.Run(w.examples, exchange[T]{w, out, in[0]}, paste)
	}
}

// example returns the image and the windows of example e.
func (x *exchange[T]) example(e int) (image, patches []T) {
	pixels, size := x.vertical.in*x.horizontal.in*x.channels, x.locations()*x.features()
	return x.images[e*pixels : (e+1)*pixels], x.patches[e*size : (e+1)*size]
}

// cut fills the windows of example e.
func (x *exchange[T]) cut(e int) {
	image, patches := x.example(e)
	width, line := x.horizontal.in*x.channels, x.horizontal.kernel*x.channels
	for _, v := range x.vertical.places {
		for _, h := range x.horizontal.places {
			clear(patches[:v.first*line])
			for u := v.first; u < v.end; u++ {
				row := (v.start + u*x.vertical.dilation) * width
				x.cutLine(patches[u*line:(u+1)*line], image[row:row+width], h)
			}
			clear(patches[v.end*line : x.vertical.kernel*line])
			patches = patches[x.vertical.kernel*line:]
		}
	}
}

// cutLine fills a window's line from a row of the image.
func (x *exchange[T]) cutLine(line, row []T, h place) {
	c := x.channels
	clear(line[:h.first*c])
	clear(line[h.end*c:])
	if h.first == h.end { // all of it over the padding
		return
	}
	if x.horizontal.dilation == 1 {
		copy(line[h.first*c:h.end*c], row[(h.start+h.first)*c:])
		return
	}
	for v := h.first; v < h.end; v++ {
		copy(line[v*c:(v+1)*c], row[(h.start+v*x.horizontal.dilation)*c:])
	}
}

// paste makes the image of example e the sum of its windows.
func (x *exchange[T]) paste(e int) {
	image, patches := x.example(e)
	clear(image)
	width, line := x.horizontal.in*x.channels, x.horizontal.kernel*x.channels
	for _, v := range x.vertical.places {
		for _, h := range x.horizontal.places {
			for u := v.first; u < v.end; u++ {
				row := (v.start + u*x.vertical.dilation) * width
				x.pasteLine(patches[u*line:(u+1)*line], image[row:row+width], h)
			}
			patches = patches[x.vertical.kernel*line:]
		}
	}
}

// pasteLine adds a window's line to a row of the image.
func (x *exchange[T]) pasteLine(line, row []T, h place) {
	c := x.channels
	if h.first == h.end {
		return
	}
	if x.horizontal.dilation == 1 {
		accumulate(row[(h.start+h.first)*c:], line[h.first*c:h.end*c])
		return
	}
	for v := h.first; v < h.end; v++ {
		accumulate(row[(h.start+v*x.horizontal.dilation)*c:], line[v*c:(v+1)*c])
	}
}

// accumulate adds x to the first elements of sum. Lines are short: a call of
// a vector kernel would cost more than it saves.
func accumulate[T graph.Float](sum, x []T) {
	sum = sum[:len(x)]
	for i, v := range x {
		sum[i] += v
	}
}
