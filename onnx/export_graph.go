package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/onnxproto"
)

// Graph is an ONNX graph that a model is being written into. An [Exporter] adds the nodes of its layer to it. The first
// error is kept and ends the export, so that the methods that add something need not return one.
type Graph struct {
	out       *onnxproto.Graph
	exporters []Exporter
	double    bool
	scope     string // begins the names of nodes
	names     map[string]bool
	tensors   map[string]string // names of initialisers, by what they hold
	turned    map[string]string // names of values, by those that they were arranged from, and how
	bytes     int64             // of initialisers
	err       error
}

func newGraph(cfg SaveConfig) *Graph {
	g := &Graph{
		out: &onnxproto.Graph{Name: cfg.Name}, double: cfg.Float64,
		exporters: append(slices.Clone(cfg.Exporters), exporters()...),
		names:     map[string]bool{}, tensors: map[string]string{}, turned: map[string]string{},
	}
	if g.out.Name == "" {
		g.out.Name = "gokfac"
	}
	for _, name := range []string{inputName, labelName, probabilitiesName, valuesName, deviationsName, outputsName} {
		g.names[name] = true
	}
	return g
}

func (g *Graph) fail(err error) {
	if g.err == nil {
		g.err = err
	}
}

// unique returns name, or name_2, name_3, … if it is taken. A name has one meaning in a graph.
func (g *Graph) unique(name string) string {
	found := name
	for i := 2; g.names[found]; i++ {
		found = fmt.Sprintf("%s_%d", name, i)
	}
	g.names[found] = true
	return found
}

// Attribute is a setting of a node.
type Attribute struct{ proto *onnxproto.Attribute }

// IntAttribute is a setting that is a whole number.
func IntAttribute(name string, v int) Attribute {
	return Attribute{onnxproto.IntAttribute(name, int64(v))}
}

// IntsAttribute is a setting that is a list of whole numbers.
func IntsAttribute(name string, v ...int) Attribute {
	return Attribute{onnxproto.IntsAttribute(name, wide(v)...)}
}

// FloatAttribute is a setting that is a number. ONNX has it in float32.
func FloatAttribute(name string, v float64) Attribute {
	return Attribute{onnxproto.FloatAttribute(name, float32(v))}
}

// StringAttribute is a setting that is a text.
func StringAttribute(name, v string) Attribute {
	return Attribute{onnxproto.StringAttribute(name, v)}
}

func wide(v []int) []int64 {
	w := make([]int64, len(v))
	for i := range v {
		w[i] = int64(v[i])
	}
	return w
}

// Node adds a node of an operator of ONNX's opset 17 and returns the name of its output. Inputs are names that Node,
// [Graph.Plain], [Graph.Param], [Graph.Floats] or [Graph.Ints] returned; "" is an input that is left out.
func (g *Graph) Node(op string, inputs []string, attributes ...Attribute) string {
	return g.node(op, inputs, []string{""}, attributes)[0]
}

// node adds a node with several outputs. An output "" gets a name, and "-" is left out.
func (g *Graph) node(op string, inputs, outputs []string, attributes []Attribute) []string {
	if g.double && slices.Contains(floatOnly, op) {
		g.fail(fmt.Errorf("layer %s: onnxruntime has no kernel of doubles for ONNX's %s: leave SaveConfig.Float64 out", g.scope, op))
	}
	n := &onnxproto.Node{Op: op, Name: g.unique(g.scope + "/" + op), Inputs: slices.Clone(inputs)}
	for i, name := range outputs {
		switch name {
		case "":
			name = g.unique(fmt.Sprintf("%s:%d", n.Name, i))
		case "-":
			name = ""
		}
		n.Outputs = append(n.Outputs, name)
	}
	for _, a := range attributes {
		n.Attributes = append(n.Attributes, a.proto)
	}
	g.out.Nodes = append(g.out.Nodes, n)
	return n.Outputs
}

// floatOnly are the operators that the exporters use and that onnxruntime 1.30 has for floats alone on processors, though
// ONNX has them for doubles as well. TestFloat64 holds the list against it.
var floatOnly = []string{"Conv", "ConvTranspose", "AveragePool", "GlobalAveragePool", "InstanceNormalization", "RNN", "Elu", "Softplus", "Erf"}

// Param is the name of a parameter's values as a tensor of the graph, of the given shape: its own if there is none.
func (g *Graph) Param(p *graph.Param, shape ...int) string {
	return g.stored(p.Name, p.Value, "", shape, nil)
}

