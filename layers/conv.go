package layers

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Conv2D correlates images N×H×W×C (or N×H×W, one channel) with Filters kernels
// of kh×kw×C and adds a bias to each. Pairs are [rows, columns]. The output is
// N×H′×W′×Filters with
//
//	H′ = ⌊(H + 2·Padding − Dilation·(kh−1) − 1)/Stride⌋ + 1
//
// and W′ likewise. It is computed as the affine map that a [Dense] is, over the
// N·T windows of the images, T = H′·W′: window t of an example becomes a row of
// kh·kw·C elements, in the order of the image, zeros for padding. These rows and
// the gradient at the map's output are what its tap shows K-FAC (Grosse &
// Martens 2016, §3).
//
// The weight is (kh·kw·C)×Filters and the bias Filters. Initializers see that
// matrix, so in is the fan-in kh·kw·C and out is Filters: Glorot's variance is
// 2/(kh·kw·C + Filters), not the 2/(kh·kw·(C + Filters)) of libraries that count
// the outputs an input reaches.
type Conv2D struct {
	Filters  int
	Kernel   [2]int      // kh, kw
	Stride   [2]int      // between windows; 0 means 1
	Padding  [2]int      // zeros on each of two opposite sides; 0 = none
	Dilation [2]int      // between elements of a window; 0 means 1: they are neighbours
	Init     Initializer // of the weight; nil means GlorotUniform
	BiasInit float64     // of every element of the bias
	NoBias   bool
	Name     string // of the parameters; "" means conv1, conv2, …

	affineParams
}

var _ Layer = (*Conv2D)(nil)

func (c *Conv2D) String() string {
	s := fmt.Sprintf("Conv2D(%d, %d×%d", c.Filters, c.Kernel[0], c.Kernel[1])
	for _, o := range []struct {
		name     string
		v, plain [2]int
	}{
		{"stride", orOnes(c.Stride), [2]int{1, 1}},
		{"padding", c.Padding, [2]int{}},
		{"dilation", orOnes(c.Dilation), [2]int{1, 1}},
	} {
		if o.v != o.plain {
			s += fmt.Sprintf(", %s %d×%d", o.name, o.v[0], o.v[1])
		}
	}
	if c.Name == "" {
		return s + ")"
	}
	return s + ") " + c.Name
}

// Build adds the convolution of x. The error names the layer and both shapes if
// x is no batch of images, the kernel does not fit into it, or its channels are
// not those of the weights.
func (c *Conv2D) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if c.Name == "" {
		c.Name = b.UniqueName("conv")
	}
	w, err := c.place(b, x.Shape())
	if err != nil {
		return nil, err
	}
	if err := c.prepare(b, x.Shape(), w); err != nil {
		return nil, err
	}
	if err := w.lay(b); err != nil {
		return nil, fmt.Errorf("layers: %s: %w", c.Name, err)
	}
	patches, err := im2col(b, x, w)
	if err != nil {
		return nil, err
	}
	s, err := c.apply(b, c.Name, patches)
	if err != nil {
		return nil, err
	}
	return b.Reshape(s, w.examples, w.vertical.out, w.horizontal.out, c.Filters)
}

// place checks the settings and the input's shape and returns the windows.
func (c *Conv2D) place(b *graph.Builder, shape tensor.Shape) (*windows, error) {
	if c.Filters <= 0 {
		return nil, fmt.Errorf("layers: %s: %d filters: want a positive number", c.Name, c.Filters)
	}
	win := window{c.Kernel, c.Stride, c.Padding, c.Dilation}
	w, err := win.place(c.Name, b.Batch, shape, c.Filters)
	if err != nil {
		return nil, err
	}
	if k := []int{c.Kernel[0], c.Kernel[1], w.channels}; !fits(k, []int{c.Filters}) {
		return nil, win.misfit(c.Name, shape, fmt.Errorf("%d filters of %d×%d×%d weights are too many", c.Filters, k[0], k[1], k[2]))
	}
	return w, nil
}

// prepare makes the parameters the first time, and checks that they fit after
// that.
func (c *Conv2D) prepare(b *graph.Builder, shape tensor.Shape, w *windows) error {
	in := w.features()
	if c.weight == nil {
		if err := c.create(b, c.Name, c.Init, in, c.Filters); err != nil {
			return err
		}
		if !c.NoBias {
			if err := c.createBias(b, c.Name, c.BiasInit, in, c.Filters); err != nil {
				return err
			}
		}
	}
	if v := c.weight.Value; v.Shape()[0] != in || v.Shape()[1] != c.Filters || v.Dtype() != b.DType {
		return fmt.Errorf("layers: %s: input of shape %v (%v) has windows of %d×%d×%d = %d elements for %d filters: the weights are %v (%v)",
			c.Name, shape, b.DType, c.Kernel[0], c.Kernel[1], w.channels, in, c.Filters, v.Shape(), v.Dtype())
	}
	return nil
}
