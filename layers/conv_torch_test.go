package layers_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// torchConvolution is a convolution that PyTorch computed; testdata/torch_conv.py has the layouts.
type torchConvolution struct {
	Name, Kind                        string
	Filters, Groups                   int
	Same                              bool
	Kernel, Stride, Padding, Dilation []int
	OutputPadding                     []int `json:"output_padding"`
	Shape, Out                        []int
	X, W, B, G, Y                     []float64
	DX, DW, DB                        []float64
}

func (c torchConvolution) layer() layers.Layer {
	if c.Kind == "conv1d" {
		return &layers.Conv1D{Filters: c.Filters, Kernel: c.Kernel[0], Stride: c.Stride[0], Padding: c.Padding[0], Same: c.Same, Dilation: c.Dilation[0], Groups: c.Groups}
	}
	pair := func(v []int) [2]int { return [2]int(v) }
	if c.Kind == "transposed" {
		return &layers.ConvTranspose2D{Filters: c.Filters, Kernel: pair(c.Kernel), Stride: pair(c.Stride), Padding: pair(c.Padding),
			Dilation: pair(c.Dilation), OutputPadding: pair(c.OutputPadding)}
	}
	return &layers.Conv2D{Filters: c.Filters, Kernel: pair(c.Kernel), Stride: pair(c.Stride), Padding: pair(c.Padding), Same: c.Same,
		Dilation: pair(c.Dilation), Groups: c.Groups}
}

// TestConvolutionsAreThoseOfPyTorch holds outputs and all gradients against torch 1.13's,
// both in float64.
func TestConvolutionsAreThoseOfPyTorch(t *testing.T) {
	text, err := os.ReadFile("testdata/torch_conv.json")
	require.NoError(t, err)
	var cases []torchConvolution
	require.NoError(t, json.Unmarshal(text, &cases))
	require.Len(t, cases, 17)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			l := c.layer()
			b := newBuilder(t, graph.Float64, c.Shape[0], true, 1)
			_, err := l.Build(b, b.Ones(c.Shape...))
			require.NoError(t, err)
			for i, v := range [][]float64{c.W, c.B} {
				p := l.Params()[i].Value
				require.NoError(t, graph.CopyInto(p, tensor.New(tensor.WithShape(p.Shape()...), tensor.WithBacking(v))))
			}
			m := buildOn(t, newBuilder(t, graph.Float64, c.Shape[0], true, 1), l, c.X, c.G, c.Shape...)
			assert.Equal(t, c.Out, []int(m.y.Shape()))
			const tolerance = 1e-13 // of sums of at most 40 products of normal numbers
			assert.InDeltaSlice(t, c.Y, doubles(graph.Value(m.y)), tolerance)
			for i, want := range [][]float64{c.DX, c.DW, c.DB} {
				assert.InDeltaSlice(t, want, doubles(graph.Value(m.g[i])), tolerance)
			}
		})
	}
}
