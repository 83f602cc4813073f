package layers

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/moments"
)

// GroupNorm standardises groups of channels of each example (Wu & He 2018): for x of shape N×…×C it takes the mean μ and
// the biased variance σ² of each of Groups sets of C/Groups neighbouring channels, over the locations of one example, and
// gives
//
//	y = x̂∘w + b,  x̂ = (x − μ)/√(σ² + ε)
//
// in the shape of x, with the scale w (NAME.weight) and the shift b (NAME.bias), of C elements each. It is the same in
// training and in evaluation, and examples do not depend on each other. With as many groups as channels it is instance
// normalisation (Ulyanov et al. 2016), which needs several locations; with one group it is the layer normalisation of
// whole images.
type GroupNorm struct {
	Groups  int         // a divisor of C
	Epsilon float64     // ε, added to the variance; 0 means 1e-5
	Init    Initializer // of w; nil means ones
	NoScale bool        // no w
	NoShift bool        // no b
	Name    string      // of the parameters; "" means groupnorm1, groupnorm2, …

	scaleParams
}

var _ Layer = (*GroupNorm)(nil)

func (n *GroupNorm) String() string {
	return namedLayer(fmt.Sprintf("GroupNorm(%d)", n.Groups), n.Name)
}

// Build adds the standardised x. The error names the layer and the shapes if the groups do not divide the channels of x, or
// these are not those of the parameters.
func (n *GroupNorm) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if n.Name == "" {
		n.Name = b.UniqueName("groupnorm")
	}
	if n.Groups < 1 {
		return nil, fmt.Errorf("layers: %s: %d groups: want a positive number", n.Name, n.Groups)
	}
	shape := x.Shape()
	if c := shape[len(shape)-1]; c%n.Groups != 0 {
		return nil, fmt.Errorf("layers: %s: input of shape %v: %d groups do not divide its %d channels", n.Name, shape, n.Groups, c)
	}
	set := normSettings{n.Name, n.Epsilon, n.Init, n.NoScale, n.NoShift}
	if err := n.prepare(b, &set, shape); err != nil {
		return nil, err
	}
	examples, channels := shape[0], shape[len(shape)-1]
	return n.standardize(b, set, moments.Layout{
		Blocks: examples, Rows: shape.TotalSize() / examples / channels, Groups: n.Groups, Width: channels / n.Groups,
	}, x)
}
