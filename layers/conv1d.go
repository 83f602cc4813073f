package layers

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
)

// Conv1D correlates sequences N×L×C (or N×L, one channel) with Filters kernels of Kernel×C
// and adds a bias to each. The output is N×L′×Filters with
//
//	L′ = ⌊(L + 2·Padding − Dilation·(Kernel−1) − 1)/Stride⌋ + 1
//
// or, with Same, ⌈L/Stride⌉. It is the [Conv2D] of images of one row, and its settings,
// weights and tap are what they are there, with kh = 1.
type Conv1D struct {
	Filters  int
	Kernel   int
	Stride   int         // between windows; 0 means 1
	Padding  int         // zeros before the first element and after the last; 0 = none
	Same     bool        // chooses the padding for ⌈L/Stride⌉ windows; Padding is then 0
	Dilation int         // between elements of a window; 0 means 1: they are neighbours
	Groups   int         // of channels and of filters; 0 means 1
	Init     Initializer // of the weight; nil means GlorotUniform
	BiasInit float64     // of every element of the bias
	NoBias   bool
	Name     string // of the parameters; "" means conv1, conv2, …

	affineParams
}

var _ Layer = (*Conv1D)(nil)

func (c *Conv1D) String() string {
	return named(fmt.Sprintf("Conv1D(%d, %d%s%s)", c.Filters, c.Kernel, c.window().describe(), groupsText(c.Groups)), c.Name)
}

// Build adds the convolution of x. The error names the layer and both shapes if x is no
// batch of sequences, the kernel does not fit into it, or its channels are not those of the
// weights or cannot be cut into the groups.
func (c *Conv1D) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if c.Name == "" {
		c.Name = b.UniqueName("conv")
	}
	settings := convolutionSettings{c.Name, c.window(), c.Filters, c.Groups, c.Init, c.BiasInit, c.NoBias}
	s, w, err := settings.build(b, x, &c.affineParams)
	if err != nil {
		return nil, err
	}
	return b.Reshape(s, w.examples, w.horizontal.out, c.Filters)
}

func (c *Conv1D) window() window {
	return window{kernel: [2]int{1, c.Kernel}, stride: [2]int{1, c.Stride}, padding: [2]int{0, c.Padding},
		dilation: [2]int{1, c.Dilation}, same: c.Same, flat: true}
}
