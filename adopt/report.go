package adopt

import (
	"fmt"
	"strings"
)

// Match says what was made of a learnable.
type Match struct {
	Learnable string
	Map       string // the affine map that it is the weight or the bias of; "": of none
	Reason    string // of none, and so its Fisher matrix is approximated by its diagonal
}

// Matches lists the learnables, in their order.
func (g *Graph) Matches() []Match {
	list := make([]Match, len(g.learnables))
	for i, l := range g.learnables {
		list[i] = Match{Learnable: l.param.Name, Reason: l.why}
		if l.tap != nil {
			list[i].Map = l.tap.String()
		}
	}
	return list
}

// Scale is c: the cost is c times h, and c is 1 where the cost is no multiple of h.
func (g *Graph) Scale() float64 { return g.scale }

// Report says in lines of text what was matched, what was not, and why.
func (g *Graph) Report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d examples of input %v, %v\n", g.examples, g.x, g.dtype)
	for _, h := range g.heads {
		fmt.Fprintf(&b, "output %v: %d units, %v", h.given, h.units, h.loss)
		switch {
		case h.found:
			fmt.Fprintf(&b, ", found: the cost is %.6g times its mean negative log-likelihood", h.scale)
		case h.scale != 0:
			fmt.Fprintf(&b, ": the cost is %.6g times its mean negative log-likelihood", h.scale)
		case h.instead != nil:
			fmt.Fprintf(&b, ": the cost is another one, %.6g times the mean negative log-likelihood of %v", h.instead.scale, h.instead.loss)
		default:
			b.WriteString(": the cost is something else, taken as it is")
		}
		b.WriteByte('\n')
		if h.given.kind == "softmaxOp" && strings.Contains(h.given.text, "true") {
			b.WriteString("  its Value after a run is the logarithms of the probabilities: gorgonia's Log turns the SoftMax itself into a LogSoftMax\n")
		}
	}
	if g.scaleGiven {
		fmt.Fprintf(&b, "gradients are divided by %.6g, as Config.Scale says\n", g.scale)
	}
	if fixed := g.fixedInputs(); len(fixed) > 0 {
		fmt.Fprintf(&b, "inputs that are neither learned nor hold examples: %s\n", strings.Join(fixed, ", "))
	}
	width := 0
	for _, l := range g.learnables {
		width = max(width, len(l.param.Name))
	}
	for _, m := range g.Matches() {
		if m.Map != "" {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, m.Learnable, m.Map)
		} else {
			fmt.Fprintf(&b, "  %-*s  no map, diagonal of the Fisher matrix: %s\n", width, m.Learnable, m.Reason)
		}
	}
	if n := g.reading.dropout(); n != nil {
		fmt.Fprintf(&b, "%v: no solver for gorgonia's machine, whose gradient of it is wrong: train by Graph.Batch\n", n)
	}
	if g.coupled != nil {
		fmt.Fprintf(&b, "examples depend on each other from %v on: their curvature is taken as if they did not\n", g.coupled)
	}
	return b.String()
}

// fixedInputs are the names of inputs without examples: constants of a step, or learnables that were forgotten.
func (g *Graph) fixedInputs() (names []string) {
	for _, n := range g.others {
		if n.where.axis < 0 {
			names = append(names, n.Name())
		}
	}
	return names
}
