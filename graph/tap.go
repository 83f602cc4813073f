package graph

import "gorgonia.org/tensor"

// Affine is the kind of taps on maps s = aW + b.
const Affine = ""

// Tap is the hook of one affine map s = aW + b, used once for every example
// or, as in a convolution, at T locations of each: where an optimizer or an
// observer reads the layer's input and the gradient at its output. A, G and TrueG
// point at the graph's own memory: nothing is copied, and both are valid only
// until the objective runs again.
type Tap struct {
	Name     string // the layer's
	Kind     string // Affine, or a name of a layer's own, for which K-FAC has to be given a block
	Weight   *Param // in×out
	Bias     *Param // out; nil if the map has none
	Examples int    // N

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

	a, s *Node
	b    *Builder
}

// Nodes returns the map's input a and output s.
func (t *Tap) Nodes() (a, s *Node) { return t.a, t.s }

// Pass says which targets the gradients of a set of taps come from.
type Pass int

// The passes that fill taps.
const (
	PassGrad      Pass = iota // the true targets: Objective.Grad, or Curvature with Empirical
	PassCurvature             // targets as the Fisher estimator draws them
)

func (p Pass) String() string {
	if p == PassGrad {
		return "gradient"
	}
	return "curvature"
}

// Observer is called after every pass that fills taps, with all of the
// model's taps in layer order. It must not keep their tensors.
type Observer func(pass Pass, taps []*Tap)

// Locations is T, the number of rows of A and G that belong to one example.
func (t *Tap) Locations() int { return t.s.Shape()[0] / t.Examples }
