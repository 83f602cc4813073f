package layers

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/moments"
)

// LayerNorm standardises each row of channels by itself (Ba et al. 2016): for x of shape N×…×C it takes the mean μ and the
// biased variance σ² of the C elements at each place of the other axes, and gives
//
//	y = x̂∘w + b,  x̂ = (x − μ)/√(σ² + ε)
//
// in the shape of x, with the scale w (NAME.weight) and the shift b (NAME.bias), of C elements each. It is the same in
// training and in evaluation, and examples do not depend on each other.
type LayerNorm struct {
	Epsilon float64     // ε, added to the variance; 0 means 1e-5
	Init    Initializer // of w; nil means ones
	NoScale bool        // no w
	NoShift bool        // no b
	Name    string      // of the parameters; "" means layernorm1, layernorm2, …

	scaleParams
}

var _ Layer = (*LayerNorm)(nil)

func (n *LayerNorm) String() string { return namedLayer("LayerNorm", n.Name) }

// Build adds the standardised x. The error names the layer and both shapes if the channels of x are not those of the
// parameters.
func (n *LayerNorm) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if n.Name == "" {
		n.Name = b.UniqueName("layernorm")
	}
	set := normSettings{n.Name, n.Epsilon, n.Init, n.NoScale, n.NoShift}
	if err := n.prepare(b, &set, x.Shape()); err != nil {
		return nil, err
	}
	shape := x.Shape()
	channels := shape[len(shape)-1]
	return n.standardize(b, set, moments.Layout{Blocks: shape.TotalSize() / channels, Rows: 1, Groups: 1, Width: channels}, x)
}

// standardize adds x normalised by its own moments.
func (s *scaleParams) standardize(b *graph.Builder, set normSettings, layout moments.Layout, x *graph.Node) (*graph.Node, error) {
	if layout.Rows*layout.Width == 1 {
		return nil, fmt.Errorf("layers: %s: input of shape %v: one value has no variance: nothing of it would be left", set.name, x.Shape())
	}
	op := &normalization{layout, set.epsilon, false}
	m, err := op.find(b, x)
	if err != nil {
		return nil, err
	}
	return s.normalize(b, set, layout, x, m, false)
}
