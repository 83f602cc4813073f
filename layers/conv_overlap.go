package layers

import (
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/depthwise"
)

// correlation is a convolution that reads the windows where they lie in the images, or in
// their frames: no window is copied. Neighbours of a window's row are neighbours in the
// image, so that the row is one piece of kw·C elements; with a dilation or with groups the
// pieces are elements of the kernel, of C/k channels.
//
// A step of the convnet of BenchmarkConvnetStep, batch 128, two processors of a Zen 5: 53 ms
// with the matrix of all windows, 43 ms with tiles of it in the L2 cache, 32.5 ms in place.
//
// Tried and lost there: one piece of the kernel's row after the other for all rows of
// windows, so that its part of the weight stays in the L1 cache (32.9 ms: no difference).
type correlation struct {
	frame
	stride    [2]int
	out       [2]int // rows and columns of windows
	groups, n int    // outputs of a group
	offsets   []int  // of a window's pieces
	piece     int    // elements of a piece
	reduce    int    // neighbouring outputs that are added up to one; 0 stands for 1
}

// pieces fills in where the pieces of a kernel are.
func (c *correlation) pieces(vertical, horizontal axis) {
	rows, columns := vertical.kernel, horizontal.kernel
	c.piece = c.channels / c.groups
	if c.groups == 1 && (horizontal.dilation == 1 || columns == 1) {
		c.piece, columns = columns*c.channels, 1
	}
	for u := range rows {
		for v := range columns {
			c.offsets = append(c.offsets, (u*vertical.dilation*c.columns+v*horizontal.dilation)*c.channels)
		}
	}
}

// inputs is the number of rows of a group's weight.
func (c *correlation) inputs() int { return len(c.offsets) * c.piece }

// forwardCorrelation is that of a convolution's forward pass.
func forwardCorrelation(c *convolution) correlation {
	v, h := c.vertical, c.horizontal
	r := correlation{
		frame: frame{v.in, h.in, c.channels, v.padding, h.padding, v.padding + v.in + v.after, h.padding + h.in + h.after, [2]int{}, 0},
		// Windows of a huge stride are in one place.
		stride: [2]int{min(v.stride, v.in+v.padding+v.after), min(h.stride, h.in+h.padding+h.after)},
		out:    [2]int{v.out, h.out}, groups: c.groups, n: c.outputs(),
	}
	if c.singles() && r.n > 1 { // every filter gets a channel of its own
		r.repeat, r.channels, r.groups, r.n = r.n, c.filters, c.filters, 1
	}
	r.pieces(v, h)
	return r
}

// backwardCorrelation is that of the images' gradient: the gradient at the output in a
// frame, spread by the stride, and the kernel turned by half a turn. The zeros between are
// multiplied, too: it is meant for a stride of 1, or for depthwise convolutions, which wait
// for memory.
func backwardCorrelation(c *convolution) correlation {
	v, h := c.vertical, c.horizontal
	r := correlation{
		frame: frame{v.out, h.out, c.filters, v.extent - 1 - v.padding, h.extent - 1 - h.padding, v.in + v.extent - 1, h.in + h.extent - 1,
			// From in + padding on, a stride leaves the first place alone in the frame.
			[2]int{min(v.stride, v.in+v.padding), min(h.stride, h.in+h.padding)}, 0},
		stride: [2]int{1, 1},
		out:    [2]int{v.in, h.in}, groups: c.groups, n: c.channels / c.groups,
	}
	if c.singles() && c.outputs() > 1 {
		r.groups, r.reduce = c.filters, c.outputs()
	}
	r.pieces(v, h)
	return r
}

// turn writes the weight of the backward correlation: of each group, kh×kw×F/k×C/k, turned.
func turn[T graph.Float](c *convolution, out, weight []T) {
	places, channels, filters := c.vertical.kernel*c.horizontal.kernel, c.channels/c.groups, c.outputs()
	for g := range c.groups {
		at := g * places * channels * filters
		for p := range places {
			from, to := weight[at+p*channels*filters:], out[at+(places-1-p)*channels*filters:]
			for ch := range channels {
				row := from[ch*filters : (ch+1)*filters]
				for f, v := range row {
					to[f*channels+ch] = v
				}
			}
		}
	}
}

