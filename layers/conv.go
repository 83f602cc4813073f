package layers

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
)

// Conv2D correlates images N×H×W×C (or N×H×W, one channel) with Filters kernels
// of kh×kw×C and adds a bias to each. Pairs are [rows, columns]. The output is
// N×H′×W′×Filters with
//
//	H′ = ⌊(H + 2·Padding − Dilation·(kh−1) − 1)/Stride⌋ + 1
//
// and W′ likewise. Padding is 0 by default ("valid"). With Same it is chosen so that
// H′ = ⌈H/Stride⌉, as TensorFlow and Keras do: (H′−1)·Stride + Dilation·(kh−1) + 1 − H
// zeros in all, of an odd number one more after the last row than before the first. With a
// stride of 1 that is PyTorch's "same", too, which knows no other stride.
//
// With Groups = k the channels are cut into k groups of C/k and the filters into k groups of
// Filters/k: a filter sees its own group's channels. Groups = C is a depthwise convolution,
// with Filters/C filters for each channel.
//
// It is the affine map that a [Dense] is, over the N·T windows of the images, T = H′·W′:
// window t of an example is a row of kh·kw·C elements, in the order of the image, zeros for
// padding; with groups a row is groups×kh×kw×C/groups. These rows and
// the gradient at the map's output are what its tap shows K-FAC (Grosse &
// Martens 2016, §3). The map itself is computed without the matrix of all windows.
//
// The weight is (kh·kw·C)×Filters and the bias Filters; with groups the weight is
// (k·kh·kw·C/k)×(Filters/k), one group's rows after another's. Initializers see the matrix
// of one group, so in is the fan-in kh·kw·C/k and out is Filters/k: Glorot's variance is
// 2/(kh·kw·C + Filters), not the 2/(kh·kw·(C + Filters)) of libraries that count
// the outputs an input reaches.
type Conv2D struct {
	Filters  int
	Kernel   [2]int      // kh, kw
	Stride   [2]int      // between windows; 0 means 1
	Padding  [2]int      // zeros on each of two opposite sides; 0 = none
	Same     bool        // chooses the padding for ⌈H/Stride⌉×⌈W/Stride⌉ windows; Padding is then 0
	Dilation [2]int      // between elements of a window; 0 means 1: they are neighbours
	Groups   int         // of channels and of filters; 0 means 1
	Init     Initializer // of the weight; nil means GlorotUniform
	BiasInit float64     // of every element of the bias
	NoBias   bool
	Name     string // of the parameters; "" means conv1, conv2, …

	affineParams
}

var _ Layer = (*Conv2D)(nil)

func (c *Conv2D) String() string {
	return named(fmt.Sprintf("Conv2D(%d, %d×%d%s%s)", c.Filters, c.Kernel[0], c.Kernel[1], c.window().describe(), groupsText(c.Groups)), c.Name)
}

// Build adds the convolution of x. The error names the layer and both shapes if
// x is no batch of images, the kernel does not fit into it, or its channels are
// not those of the weights or cannot be cut into the groups.
func (c *Conv2D) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if c.Name == "" {
		c.Name = b.UniqueName("conv")
	}
	s, w, err := c.settings().build(b, x, &c.affineParams)
	if err != nil {
		return nil, err
	}
	return b.Reshape(s, w.examples, w.vertical.out, w.horizontal.out, c.Filters)
}

func (c *Conv2D) window() window {
	return window{kernel: c.Kernel, stride: c.Stride, padding: c.Padding, dilation: c.Dilation, same: c.Same}
}

func (c *Conv2D) settings() convolutionSettings {
	return convolutionSettings{c.Name, c.window(), c.Filters, c.Groups, c.Init, c.BiasInit, c.NoBias}
}
