package onnx

import (
	"math"
	"slices"

	"github.com/gokfac/gokfac/internal/onnxproto"
)

// Exporters write functions that ONNX's older versions have no operator for as several nodes: a GELU, a SiLU, a layer
// normalisation. recognise puts one node in their place, before anything is read. What other nodes take as well stays.
func (im *importer) recognise() {
	im.countUses()
	for i := len(im.nodes) - 1; i >= 0; i-- { // the last node of a pattern first
		n := im.nodes[i]
		r := &recognition{im: im, n: n}
		switch n.op {
		case "Mul":
			r.activation()
		case "Div":
			r.normalization()
		}
	}
	gone := map[*node]bool{}
	for _, n := range im.nodes {
		for _, c := range n.covered {
			gone[c] = true
		}
	}
	im.nodes = slices.DeleteFunc(im.nodes, func(n *node) bool { return gone[n] })
	im.countUses()
}

func (im *importer) countUses() {
	im.uses, im.takers = map[string]int{im.output: 1}, map[string][]*node{}
	for _, n := range im.nodes {
		for i, in := range n.in {
			if in == "" {
				continue
			}
			if im.uses[in]++; !slices.Contains(n.in[:i], in) {
				im.takers[in] = append(im.takers[in], n)
			}
		}
	}
}

// recognition compares the nodes before n with a pattern.
type recognition struct {
	im      *importer
	n       *node
	covered []*node
}

// maker is the node that makes a value, if it is of that operator and so many inputs take the value.
func (r *recognition) maker(name, op string, uses int) *node {
	n := r.im.producers[name]
	if n == nil || n.op != op || len(n.covered) > 0 || r.im.uses[name] != uses {
		return nil
	}
	return n
}

func (r *recognition) scalar(name string) (float64, bool) {
	if n := r.im.producers[name]; n != nil && n.op == "Constant" {
		c, err := r.im.literal(n)
		if err != nil {
			return 0, false
		}
		return c.scalar()
	}
	return r.im.constants[name].scalar()
}

// is compares with a constant that was rounded to float32, or written with six digits.
func is(v, want float64) bool { return math.Abs(v-want) <= 2e-5*math.Abs(want) }

// product are the factors of a value that Muls, and Divs by constants, make: a number and values.
func (r *recognition) product(n *node, depth int) (number float64, values []string) {
	if depth > 6 || len(n.in) != 2 {
		return 1, []string{n.out}
	}
	number = 1
	for i, in := range n.in {
		if v, ok := r.scalar(in); ok {
			if n.op == "Div" && i == 1 {
				v = 1 / v
			} else if n.op == "Div" {
				return 1, []string{n.out}
			}
			number *= v
			continue
		}
		if n.op == "Div" && i == 1 {
			return 1, []string{n.out}
		}
		before := r.maker(in, "Mul", 1)
		if before == nil {
			if before = r.maker(in, "Div", 1); before != nil && len(before.in) == 2 {
				if _, ok := r.scalar(before.in[1]); !ok {
					before = nil
				}
			}
		}
		if before == nil {
			values = append(values, in)
			continue
		}
		v, more := r.product(before, depth+1)
		if len(more) == 1 && more[0] == before.out {
			values = append(values, in)
			continue
		}
		r.covered = append(r.covered, before)
		number *= v
		values = append(values, more...)
	}
	return number, values
}

// sum is the other summand of a value x + v, with the number v.
func (r *recognition) sum(name string, v float64) (string, bool) {
	n := r.maker(name, "Add", 1)
	if n == nil || len(n.in) != 2 {
		return "", false
	}
	for i, in := range n.in {
		if got, ok := r.scalar(in); ok && is(got, v) {
			r.covered = append(r.covered, n)
			return n.in[1-i], true
		}
	}
	return "", false
}

// factors are the values of a product that n makes, or that a value is itself.
func (r *recognition) factors(name string) (float64, []string) {
	for _, op := range []string{"Mul", "Div"} {
		if n := r.maker(name, op, 1); n != nil {
			number, values := r.product(n, 0)
			r.covered = append(r.covered, n)
			return number, values
		}
	}
	return 1, []string{name}
}

// becomes puts the operator in the place of the pattern's nodes.
func (r *recognition) becomes(op, x string, settings ...*onnxproto.Attribute) {
	n := r.n
	n.op, n.in, n.covered = op, []string{x}, r.covered
	copied := *n.Node
	copied.Attributes = settings
	n.Node, n.settings = &copied, map[string]*onnxproto.Attribute{}
	for _, a := range settings {
		n.settings[a.Name] = a
	}
}