// correlator runs a correlation over a batch.
type correlator[T graph.Float] struct {
	*correlation
	overlap blas.Overlap[T]
	bands   int // pieces of work of an image: ranges of its rows of windows

	single depthwise.Map[T] // where every filter sees one channel, and every channel has one
	zeros  []T              // a bias for it
}

// depthwise reports whether every filter sees one channel, and every channel has one.
func (c *correlation) depthwise() bool { return c.groups == c.channels && c.n == 1 && c.channels > 1 }

// leastPieces is how many pieces of work a batch is cut into at least, if its images have as
// many rows of windows.
const leastPieces = 16

// smallFrame is the size of a frame that is welcome around any image.
const smallFrame = 1 << 14

// newCorrelator returns the correlator, and whether it can be used: there are kernels,
// windows enough in a row, and a frame of about the image's size, which a padding of a
// thousand times that is not.
func newCorrelator[T graph.Float](c correlation, examples int) (correlator[T], bool) {
	overlap, ok := blas.NewOverlap[T](c.offsets, c.piece, c.stride[1]*c.channels)
	bands := max(1, min(c.out[0], pieces(leastPieces, examples)))
	most := 4*c.height*c.width*c.channels + smallFrame
	if fits([]int{c.out[0], c.out[1], c.channels}) {
		most += 2 * c.out[0] * c.out[1] * c.channels
	}
	small := c.bare() || fits([]int{c.rows, c.columns, c.channels}) && c.size() <= most
	r := correlator[T]{correlation: &c, overlap: overlap, bands: bands}
	if c.depthwise() {
		r.single, r.zeros = depthwise.New[T](c.offsets, c.stride[1]*c.channels, c.channels), make([]T, c.channels)
		return r, small
	}
	return r, ok && small && c.out[1] >= blas.LeastRows
}

// copied is the size of the frame, if it is not the image itself.
func (c *correlator[T]) copied() int {
	if c.bare() {
		return 0
	}
	return c.size()
}

// scratch is the size of the memory that run needs: the frame, and a line of outputs that
// are to be added up.
func (c *correlator[T]) scratch() int {
	if c.reduce > 1 {
		return c.copied() + c.out[1]*c.channels
	}
	return c.copied()
}

// run computes one band of an image's outputs s. weight has slack at its end, bias may be nil.
func (c *correlator[T]) run(band int, image, weight, bias, s, scratch []T) {
	first, end := band*c.out[0]/c.bands, (band+1)*c.out[0]/c.bands
	line := c.columns * c.channels
	from := first * c.stride[0]
	a := image
	if c.bare() {
		a = image[from*line:]
	} else {
		rows := c.offsets[len(c.offsets)-1]/line + 1 + (end-1-first)*c.stride[0]
		fill(c.frame, from, rows, scratch, image)
		a = scratch[:rows*line]
	}
	filters := c.groups * c.n / max(c.reduce, 1)
	s = s[first*c.out[1]*filters:]
	if c.depthwise() {
		if bias == nil {
			bias = c.zeros
		}
		for r := range end - first {
			to, from := s[r*c.out[1]*filters:(r+1)*c.out[1]*filters], a[r*c.stride[0]*line:]
			if c.reduce <= 1 {
				c.single.Multiply(c.out[1], to, from, weight, bias)
				continue
			}
			sums := scratch[c.copied():]
			c.single.Multiply(c.out[1], sums, from, weight, bias)
			for i := range to {
				to[i] = 0
				for _, v := range sums[i*c.reduce : (i+1)*c.reduce] {
					to[i] += v
				}
			}
		}
		return
	}
	for g := range c.groups {
		b := bias
		if b != nil {
			b = bias[g*c.n:]
		}
		c.overlap.Multiply(end-first, c.out[1], c.n, a[g*c.piece:], c.stride[0]*line, weight[g*c.inputs()*c.n:], c.n, b, s[g*c.n:], c.out[1]*filters, filters)
	}
}