// Buffer is Param for state that is not learned.
func (g *Graph) Buffer(b *graph.Buffer, shape ...int) string {
	return g.stored(b.Name, b.Value, "", shape, nil)
}

// stored adds a tensor of the model, or a part of one, once in each form. at(i) is where element i of the graph's tensor is
// in v; nil: at i.
func (g *Graph) stored(name string, v *tensor.Dense, form string, shape []int, at func(i int) int) string {
	if len(shape) == 0 {
		shape = v.Shape()
	}
	key := fmt.Sprintf("%p %s %v", v, form, shape)
	if n, ok := g.tensors[key]; ok {
		return n
	}
	of := elements(v)
	if at == nil && tensor.Shape(shape).TotalSize() != v.DataSize() {
		g.fail(fmt.Errorf("tensor %.80q has %d elements: an exporter wants it in shape %v", name, v.DataSize(), shape))
		return name
	}
	g.tensors[key] = g.floats(name, shape, func(i int) float64 {
		if at != nil {
			i = at(i)
		}
		return of(i)
	})
	return g.tensors[key]
}

// Floats adds constant numbers of the graph's float type, of the given shape: none is a scalar. Equal ones of equal
// shape are one tensor.
func (g *Graph) Floats(name string, values []float64, shape ...int) string {
	if n := tensor.Shape(shape).TotalSize(); len(values) != n && (len(shape) > 0 || len(values) != 1) {
		g.fail(fmt.Errorf("%d numbers %.80q: an exporter wants them in shape %v", len(values), name, shape))
		return name
	}
	key := fmt.Sprintf("floats %v %v", shape, values)
	if len(values) > 64 {
		return g.floats(name, shape, func(i int) float64 { return values[i] })
	}
	if _, ok := g.tensors[key]; !ok {
		g.tensors[key] = g.floats(name, shape, func(i int) float64 { return values[i] })
	}
	return g.tensors[key]
}

// floats adds a tensor and converts its numbers. A file has nothing but finite ones.
func (g *Graph) floats(name string, shape []int, of func(i int) float64) string {
	t := &onnxproto.Tensor{Name: g.unique(name), Type: g.float(), Dims: wide(shape)}
	size := 4
	if g.double {
		size = 8
	}
	n, ok := g.room(shape, size)
	if !ok {
		return t.Name
	}
	t.Raw = make([]byte, 0, n*size)
	for i := range n {
		v := of(i)
		if v-v != 0 {
			g.fail(fmt.Errorf("tensor %.80q holds %v: want finite numbers; the training may have diverged", name, v))
			return t.Name
		}
		if g.double {
			t.Raw = binary.LittleEndian.AppendUint64(t.Raw, math.Float64bits(v))
			continue
		}
		if math.Abs(v) > math.MaxFloat32 {
			g.fail(fmt.Errorf("tensor %.80q holds %v, which no float32 can hold: set SaveConfig.Float64", name, v))
			return t.Name
		}
		t.Raw = binary.LittleEndian.AppendUint32(t.Raw, math.Float32bits(float32(v)))
	}
	g.out.Initializers = append(g.out.Initializers, t)
	return t.Name
}

// room counts a tensor's elements. It refuses a model that does not fit in a file before there is memory for it.
func (g *Graph) room(shape []int, size int) (elements int, ok bool) {
	elements = 1
	for _, d := range shape {
		if d < 0 {
			g.fail(fmt.Errorf("a tensor of shape %v: want sizes from 0 on", shape))
			return 0, false
		}
		if d > 0 && elements > onnxproto.MaxSize/d {
			elements = onnxproto.MaxSize // more than fits, whatever the other sizes are
			break
		}
		elements *= d
	}
	if g.bytes += int64(elements) * int64(size); g.bytes > onnxproto.MaxSize {
		g.fail(fmt.Errorf("its weights are too large: %w", onnxproto.ErrTooLarge))
		return 0, false
	}
	return elements, true
}

// Ints adds constant whole numbers, a list, once.
func (g *Graph) Ints(name string, values ...int) string {
	key := fmt.Sprintf("ints %v", values)
	if _, ok := g.tensors[key]; !ok {
		t := onnxproto.NewInt64(g.unique(name), wide(values), int64(len(values)))
		g.out.Initializers = append(g.out.Initializers, t)
		g.tensors[key] = t.Name
	}
	return g.tensors[key]
}
