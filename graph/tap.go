package graph

import (
	"fmt"

	"gorgonia.org/tensor"
)

// The kinds of taps that package kfac has blocks for. A layer's own kind is another
// name, for which K-FAC has to be given a block.
const (
	// Affine is a map s = aW + b.
	Affine = ""
	// Scale is a factor and a summand for each of C features, s = a∘w + b: A and G are
	// N·T×C, Weight and Bias have C elements. Bias may be nil.
	Scale = "scale"
	// Shift is a summand for each of C features, s = a + b. Weight is b, of C elements, and
	// Bias is nil. G is N·T×C; nobody reads A.
	Shift = "shift"
	// Embedding is a table of V rows, s = W[a]: A is N·T×1 and holds numbers of rows, G is
	// N·T×D, Weight V×D. Bias is nil.
	Embedding = "embedding"
)

// Tap is the hook of one affine map s = aW + b, used once for every example
// or, as in a convolution, at T locations of each: where an optimizer or an
// observer reads the layer's input and the gradient at its output. A, G and TrueG
// point at the graph's own memory: nothing is copied, and both are valid only
// until the objective runs again.
//
// Several maps may stand side by side, as in a grouped convolution: of k groups the i-th
// maps columns i·in … of A to columns i·out … of G, with rows i·in … of the weight
// (k·in×out) and elements i·out … of the bias.
type Tap struct {
	Name     string // the layer's
	Kind     string // what the map is: Affine, Scale, …
	Weight   *Param // in×out; of several groups k·in×out
	Bias     *Param // out; of several groups k·out; nil if the map has none
	Examples int    // N
	Groups   int    // k; 0 stands for 1

	// Aside says that a is not on the way to the loss: it is made for those who read A, and
	// only where somebody does. After a pass of gradients alone A is then nil, if the model
	// has no observer. A convolution's windows are such inputs.
	Aside bool

	// A holds the input activations, N·T×in, the T rows of an example together.
	A *tensor.Dense
	// G holds the gradient of the mean loss with respect to s, N·T×out.
	// A row is 1/N of its example's own gradient: for T = 1 an average of
	// outer products of per-example gradients is N·ΣGᵀG.
	G *tensor.Dense
	// TrueG is G from the true targets, whichever pass filled G last: the
	// weight's part of Param.Grad is āᵀ·TrueG, unless the layer uses its weight
	// elsewhere too.
	TrueG *tensor.Dense

	// Previous is for a tap made by NewTap: the tap whose output, through elementwise
	// functions alone, is this one's input; nil: none, or something else feeds it, too.
	// Structure BlockTridiagonal couples the two. A Builder's taps know it themselves.
	Previous *Tap

	a, s *Node
	b    *Builder
}

// NewTap is a tap on memory of the caller's own, for an objective that is not of this
// package's graphs: a, N·T×in, holds the inputs of an affine map and g, N·T×out, the
// gradients of the mean loss at its outputs, both filled anew before each call of a
// visit function. bias may be nil. G and TrueG are g; an objective that keeps the
// gradients from the true targets apart sets TrueG.
func NewTap(name string, weight, bias *Param, examples int, a, g *tensor.Dense) (*Tap, error) {
	refuse := func(format string, args ...any) (*Tap, error) {
		return nil, fmt.Errorf("graph: tap %s: "+format, append([]any{name}, args...)...)
	}
	if weight == nil || a == nil || g == nil {
		return refuse("weight, inputs and gradients are needed")
	}
	in, out, w := a.Shape(), g.Shape(), weight.Value.Shape()
	switch {
	case in.Dims() != 2 || out.Dims() != 2 || w.Dims() != 2 || w[0] != in[1] || w[1] != out[1]:
		return refuse("inputs of shape %v and gradients of shape %v with a weight of shape %v: want N·T×in, N·T×out and in×out", in, out, w)
	case in[0] != out[0] || examples <= 0 || in[0]%examples != 0:
		return refuse("%d rows of inputs and %d of gradients for %d examples: want the same multiple", in[0], out[0], examples)
	case bias != nil && bias.Size() != out[1]:
		return refuse("a bias of shape %v for %d outputs", bias.Value.Shape(), out[1])
	case a.Dtype() != weight.Value.Dtype() || g.Dtype() != a.Dtype() || CheckDType(a.Dtype()) != nil:
		return refuse("inputs of %v and gradients of %v with a weight of %v: want one of float32 and float64 for all", a.Dtype(), g.Dtype(), weight.Value.Dtype())
	}
	return &Tap{Name: name, Weight: weight, Bias: bias, Examples: examples, A: a, G: g, TrueG: g}, nil
}

// Nodes returns the map's input a and output s in a Builder's graph; nil of a tap made
// by NewTap.
func (t *Tap) Nodes() (a, s *Node) { return t.a, t.s }

// Locations is T, the number of rows of A and G that belong to one example.
func (t *Tap) Locations() int {
	if t.s == nil {
		return t.A.Shape()[0] / t.Examples
	}
	return t.s.Shape()[0] / t.Examples
}
