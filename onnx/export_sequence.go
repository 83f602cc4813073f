package onnx

import (
	"slices"

	"github.com/gokfac/gokfac/internal/onnxproto"
	"github.com/gokfac/gokfac/layers"
)

func sequenceExporters() []Exporter {
	return []Exporter{
		NewExporter("embedding", func(g *Graph, e *layers.Embedding, x Value) (Value, error) {
			rows := g.Node("Cast", []string{g.Plain(x)}, IntAttribute("to", int(onnxproto.Int64)))
			y := g.Node("Gather", []string{g.Param(e.Params()[0]), rows}, IntAttribute("axis", 0))
			return g.Made(y, append(slices.Clone(x.Shape), e.Units)...), nil
		}),
		NewExporter("recurrent", exportRecurrent),
	}
}

// exportRecurrent adds an RNN, which has times first: T×N×in. Its weights are the transposes of the rows of x_t and of
// those of h_{t−1}, and it has a second bias.
func exportRecurrent(g *Graph, r *layers.Recurrent, x Value) (Value, error) {
	if len(x.Shape) == 1 {
		x = g.Made(g.reshape(g.Plain(x), []int{0, x.Shape[0], 1}), x.Shape[0], 1)
	}
	times, in, params := x.Shape[0], x.Shape[1], r.Params()
	timesFirst := []int{1, 0, 2}
	w := params[0]
	inputs := []string{g.arrange(x, timesFirst).name,
		g.stored(w.Name+".input", w.Value, "input", []int{1, r.Units, in}, func(i int) int { return i%in*r.Units + i/in }),
		g.stored(w.Name+".state", w.Value, "state", []int{1, r.Units, r.Units}, func(i int) int { return (in+i%r.Units)*r.Units + i/r.Units }),
	}
	if len(params) > 1 {
		b := elements(params[1].Value)
		both := make([]float64, 2*r.Units)
		for i := range r.Units {
			both[i] = b(i)
		}
		inputs = append(inputs, g.Floats(params[1].Name, both, 1, 2*r.Units))
	}
	hidden := []Attribute{IntAttribute("hidden_size", r.Units)}
	if !r.Sequences {
		last := g.node("RNN", inputs, []string{"-", ""}, hidden)[1]
		return g.Made(g.Node("Squeeze", []string{last, g.Ints("axes", 0)}), r.Units), nil
	}
	all := g.Node("RNN", inputs, hidden...)
	return Value{Shape: []int{times, r.Units}, order: timesFirst, name: g.Node("Squeeze", []string{all, g.Ints("axes", 1)})}, nil
}
