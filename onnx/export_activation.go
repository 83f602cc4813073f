package onnx

import (
	"fmt"
	"math"

	"github.com/gokfac/gokfac/layers"
)

// exportActivation adds the function, of any order of axes. Opset 17 has no SiLU and no GELU: they are written out, in
// the form that runtimes know to fuse.
func exportActivation(g *Graph, a *layers.Activation, x Value) (Value, error) {
	function, parameter := a.Function()
	apply := func(op string, more ...any) Value { return x.Same(g.apply(op, x.name, more...)) }
	switch function {
	case "Identity":
		return x, nil
	case "ReLU":
		return apply("Relu"), nil
	case "Tanh", "Sigmoid", "Softplus":
		return apply(function), nil
	case "LeakyReLU":
		return apply("LeakyRelu", FloatAttribute("alpha", parameter)), nil
	case "ELU":
		return apply("Elu", FloatAttribute("alpha", parameter)), nil
	case "SiLU":
		if g.double { // onnxruntime fuses x·sigmoid(x) into an operator that it has for floats alone
			return apply("Div", g.apply("Add", g.apply("Exp", g.apply("Neg", x.name)), 1.0)), nil
		}
		return apply("Mul", g.apply("Sigmoid", x.name)), nil
	case "GELU": // x·(1 + erf(x/√2))·½
		erf := g.apply("Erf", g.apply("Div", x.name, math.Sqrt2))
		return x.Same(g.apply("Mul", g.apply("Mul", x.name, g.apply("Add", erf, 1.0)), 0.5)), nil
	case "GELUTanh": // ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
		cube := g.apply("Mul", g.apply("Mul", g.apply("Mul", x.name, x.name), x.name), 0.044715)
		t := g.apply("Tanh", g.apply("Mul", g.apply("Add", x.name, cube), math.Sqrt(2/math.Pi)))
		return x.Same(g.apply("Mul", g.apply("Mul", x.name, 0.5), g.apply("Add", t, 1.0))), nil
	}
	return x, fmt.Errorf("layer %v: ONNX's form of the function is not known", a)
}

// apply adds a node of an operator on a value and, after it, names of values, numbers (as scalars) and attributes.
func (g *Graph) apply(op, x string, more ...any) string {
	inputs := []string{x}
	var attributes []Attribute
	for _, m := range more {
		switch m := m.(type) {
		case string:
			inputs = append(inputs, m)
		case float64:
			inputs = append(inputs, g.Floats("number", []float64{m}))
		case Attribute:
			attributes = append(attributes, m)
		}
	}
	return g.Node(op, inputs, attributes...)
}
