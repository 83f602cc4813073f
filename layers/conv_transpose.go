package layers

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// ConvTranspose2D maps each element of images N×H×W×C (or N×H×W, one channel) to a window
// of kh·kw·Filters elements and adds these up where they lie, Stride apart: the transpose of
// a [Conv2D] with the same settings. Pairs are [rows, columns]. The output is
// N×H′×W′×Filters with PyTorch's
//
//	H′ = (H−1)·Stride − 2·Padding + Dilation·(kh−1) + OutputPadding + 1
//
// and W′ likewise. Padding takes rows away from both sides of the output, OutputPadding adds
// rows at its end; it is less than Stride or Dilation. A bias is added to each filter.
//
// The windows are the affine map s = xW of the images' elements: its tap has the
// input N·H·W×C and the gradient N·H·W×(kh·kw·Filters). The bias comes after the windows are
// added up, and has a tap of kind [graph.Shift], NAME.bias, over the N·H′·W′ outputs.
//
// The weight is C×(kh·kw·Filters), in the order of the output's image, and the bias
// Filters. Initializers see that matrix.
type ConvTranspose2D struct {
	Filters       int
	Kernel        [2]int      // kh, kw
	Stride        [2]int      // between windows; 0 means 1
	Padding       [2]int      // taken away from each of two opposite sides; 0 = none
	OutputPadding [2]int      // added at the end; 0 = none
	Dilation      [2]int      // between elements of a window; 0 means 1: they are neighbours
	Init          Initializer // of the weight; nil means GlorotUniform
	BiasInit      float64     // of every element of the bias
	NoBias        bool
	Name          string // of the parameters; "" means conv1, conv2, …

	affineParams
}

var _ Layer = (*ConvTranspose2D)(nil)

func (c *ConvTranspose2D) String() string {
	s := fmt.Sprintf("ConvTranspose2D(%d, %d×%d%s", c.Filters, c.Kernel[0], c.Kernel[1], c.window().describe())
	if o := c.OutputPadding; o != [2]int{} {
		s += fmt.Sprintf(", output padding %d×%d", o[0], o[1])
	}
	return named(s+")", c.Name)
}

func (c *ConvTranspose2D) window() window {
	return window{kernel: c.Kernel, stride: c.Stride, padding: c.Padding, dilation: c.Dilation}
}

// Build adds the transposed convolution of x. The error names the layer and the shapes if x
// is no batch of images, the settings leave no output, or the channels are not those of the
// weights.
func (c *ConvTranspose2D) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if c.Name == "" {
		c.Name = b.UniqueName("conv")
	}
	w, channels, err := c.place(b, x.Shape())
	if err != nil {
		return nil, err
	}
	if err := c.prepare(b, x.Shape(), channels, w.features()); err != nil {
		return nil, err
	}
	if err := w.lay(b); err != nil {
		return nil, fmt.Errorf("layers: %s: %w", c.Name, err)
	}
	a, err := b.Reshape(x, w.rows(), channels)
	if err != nil {
		return nil, err
	}
	s, err := affineMap(b, a, b.Param(c.weight), nil)
	if err != nil {
		return nil, err
	}
	b.Tap(c.Name, a, s, c.weight, nil)
	y, err := col2im(b, s, w, []int{w.examples * w.vertical.in * w.horizontal.in, c.Filters})
	if err != nil {
		return nil, err
	}
	if c.bias != nil {
		if y, err = shift(b, y, b.Param(c.bias)); err != nil {
			return nil, err
		}
		b.Tap(c.Name+".bias", y, y, c.bias, nil).Kind = graph.Shift
	}
	return b.Reshape(y, w.examples, w.vertical.in, w.horizontal.in, c.Filters)
}

// place returns the windows in the output that the input's elements become.
func (c *ConvTranspose2D) place(b *graph.Builder, shape tensor.Shape) (w *windows, channels int, err error) {
	if c.Filters <= 0 {
		return nil, 0, fmt.Errorf("layers: %s: %d filters: want a positive number", c.Name, c.Filters)
	}
	channels = 1
	if shape.Dims() == 4 {
		channels = shape[3]
	}
	if err := c.window().check(c.Name, b.Batch, shape); err != nil {
		return nil, 0, err
	}
	win := c.window()
	w = &windows{examples: shape[0], channels: c.Filters}
	stride, dilation := orOnes(c.Stride), orOnes(c.Dilation)
	for i, a := range []*axis{&w.vertical, &w.horizontal} {
		if o := c.OutputPadding[i]; o < 0 || o > 0 && o >= max(stride[i], dilation[i]) {
			return nil, 0, fmt.Errorf("layers: %s: output padding %d×%d: want numbers from 0, less than the stride %d×%d or the dilation %d×%d",
				c.Name, c.OutputPadding[0], c.OutputPadding[1], stride[0], stride[1], dilation[0], dilation[1])
		}
		*a = axis{kernel: c.Kernel[i], stride: stride[i], dilation: dilation[i], padding: c.Padding[i], out: shape[1+i]}
		if err := a.span(c.OutputPadding[i]); err != nil {
			return nil, 0, win.misfit(c.Name, shape, err)
		}
	}
	in, k := []int{w.vertical.in, w.horizontal.in}, []int{c.Kernel[0], c.Kernel[1], c.Filters}
	if !fits(k, []int{channels}) {
		return nil, 0, win.misfit(c.Name, shape, fmt.Errorf("%d filters of %d×%d×%d weights are too many", c.Filters, k[0], k[1], channels))
	}
	if !fits(shape[:3], k) || !fits(in, []int{w.examples, c.Filters}) {
		return nil, 0, win.misfit(c.Name, shape, fmt.Errorf("an output of %d×%d in each of %d examples is too large", in[0], in[1], w.examples))
	}
	return w, channels, nil
}

// span computes in, what out places of the kernel span, less the padding and with extra
// elements after it.
func (a *axis) span(extra int) error {
	const most = math.MaxInt / 8
	if a.kernel-1 > most/a.dilation || a.out-1 > most/a.stride || a.padding > most || extra > most {
		return fmt.Errorf("%d elements with stride %d, padding %d, dilation %d and output padding %d are too large", a.out, a.stride, a.padding, a.dilation, extra)
	}
	a.extent = a.dilation*(a.kernel-1) + 1
	if a.in = (a.out-1)*a.stride - 2*a.padding + a.extent + extra; a.in <= 0 {
		return fmt.Errorf("padding %d leaves nothing of an output of %d elements", a.padding, a.in+2*a.padding)
	}
	return nil
}

// prepare makes the parameters the first time, and checks that they fit after that.
func (c *ConvTranspose2D) prepare(b *graph.Builder, shape tensor.Shape, in, out int) error {
	if c.weight == nil {
		if err := c.create(b, c.Name, c.Init, in, out); err != nil {
			return err
		}
		if !c.NoBias {
			if err := c.createBias(b, c.Name, c.BiasInit, in, c.Filters); err != nil {
				return err
			}
		}
	}
	if v := c.weight.Value; v.Shape()[0] != in || v.Shape()[1] != out || v.Dtype() != b.DType {
		return fmt.Errorf("layers: %s: input of shape %v (%v) has %d channels for windows of %d×%d×%d = %d elements: the weights are %v (%v)",
			c.Name, shape, b.DType, in, c.Kernel[0], c.Kernel[1], c.Filters, out, v.Shape(), v.Dtype())
	}
	return nil
}
