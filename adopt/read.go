package adopt

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// node is a node of the user's graph, as it was read.
type node struct {
	*gorgonia.Node
	kind   string    // of the op: gorgonia's name of its type; leaves have kinds of their own
	text   string    // the op as it prints, which has its settings
	rule   operation // what is known of the op; zero of leaves
	in     []*node   // in order
	dims   []int     // shape; (1) of a scalar
	where  layout
	edges  []*node // that read the node, once for each operand
	of     *learnable
	affine *affine // the map that the product is; nil of other nodes
}

// The kinds of leaves.
const (
	inputLeaf     = "input"
	learnableLeaf = "learnable"
	constantLeaf  = "constant"
)

// String names the node for a report: its name, or its op and shape.
func (n *node) String() string {
	switch n.kind {
	case inputLeaf, learnableLeaf:
		return n.Name()
	}
	text := n.text
	if n.kind == "softmaxOp" { // Log makes a LogSoftMax of the SoftMax that it is of
		text = "SoftMax"
	}
	return fmt.Sprintf("%s of shape %v", text, n.dims)
}

// hidden is a setting that n's op does not print: a field of its type that gorgonia does not export, as a
// number. ok is false if there is no such field.
func (n *node) hidden(field string) (value float64, ok bool) {
	v := reflect.Indirect(reflect.ValueOf(n.Op()))
	if v.Kind() != reflect.Struct {
		return 0, false
	}
	switch f := v.FieldByName(field); {
	case !f.IsValid():
		return 0, false
	case f.CanInt():
		return float64(f.Int()), true
	case f.CanFloat():
		return f.Float(), true
	}
	return 0, false
}

// size is the number of elements.
func (n *node) size() int { return product(n.dims) }

func product(dims []int) int {
	p := 1
	for _, d := range dims {
		p *= d
	}
	return p
}

// reading is the part of a graph that some nodes depend on.
type reading struct {
	of    map[*gorgonia.Node]*node
	order []*node // inputs before readers
	known map[string]operation
}

// read reads the nodes that roots depend on.
func read(learnables map[*gorgonia.Node]*learnable, roots ...*gorgonia.Node) (*reading, error) {
	r := &reading{of: map[*gorgonia.Node]*node{}, known: operations()}
	for _, root := range roots {
		if _, err := r.visit(root, learnables); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *reading) visit(g *gorgonia.Node, learnables map[*gorgonia.Node]*learnable) (*node, error) {
	if n, ok := r.of[g]; ok {
		return n, nil
	}
	n := &node{Node: g, dims: shapeOf(g)}
	r.of[g] = n
	for _, c := range graph.Children(g) {
		in, err := r.visit(c, learnables)
		if err != nil {
			return nil, err
		}
		n.in = append(n.in, in)
		in.edges = append(in.edges, n)
	}
	switch l := learnables[g]; {
	case l != nil:
		n.kind, n.of, l.node = learnableLeaf, l, n
	case g.IsVar():
		n.kind = inputLeaf
	default:
		n.text = fmt.Sprint(g.Op())
		n.kind = strings.TrimPrefix(strings.TrimPrefix(fmt.Sprintf("%T", g.Op()), "*"), "gorgonia.")
		if _, ok := g.Op().(constant); ok {
			n.kind = constantLeaf
			break
		}
		known, ok := r.known[n.kind]
		if !ok {
			known = foreign()
		}
		n.rule = known
	}
	if dt := g.Dtype(); dt != tensor.Float32 && dt != tensor.Float64 {
		return nil, fmt.Errorf("adopt: %v is of type %v: want float32 or float64", n, dt)
	}
	r.order = append(r.order, n)
	return n, nil
}

// constant is what gorgonia's constants have, which are of types that it does not export.
type constant interface{ Value() gorgonia.Value }

func shapeOf(n *gorgonia.Node) []int {
	if s := n.Shape(); s.Dims() > 0 {
		return s
	}
	return []int{1}
}

// values are the elements of a node's value, in row-major order and as float64: of a tensor,
// or of one number.
func values(v gorgonia.Value) ([]float64, error) {
	switch v := v.(type) {
	case nil:
		return nil, errors.New("it has no value: give it one by Let, WithValue or WithInit")
	case *tensor.Dense:
		return elements(v)
	case gorgonia.Scalar:
		switch x := v.Data().(type) {
		case float64:
			return []float64{x}, nil
		case float32:
			return []float64{float64(x)}, nil
		}
	}
	return nil, fmt.Errorf("its value is a %T: want a dense tensor or a number, of float32 or float64", v)
}

// elements are those of a tensor in row-major order. A view, as Slice makes one, is made
// contiguous.
func elements(t *tensor.Dense) ([]float64, error) {
	if t.RequiresIterator() || t.IsView() || t.DataOrder().IsColMajor() {
		m, ok := t.Materialize().(*tensor.Dense)
		if !ok || m.DataOrder().IsColMajor() {
			return nil, errors.New("its value is not a contiguous row-major tensor")
		}
		t = m
	}
	switch x := t.Data().(type) {
	case []float64:
		return x, nil
	case []float32:
		y := make([]float64, len(x))
		for i, v := range x {
			y[i] = float64(v)
		}
		return y, nil
	case float64:
		return []float64{x}, nil
	case float32:
		return []float64{float64(x)}, nil
	}
	return nil, fmt.Errorf("its value is of type %v: want float32 or float64", t.Dtype())
}
