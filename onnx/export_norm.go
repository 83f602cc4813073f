package onnx

import (
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

func normExporters() []Exporter {
	return []Exporter{
		NewExporter("batchnorm", func(g *Graph, n *layers.BatchNorm, x Value) (Value, error) {
			x = g.firstChannels(x)
			channels := x.Shape[len(x.Shape)-1]
			weight, bias := g.scaleAndShift(n.Params(), n.NoScale, n.NoShift, channels)
			inputs := []string{x.name, weight, bias}
			for _, b := range n.Buffers() {
				inputs = append(inputs, g.Buffer(b))
			}
			return x.Same(g.Node("BatchNormalization", inputs, epsilon(n.Epsilon))), nil
		}),
		NewExporter("layernorm", func(g *Graph, n *layers.LayerNorm, x Value) (Value, error) {
			weight, bias := g.scaleAndShift(n.Params(), n.NoScale, n.NoShift, x.Shape[len(x.Shape)-1])
			inputs := []string{g.Plain(x), weight, bias}
			if n.NoShift {
				inputs = inputs[:2]
			}
			return g.Made(g.Node("LayerNormalization", inputs, IntAttribute("axis", -1), epsilon(n.Epsilon)), x.Shape...), nil
		}),
		NewExporter("groupnorm", exportGroupNorm),
	}
}

// epsilon is 1e-5 where a layer's is 0.
func epsilon(v float64) Attribute {
	if v == 0 {
		v = 1e-5
	}
	return FloatAttribute("epsilon", v)
}

// firstChannels puts the last axis first. Of N×C nothing is to be done.
func (g *Graph) firstChannels(x Value) Value {
	if len(x.Shape) == 1 {
		return g.arrange(x, nil)
	}
	return g.arrange(x, channelsFirst(len(x.Shape)+1))
}

// scaleAndShift are the names of a normalisation's factors and summands, of ones and zeros where it has none.
func (g *Graph) scaleAndShift(params []*graph.Param, noScale, noShift bool, channels int) (weight, bias string) {
	if noScale {
		weight = g.Floats("ones", slices.Repeat([]float64{1}, channels), channels)
	} else {
		weight, params = g.Param(params[0]), params[1:]
	}
	if noShift {
		return weight, g.Floats("zeros", make([]float64, channels), channels)
	}
	return weight, g.Param(params[0])
}

// exportGroupNorm writes the layer out, as opset 17 has no operator for it: groups are the channels of an
// InstanceNormalization, and factors and summands come after it. Groups of one channel are that operator itself.
func exportGroupNorm(g *Graph, n *layers.GroupNorm, x Value) (Value, error) {
	x = g.firstChannels(x)
	channels := x.Shape[len(x.Shape)-1]
	if n.Groups == channels && len(x.Shape) > 1 {
		weight, bias := g.scaleAndShift(n.Params(), n.NoScale, n.NoShift, channels)
		return x.Same(g.Node("InstanceNormalization", []string{x.name, weight, bias}, epsilon(n.Epsilon))), nil
	}
	each := tensor.Shape(x.Shape).TotalSize() / n.Groups
	weight, bias := g.scaleAndShift(nil, true, true, n.Groups)
	y := g.Node("InstanceNormalization", []string{g.reshape(x.name, []int{0, n.Groups, each}), weight, bias}, epsilon(n.Epsilon))
	y = g.reshape(y, x.dims())
	shape := append([]int{channels}, slices.Repeat([]int{1}, len(x.Shape)-1)...)
	params := n.Params()
	if !n.NoScale {
		y, params = g.Node("Mul", []string{y, g.Param(params[0], shape...)}), params[1:]
	}
	if !n.NoShift {
		y = g.Node("Add", []string{y, g.Param(params[0], shape...)})
	}
	return x.Same(y), nil
}
