package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/parallel"
)

// im2col copies the windows of images x to the rows of a matrix,
// N·T × kh·kw·C: those of an example together, from its top left to its bottom
// right. Where channels are in groups a row is groups×kh×kw×C/groups.
func im2col(b *graph.Builder, x *graph.Node, w *windows) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:  "im2col",
		Shape: []int{w.rows(), w.features()},
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
	strip           int // windows of a piece of work
}

// serialBelow is how many elements of windows are not worth a second goroutine:
// 6 µs for 16 channels, 60 for one.
const serialBelow = 1 << 14

func cutting[T graph.Float](w *windows) func(out []T, in [][]T) {
	pool, piece := parallel.NewPool[exchange[T]](), (*exchange[T]).cutStrip
	return func(out []T, in [][]T) {
		if len(out) < serialBelow {
			cut(w, in[0], 0, w.rows(), out)
			return
		}
		strip := max(1, serialBelow/w.features())
		pool.Run((w.rows()+strip-1)/strip, exchange[T]{w, in[0], out, strip}, piece)
	}
}

func (x *exchange[T]) cutStrip(piece int) {
	from, to := piece*x.strip, min((piece+1)*x.strip, x.rows())
	cut(x.windows, x.images, from, to, x.patches[from*x.features():to*x.features()])
}

// pasting has a piece for each example, so that no two write the same element
// and sums do not depend on who adds them.
func pasting[T graph.Float](w *windows) func(out []T, in [][]T) {
	pool, piece := parallel.NewPool[exchange[T]](), (*exchange[T]).pasteExample
	return func(out []T, in [][]T) {
		x := exchange[T]{w, out, in[0], 0}
		if len(in[0]) < serialBelow {
			for e := range w.examples {
				x.pasteExample(e)
			}
			return
		}
		pool.Run(w.examples, x, piece)
	}
}

// pasteExample makes the image of example e the sum of its windows.
func (x *exchange[T]) pasteExample(e int) {
	pixels, size := x.pixels(), x.locations()*x.features()
	image := x.images[e*pixels : (e+1)*pixels]
	clear(image)
	paste(x.windows, image, 0, x.locations(), x.patches[e*size:(e+1)*size])
}
