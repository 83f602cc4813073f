package onnx

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/layers"
)

// Exporter writes layers of one type into a graph.
type Exporter struct {
	kind   string
	export func(g *Graph, l layers.Layer, x Value) (y Value, ok bool, err error)
}

// Kind is the name of the layer's kind, as [layers.Kind] has it.
func (e Exporter) Kind() string { return e.kind }

// NewExporter is the exporter of the layers of type L. export adds the layer's nodes in evaluation mode for the input x
// and returns its output:
//
//	scale := onnx.NewExporter("scale", func(g *onnx.Graph, l *Scale, x onnx.Value) (onnx.Value, error) {
//		return g.Made(g.Node("Mul", []string{g.Plain(x), g.Param(l.weight)}), x.Shape...), nil
//	})
//
// A layer that holds others hands them to [Graph.Layer].
func NewExporter[L layers.Layer](kind string, export func(g *Graph, l L, x Value) (Value, error)) Exporter {
	return Exporter{kind, func(g *Graph, l layers.Layer, x Value) (Value, bool, error) {
		own, ok := l.(L)
		if !ok {
			return x, false, nil
		}
		y, err := export(g, own, x)
		return y, true, err
	}}
}

// exporters has a row for each of layers.Kinds.
func exporters() []Exporter {
	return slices.Concat(containerExporters(), shapeExporters(), affineExporters(), poolExporters(), normExporters(), sequenceExporters())
}

// Layer adds a layer by the exporter of its type, and returns its output.
func (g *Graph) Layer(l layers.Layer, x Value) (Value, error) {
	if v := reflect.ValueOf(l); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return x, errNoLayer
	}
	outer := g.scope
	defer func() { g.scope = outer }()
	for _, e := range g.exporters {
		g.scope = scopeOf(l, e.kind)
		y, ok, err := e.export(g, l, x)
		if !ok {
			continue
		}
		if err == nil && y.name != x.name && g.err == nil {
			g.note(y)
		}
		return y, err
	}
	return x, fmt.Errorf("no exporter is known for layer %s: give one by onnx.NewExporter in SaveConfig.Exporters", titleOf(l))
}

// note writes down the shape of a layer's output, once.
func (g *Graph) note(x Value) {
	for _, v := range g.out.Values {
		if v.Name == x.name {
			return
		}
	}
	g.out.Values = append(g.out.Values, g.describe(x))
}

func titleOf(l layers.Layer) string {
	if s, ok := l.(fmt.Stringer); ok {
		return fmt.Sprintf("%v (%T)", s, l)
	}
	return fmt.Sprintf("%T", l)
}

// scopeOf is the name of a layer's parameters, or what the layer is.
func scopeOf(l layers.Layer, kind string) string {
	switch l := l.(type) {
	case layers.Sequential, *layers.Residual, *layers.Parallel:
		return kind
	case *layers.Activation:
		name, _, _ := strings.Cut(l.String(), "(")
		return strings.ToLower(name)
	}
	if ps := l.Params(); len(ps) > 0 {
		if i := strings.LastIndexByte(ps[0].Name, '.'); i > 0 {
			return ps[0].Name[:i]
		}
	}
	return kind
}

// Kinds are the names of the kinds of layers that can be exported without an exporter of one's own: all of layers.Kinds.
func Kinds() []string {
	var names []string
	for _, e := range exporters() {
		names = append(names, e.kind)
	}
	return names
}
