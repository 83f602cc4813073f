package onnx

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/internal/onnxproto"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/scaling"
)

// distribution adds the mean of the loss's predictive distribution and names the outputs.
func (g *Graph) distribution(l losses.Loss, kinds []losses.Kind, z Value, targets scaling.Scaling) error {
	if _, ok := l.(*losses.Joint); ok {
		return errors.New("a loss of several heads (losses.Joint) has no one prediction: set SaveConfig.Outputs for the network's outputs as they are")
	}
	kind, err := distributionOf(l, kinds)
	if err != nil {
		return err
	}
	name := valuesName
	switch kind {
	case "softmax-cross-entropy":
		p := g.node("Softmax", []string{g.Plain(z)}, []string{probabilitiesName}, []Attribute{IntAttribute("axis", -1)})
		label := g.node("ArgMax", p, []string{labelName}, []Attribute{IntAttribute("axis", -1), IntAttribute("keepdims", 0)})
		g.out.Outputs = append(g.out.Outputs, &onnxproto.Value{Name: label[0], Type: onnxproto.Int64, HasShape: true, Shape: []onnxproto.Dim{onnxproto.Named("N")}},
			g.describe(g.Made(p[0], z.Shape...)))
		return nil
	case "sigmoid-cross-entropy":
		if z = z.Same(g.Node("Sigmoid", []string{z.name})); len(targets.Mean) == 0 {
			name = probabilitiesName
		}
	case "squared-error":
	case "diagonal-gaussian":
		c := z.Shape[0] / 2
		parts := g.node("Split", []string{g.Plain(z), g.Ints("halves", c, c)}, []string{"", ""}, []Attribute{IntAttribute("axis", -1)})
		deviation := targets
		deviation.Mean = make([]float64, len(targets.Mean))
		g.outputAs(g.unscale(g.Made(parts[0], c), targets), valuesName)
		g.outputAs(g.unscale(g.Made(g.Node("Exp", parts[1:]), c), deviation), deviationsName)
		return nil
	default:
		return fmt.Errorf("what a loss of kind %q predicts is not known here: set SaveConfig.Outputs for the network's outputs as they are", kind)
	}
	g.outputAs(g.unscale(z, targets), name)
	return nil
}

// unscale adds x·deviation + mean.
func (g *Graph) unscale(x Value, s scaling.Scaling) Value {
	if slices.ContainsFunc(s.Deviation, func(v float64) bool { return v != 1 }) {
		x = g.Made(g.Node("Mul", []string{g.Plain(x), g.Floats("target.std", s.Deviation, len(s.Deviation))}), x.Shape...)
	}
	if slices.ContainsFunc(s.Mean, func(v float64) bool { return v != 0 }) {
		x = g.Made(g.Node("Add", []string{g.Plain(x), g.Floats("target.mean", s.Mean, len(s.Mean))}), x.Shape...)
	}
	return x
}

// outputAs makes a value an output of the graph, by name. The node that made it gets the name, if one did.
func (g *Graph) outputAs(x Value, name string) {
	x = g.Made(g.Plain(x), x.Shape...)
	old := x.name
	x.name = name
	g.out.Outputs = append(g.out.Outputs, g.describe(x))
	rename := func(list []string) (found bool) {
		for i := range list {
			if list[i] == old {
				list[i], found = name, true
			}
		}
		return found
	}
	made := false
	for _, n := range g.out.Nodes {
		made = rename(n.Outputs) || made
	}
	if !made { // it is the graph's input
		g.node("Identity", []string{old}, []string{name}, nil)
		return
	}
	for _, n := range g.out.Nodes {
		rename(n.Inputs)
	}
	g.out.Values = slices.DeleteFunc(g.out.Values, func(v *onnxproto.Value) bool { return v.Name == old })
}

// distributionOf is the kind of a loss's predictive distribution, as the files of package trainer call it: a loss that
// losses.With or losses.Weighted made shows it there alone.
func distributionOf(l losses.Loss, kinds []losses.Kind) (string, error) {
	text, err := losses.Encode(l, append(losses.Kinds(), kinds...))
	if err != nil {
		return "", fmt.Errorf("%w; or set SaveConfig.Outputs", err)
	}
	type part struct {
		Kind     string `json:"kind"`
		Settings struct {
			Of string `json:"of"`
		} `json:"settings"`
	}
	var d struct {
		part
		Distribution *part `json:"distribution"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		d.Settings.Of = "" // settings of a kind of one's own may be anything; its name is read before them
	}
	p := d.part
	if d.Distribution != nil {
		p = *d.Distribution
	}
	if p.Kind == "weighted" {
		return p.Settings.Of, nil
	}
	return p.Kind, nil
}
