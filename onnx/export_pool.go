package onnx

import (
	"slices"

	"github.com/gokfac/gokfac/layers"
)

func poolExporters() []Exporter {
	return []Exporter{
		NewExporter("maxpool2d", func(g *Graph, m *layers.MaxPool2D, x Value) (Value, error) {
			return g.pool("MaxPool", x, m.Window, m.Stride, m.Padding), nil
		}),
		NewExporter("avgpool2d", func(g *Graph, a *layers.AvgPool2D, x Value) (Value, error) {
			counts := 0
			if a.CountPadding {
				counts = 1
			}
			return g.pool("AveragePool", x, a.Window, a.Stride, a.Padding, IntAttribute("count_include_pad", counts)), nil
		}),
		NewExporter("globalavgpool", func(g *Graph, _ *layers.GlobalAvgPool, x Value) (Value, error) {
			in, channels := g.images(x, 2)
			return g.Made(g.Node("Flatten", []string{g.Node("GlobalAveragePool", []string{in.name})}, IntAttribute("axis", 1)), channels), nil
		}),
	}
}

// pool adds a pooling operator. Images that lack the channels' axis stay without.
func (g *Graph) pool(op string, x Value, window, stride, padding [2]int, more ...Attribute) Value {
	y, _ := g.images(x, 2)
	y.Shape = slices.Clone(y.Shape)
	for i := range window {
		if stride[i] == 0 {
			stride[i] = window[i]
		}
		y.Shape[i] = (y.Shape[i]+2*padding[i]-window[i])/stride[i] + 1
	}
	return y.Same(g.Node(op, []string{y.name}, append([]Attribute{IntsAttribute("kernel_shape", window[:]...),
		IntsAttribute("strides", stride[:]...), IntsAttribute("pads", padding[0], padding[1], padding[0], padding[1])}, more...)...))
}
