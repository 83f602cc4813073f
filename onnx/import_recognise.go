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
	im.uses = map[string]int{im.output: 1}
	for _, n := range im.nodes {
		for _, in := range n.in {
			if in != "" && !slices.Contains(n.covered, n) {
				im.uses[in]++
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

// activation recognises x·Φ(x), its approximation by tanh, and x/(1+e⁻ˣ).
func (r *recognition) activation() {
	number, values := r.product(r.n, 0)
	if len(values) != 2 {
		return
	}
	for i, x := range values {
		other, before := values[1-i], slices.Clone(r.covered)
		switch {
		case is(number, 1) && r.sigmoid(other, x):
			r.becomes("SiLU", x)
			return
		case is(number, 0.5) && r.gelu(other, x):
			r.becomes("Gelu", x)
			return
		}
		if r.covered = slices.Clone(before); is(number, 0.5) && r.geluTanh(other, x) {
			r.becomes("Gelu", x, onnxproto.StringAttribute("approximate", "tanh"))
			return
		}
		r.covered = before
	}
}

func (r *recognition) sigmoid(name, x string) bool {
	n := r.maker(name, "Sigmoid", 1)
	if n == nil || len(n.in) != 1 || n.in[0] != x {
		return false
	}
	r.covered = append(r.covered, n)
	return true
}

// gelu is 1 + erf(x/√2).
func (r *recognition) gelu(name, x string) bool {
	inner, ok := r.sum(name, 1)
	if !ok {
		return false
	}
	n := r.maker(inner, "Erf", 1)
	if n == nil || len(n.in) != 1 {
		return false
	}
	r.covered = append(r.covered, n)
	number, values := r.factors(n.in[0])
	return is(number, math.Sqrt2/2) && len(values) == 1 && values[0] == x
}

// geluTanh is 1 + tanh(√(2/π)·(x + 0.044715·x³)).
func (r *recognition) geluTanh(name, x string) bool {
	inner, ok := r.sum(name, 1)
	if !ok {
		return false
	}
	n := r.maker(inner, "Tanh", 1)
	if n == nil || len(n.in) != 1 {
		return false
	}
	r.covered = append(r.covered, n)
	number, values := r.factors(n.in[0])
	if !is(number, math.Sqrt(2/math.Pi)) || len(values) != 1 {
		return false
	}
	add := r.maker(values[0], "Add", 1)
	if add == nil || len(add.in) != 2 || !slices.Contains(add.in, x) {
		return false
	}
	r.covered = append(r.covered, add)
	cubic := add.in[0]
	if cubic == x {
		cubic = add.in[1]
	}
	number, values = r.factors(cubic)
	if !is(number, 0.044715) {
		return false
	}
	if len(values) == 3 {
		return values[0] == x && values[1] == x && values[2] == x
	}
	if len(values) != 1 {
		return false
	}
	pow := r.maker(values[0], "Pow", 1)
	if pow == nil || len(pow.in) != 2 || pow.in[0] != x {
		return false
	}
	three, ok := r.scalar(pow.in[1])
	r.covered = append(r.covered, pow)
	return ok && three == 3
}

// normalization recognises (x − mean x)/√(mean (x − mean x)² + ε).
func (r *recognition) normalization() {
	n := r.n
	if len(n.in) != 2 {
		return
	}
	root := r.maker(n.in[1], "Sqrt", 1)
	if root == nil || len(root.in) != 1 {
		return
	}
	add := r.maker(root.in[0], "Add", 1)
	if add == nil || len(add.in) != 2 {
		return
	}
	variance, epsilon := add.in[0], add.in[1]
	eps, ok := r.scalar(epsilon)
	if !ok {
		variance, epsilon = epsilon, variance
		if eps, ok = r.scalar(epsilon); !ok {
			return
		}
	}
	mean := r.maker(variance, "ReduceMean", 1)
	if mean == nil || len(mean.in) < 1 {
		return
	}
	square := r.im.producers[mean.in[0]]
	if square == nil || r.im.uses[mean.in[0]] != 1 || len(square.in) != 2 {
		return
	}
	difference := square.in[0]
	switch two, ok := r.scalar(square.in[1]); {
	case square.op == "Pow" && ok && two == 2, square.op == "Mul" && square.in[1] == difference:
	default:
		return
	}
	inner := r.im.producers[difference]
	if inner == nil || inner.op != "Sub" || len(inner.in) != 2 {
		return
	}
	first := r.im.producers[inner.in[1]]
	if first == nil || first.op != "ReduceMean" || len(first.in) < 1 || first.in[0] != inner.in[0] {
		return
	}
	axes, ok := r.axes(mean)
	other, ok2 := r.axes(first)
	if !ok || !ok2 || !slices.Equal(axes, other) {
		return
	}
	// The difference may be computed once or twice.
	covered := []*node{root, add, mean, square, inner, first}
	above := r.im.producers[n.in[0]]
	switch uses := r.im.uses[difference]; {
	case above == inner && uses == 2+len(square.in)-1-boolean(square.op == "Pow"):
	case above != nil && above.op == "Sub" && slices.Equal(above.in, inner.in) && r.im.uses[n.in[0]] == 1 && uses == 1+boolean(square.op == "Mul"):
		covered = append(covered, above)
	default:
		return
	}
	if r.im.uses[first.out] != 1+boolean(above != inner) || r.im.uses[inner.out] == 0 {
		return // another node takes the mean
	}
	r.covered = covered
	r.becomes("Standardize", inner.in[0], onnxproto.FloatAttribute("epsilon", float32(eps)), onnxproto.IntsAttribute("axes", axes...))
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// axes are those of a mean that keeps them.
func (r *recognition) axes(n *node) ([]int64, bool) {
	if k := n.settings["keepdims"]; k != nil && k.Int == 0 {
		return nil, false
	}
	if a := n.settings["axes"]; a != nil && len(n.in) == 1 {
		return a.Ints, len(a.Ints) > 0
	}
	if len(n.in) != 2 {
		return nil, false
	}
	c := r.im.constants[n.in[1]]
	if maker := r.im.producers[n.in[1]]; maker != nil && maker.op == "Constant" {
		c, _ = r.im.literal(maker)
	}
	if c == nil {
		return nil, false
	}
	axes, err := c.integers()
	return axes, err == nil && len(axes) > 0
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
