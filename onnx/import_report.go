package onnx

import (
	"fmt"
	"strings"

	"github.com/gokfac/gokfac/internal/onnxproto"
	"github.com/gokfac/gokfac/trainer"
)

type valueInfo = onnxproto.Value

// Report says what [Load] read: one line for each of the graph's nodes that the output needs.
type Report struct {
	Producer      string // the program that wrote the file, with its version; "" if the file does not say
	Opset         int    // the version of ONNX's operators
	Input, Output string // names in the graph
	InputShape    []int  // of an example, as ONNX has it
	OutputShape   []int
	Params        int // numbers that are learned
	Nodes         []ReadNode
	Notes         []string // what the model does otherwise than the file
}

// ReadNode says what became of a node.
type ReadNode struct {
	Node   string // its name; "" if it has none
	Op     string // its operator, or the function that several nodes were recognised as
	Nodes  int    // how many nodes of the graph it is
	Became string // a layer, a part of one, or why there is none
}

func (im *importer) report(m *trainer.Model) Report {
	r := Report{
		Producer: strings.TrimSpace(printable(im.file.ProducerName + " " + im.file.ProducerVersion)), Opset: int(im.opset), Output: im.outputName,
		Input: im.inputName, InputShape: im.input.out.onnx(im.sizes), OutputShape: im.outputSize, Notes: im.notes,
	}
	for _, p := range m.Params() {
		r.Params += p.Value.DataSize()
	}
	for _, n := range im.nodes {
		r.Nodes = append(r.Nodes, ReadNode{Node: n.Name, Op: n.op, Nodes: 1 + len(n.covered), Became: im.lines[n]})
	}
	for _, n := range im.afterwards {
		r.Nodes = append(r.Nodes, ReadNode{Node: n.Name, Op: n.op, Nodes: 1, Became: "the scaling of targets, or the loss"})
	}
	return r
}

// String is the report as lines of text.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "opset %d, of %s\n", r.Opset, orElse(r.Producer, "an unnamed program"))
	fmt.Fprintf(&b, "input %.80q N×%s, output %.80q N×%s, %d parameters\n", r.Input, times(r.InputShape), r.Output, times(r.OutputShape), r.Params)
	for _, n := range r.Nodes {
		several := ""
		if n.Nodes > 1 {
			several = fmt.Sprintf(", %d nodes", n.Nodes)
		}
		fmt.Fprintf(&b, "%.80q (%s%s): %s\n", n.Node, printable(n.Op), several, n.Became)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	return b.String()
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func times(shape []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", "×")
}
