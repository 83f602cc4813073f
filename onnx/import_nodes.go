package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/internal/onnxproto"
)

// findNodes lists the nodes that the output needs.
func (im *importer) findNodes() error {
	g := im.file.Graph
	im.producers = map[string]*node{}
	var all []*node
	for i, p := range g.Nodes {
		n := &node{Node: p, op: p.Op, number: i, in: slices.Clone(p.Inputs), settings: map[string]*onnxproto.Attribute{}}
		for _, a := range p.Attributes {
			if n.settings[a.Name] != nil {
				return n.errorf("attribute %.40q is there twice", a.Name)
			}
			n.settings[a.Name] = a
		}
		for _, out := range p.Outputs {
			if out == "" {
				continue
			}
			if im.producers[out] != nil || im.constants[out] != nil {
				return n.errorf("it makes %.80q, which is there already", out)
			}
			im.producers[out] = n
		}
		if len(p.Outputs) > 0 {
			n.out = p.Outputs[0]
		}
		all = append(all, n)
	}
	if err := im.findOutput(); err != nil {
		return err
	}
	im.outputName = im.output
	if err := im.ownOutput(); err != nil {
		return err
	}
	need := map[string]bool{im.output: true}
	for _, n := range slices.Backward(all) {
		if !slices.ContainsFunc(n.Outputs, func(out string) bool { return out != "" && need[out] }) {
			continue
		}
		for i, out := range n.Outputs {
			if i > 0 && need[out] {
				return n.errorf("its output %d, %.80q, is used, and only the first is read", i+1, out)
			}
		}
		for _, in := range n.in {
			need[in] = true
		}
		im.nodes = append(im.nodes, n)
	}
	slices.Reverse(im.nodes)
	made := map[string]bool{}
	for _, n := range im.nodes {
		for _, in := range n.in {
			if p := im.producers[in]; p != nil && !made[in] {
				return n.errorf("it takes %.80q, which %v makes after it: nodes have to be in the order they run", in, p)
			}
		}
		for _, out := range n.Outputs {
			made[out] = true
		}
	}
	im.recognise()
	return nil
}

// findOutput is the value that the caller names, or the only output of fractions.
func (im *importer) findOutput() error {
	g := im.file.Graph
	if name := im.cfg.Output; name != "" {
		if im.output = name; im.producers[name] == nil {
			return fmt.Errorf("LoadConfig.Output is %.80q, which no node makes: the graph's outputs are %s", name, names(g.Outputs))
		}
		return nil
	}
	var floats []*onnxproto.Value
	for _, v := range g.Outputs {
		if im.producers[v.Name] == nil {
			continue
		}
		if v.Type == onnxproto.Float || v.Type == onnxproto.Double || len(g.Outputs) == 1 {
			floats = append(floats, v)
		}
	}
	for _, v := range floats { // of a Gaussian, of which Save wrote two
		if im.own() && v.Name == savedValues {
			floats = []*onnxproto.Value{v}
		}
	}
	switch {
	case len(g.Outputs) == 0 || len(g.Nodes) == 0:
		return errors.New("the graph has no nodes or no output: there is no network to read")
	case len(floats) == 1:
		im.output = floats[0].Name
		return nil
	case len(floats) == 0:
		return fmt.Errorf("none of the graph's outputs, %s, is a tensor of numbers that a node makes: name a value within the graph by LoadConfig.Output", names(g.Outputs))
	}
	return fmt.Errorf("the graph has several outputs: name one of %s by LoadConfig.Output", names(floats))
}

func names(values []*onnxproto.Value) string {
	text := ""
	for i, v := range values[:min(len(values), 8)] {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%.60q", v.Name)
	}
	if len(values) > 8 {
		text += ", …"
	}
	return text
}
