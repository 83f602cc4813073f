package onnx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/internal/onnxproto"
	"github.com/gokfac/gokfac/layers"
)

// step is a value of the network with what makes it of others.
type step struct {
	node     *node
	inputs   []*step
	layers   []layers.Layer   // behind the only input
	branches [][]layers.Layer // of a join: what is put behind each input
	join     string           // Add, Sum or Concat; "" of a step with one input
	out      layout
	part     *part // the layer with parameters that the value comes out of, unless something else lies between
	users    int   // nodes that take the value
	above    *step // the nearest step that all ways from the input lead through
	depth    int   // the number of steps above
	placed   bool
	scales   bool    // it is the input, scaled so far
	pads     []int64 // zeros around it that the convolution or the pooling behind it takes: before each axis, then after
}

// constant is a value that is known without the input.
type constant struct {
	name   string // of the file's tensor that it is made of, for what shares it
	dims   []int
	tensor *onnxproto.Tensor // nil: floats or integers
	floats []float64
	whole  []int64
}

// sizeOfBatch stands in for the size of the batch in what the graph computes of shapes.
const sizeOfBatch = -1 << 62

func (c *constant) values() ([]float64, error) {
	switch {
	case c.tensor != nil:
		return c.tensor.Float64s()
	case c.whole != nil:
		all := make([]float64, len(c.whole))
		for i, v := range c.whole {
			if v == sizeOfBatch {
				return nil, errOfBatch
			}
			all[i] = float64(v)
		}
		return all, nil
	}
	return c.floats, nil
}

func (c *constant) integers() ([]int64, error) {
	switch {
	case c.tensor != nil:
		return c.tensor.Integers()
	case c.whole == nil && len(c.floats) > 0:
		return nil, fmt.Errorf("%.80q: its elements are fractions, and integers are needed", c.name)
	}
	return c.whole, nil
}

// elements is the number of elements.
func (c *constant) elements() int {
	n := 1
	for _, d := range c.dims {
		n *= d
	}
	return n
}

// scalar is the only element of a constant.
func (c *constant) scalar() (float64, bool) {
	if c == nil || c.elements() != 1 {
		return 0, false
	}
	v, err := c.values()
	if err != nil || len(v) != 1 {
		return 0, false
	}
	return v[0], true
}

// node is a node of the graph, or what several of them were recognised as.
type node struct {
	*onnxproto.Node
	op       string
	number   int
	in       []string
	out      string
	settings map[string]*onnxproto.Attribute
	covered  []*node // others that the node stands for
}

// String names the node as a user finds it in a viewer.
func (n *node) String() string {
	name := n.Name
	if name == "" {
		name = fmt.Sprintf("%d, which makes %.60q,", n.number, n.out)
	} else {
		name = fmt.Sprintf("%.80q", name)
	}
	return fmt.Sprintf("node %s (%.40s)", name, printable(n.op))
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 32 || r == 127 {
			return '?'
		}
		return r
	}, s)
}

func (n *node) errorf(format string, args ...any) error {
	return fmt.Errorf("%v: %w", n, fmt.Errorf(format, args...))
}

// input is the name of an input, "" where it is left out.
func (n *node) input(i int) string {
	if i >= len(n.in) {
		return ""
	}
	return n.in[i]
}

// only refuses inputs that an operator does not have.
func (n *node) only(least, most int) error {
	for len(n.in) > least && n.in[len(n.in)-1] == "" {
		n.in = n.in[:len(n.in)-1]
	}
	if len(n.in) < least || len(n.in) > most || slices.Contains(n.in[:least], "") {
		return n.errorf("%d inputs: the operator has %d to %d", len(n.in), least, most)
	}
	return nil
}

// attributes reads a node's settings. What is not read is refused by done.
type attributes struct {
	n    *node
	read map[string]bool
	err  error
}

func (n *node) attributes() *attributes { return &attributes{n: n, read: map[string]bool{}} }

func (a *attributes) get(name string, typ onnxproto.AttributeType) *onnxproto.Attribute {
	a.read[name] = true
	v := a.n.settings[name]
	if v != nil && v.Type != typ && a.err == nil {
		a.err = a.n.errorf("attribute %s is of another type than the operator's", name)
	}
	return v
}

func (a *attributes) integer(name string, without int64) int64 {
	if v := a.get(name, onnxproto.AttributeInt); v != nil {
		return v.Int
	}
	return without
}

// number is a float32 as the shortest decimal, which is what was meant: 0.1 and not 0.10000000149.
func (a *attributes) number(name string, without float64) float64 {
	if v := a.get(name, onnxproto.AttributeFloat); v != nil {
		return decimal(v.Float)
	}
	return without
}

func (a *attributes) integers(name string) []int64 {
	if v := a.get(name, onnxproto.AttributeInts); v != nil {
		return v.Ints
	}
	return nil
}

func (a *attributes) text(name, without string) string {
	if v := a.get(name, onnxproto.AttributeString); v != nil {
		return v.String
	}
	return without
}

// want refuses another value of a setting.
func (a *attributes) want(name string, v int64, advice string) {
	if got := a.integer(name, v); got != v && a.err == nil {
		a.err = a.n.errorf("attribute %s is %d, and only %d is read: %s", name, got, v, advice)
	}
}

// done is the first error, and refuses settings that nobody has asked for.
func (a *attributes) done() error {
	if a.err != nil {
		return a.err
	}
	for _, v := range a.n.Attributes {
		if !a.read[v.Name] && a.n.settings[v.Name] == v {
			return a.n.errorf("attribute %.40q is not known: the file may be of a later version of the operator: export it with an opset of at most %d", v.Name, mostOpset)
		}
	}
	return nil
}
