package onnx

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/kernelorder"
	"github.com/gokfac/gokfac/layers"
)

func affineExporters() []Exporter {
	return []Exporter{
		NewExporter("dense", func(g *Graph, d *layers.Dense, x Value) (Value, error) {
			ps := d.Params()
			if d.NoBias {
				return g.Made(g.Node("MatMul", []string{g.Plain(x), g.Param(ps[0])}), d.Units), nil
			}
			return g.Made(g.Node("Gemm", []string{g.Plain(x), g.Param(ps[0]), g.Param(ps[1])}), d.Units), nil
		}),
		NewExporter("conv2d", func(g *Graph, c *layers.Conv2D, x Value) (Value, error) {
			k := kernels{c.Kernel[:], ones(c.Stride[:]), c.Padding[:], ones(c.Dilation[:]), c.Same, max(c.Groups, 1), c.Filters}
			return k.export(g, c.Params(), x)
		}),
		NewExporter("conv1d", func(g *Graph, c *layers.Conv1D, x Value) (Value, error) {
			k := kernels{[]int{c.Kernel}, ones([]int{c.Stride}), []int{c.Padding}, ones([]int{c.Dilation}), c.Same, max(c.Groups, 1), c.Filters}
			return k.export(g, c.Params(), x)
		}),
		NewExporter("conv-transpose2d", exportTransposed),
	}
}

// ones replaces 0, which stands for 1.
func ones(v []int) []int {
	w := make([]int, len(v))
	for i := range v {
		w[i] = max(v[i], 1)
	}
	return w
}

// kernels are a convolution's settings, for each of its axes.
type kernels struct {
	size, stride, padding, dilation []int
	same                            bool
	groups, filters                 int
}

// export adds a Conv. Its weight is filters×channels/groups×kernel.
func (k kernels) export(g *Graph, params []*graph.Param, x Value) (Value, error) {
	in, channels := g.images(x, len(k.size))
	places := 1
	shape := []int{k.filters, channels / k.groups}
	for _, n := range k.size {
		places *= n
		shape = append(shape, n)
	}
	weight := g.stored(params[0].Name, params[0].Value, "kernels", shape, kernelorder.Convolution(places, channels/k.groups, k.filters/k.groups))
	out, before, after := k.places(x.Shape)
	names := []string{in.name, weight}
	if len(params) > 1 {
		names = append(names, g.Param(params[1]))
	}
	y := g.Node("Conv", names, IntsAttribute("kernel_shape", k.size...), IntsAttribute("strides", k.stride...),
		IntsAttribute("dilations", k.dilation...), IntsAttribute("pads", append(before, after...)...), IntAttribute("group", k.groups))
	return Value{Shape: append(out, k.filters), name: y, order: channelsFirst(len(k.size) + 2)}, nil
}

// places are the numbers of windows along each axis of an input, and the zeros before and after it. Same is not ONNX's
// auto_pad, which runtimes read differently where a stride is larger than the kernel.
func (k kernels) places(in []int) (out, before, after []int) {
	for i, n := range k.size {
		extent := k.dilation[i]*(n-1) + 1
		zeros := 2 * k.padding[i]
		first := k.padding[i]
		if k.same {
			windows := (in[i] + k.stride[i] - 1) / k.stride[i]
			zeros = max((windows-1)*k.stride[i]+extent-in[i], 0)
			first = zeros / 2
		}
		out = append(out, (in[i]+zeros-extent)/k.stride[i]+1)
		before, after = append(before, first), append(after, zeros-first)
	}
	return out, before, after
}

// exportTransposed adds a ConvTranspose. Its weight is channels×filters×kernel.
func exportTransposed(g *Graph, c *layers.ConvTranspose2D, x Value) (Value, error) {
	in, channels := g.images(x, 2)
	params, places := c.Params(), c.Kernel[0]*c.Kernel[1]
	weight := g.stored(params[0].Name, params[0].Value, "transposed", []int{channels, c.Filters, c.Kernel[0], c.Kernel[1]}, kernelorder.Transposed(places, c.Filters))
	names := []string{in.name, weight}
	if len(params) > 1 {
		names = append(names, g.Param(params[1]))
	}
	stride, dilation := ones(c.Stride[:]), ones(c.Dilation[:])
	shape := make([]int, 2, 3)
	for i := range shape {
		shape[i] = (x.Shape[i]-1)*stride[i] - 2*c.Padding[i] + dilation[i]*(c.Kernel[i]-1) + c.OutputPadding[i] + 1
		if c.OutputPadding[i] >= stride[i] {
			return x, fmt.Errorf("layer %v: ONNX has no output padding as large as the stride", c)
		}
	}
	y := g.Node("ConvTranspose", names, IntsAttribute("kernel_shape", c.Kernel[:]...), IntsAttribute("strides", stride...),
		IntsAttribute("dilations", dilation...), IntsAttribute("pads", append(c.Padding[:], c.Padding[:]...)...),
		IntsAttribute("output_padding", c.OutputPadding[:]...))
	return Value{Shape: append(shape, c.Filters), name: y, order: channelsFirst(4)}, nil
}
