package layers

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
)

// Dense is the affine map s = xW + b, with x N×in, W in×Units and b Units.
// It declares the tap that K-FAC reads.
type Dense struct {
	Units    int
	Init     Initializer // of W; nil means GlorotUniform
	BiasInit float64     // of every element of b
	NoBias   bool
	Name     string // of the parameters; "" means dense1, dense2, …

	affineParams
}

var _ Layer = (*Dense)(nil)

func (d *Dense) String() string {
	if d.Name == "" {
		return fmt.Sprintf("Dense(%d)", d.Units)
	}
	return fmt.Sprintf("Dense(%d) %s", d.Units, d.Name)
}

// Build adds xW + b.
func (d *Dense) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if err := d.prepare(b, x); err != nil {
		return nil, err
	}
	return d.apply(b, d.Name, x)
}

// prepare checks the input and, the first time, makes the parameters.
func (d *Dense) prepare(b *graph.Builder, x *graph.Node) error {
	if d.Name == "" {
		d.Name = b.UniqueName("dense")
	}
	if d.Units <= 0 {
		return fmt.Errorf("layers: %s: %d units: want a positive number", d.Name, d.Units)
	}
	if x.Shape().Dims() != 2 {
		return fmt.Errorf("layers: %s: input of shape %v: want a matrix N×features; put a Flatten before it", d.Name, x.Shape())
	}
	in := x.Shape()[1]
	if d.weight == nil {
		if err := d.create(b, d.Name, d.Init, in, d.Units); err != nil {
			return err
		}
		if !d.NoBias {
			if err := d.createBias(b, d.Name, d.BiasInit, in, d.Units); err != nil {
				return err
			}
		}
	}
	if w := d.weight.Value; w.Shape()[0] != in || w.Dtype() != b.DType {
		return fmt.Errorf("layers: %s: input of shape %v (%v): the weights are %v (%v)", d.Name, x.Shape(), b.DType, w.Shape(), w.Dtype())
	}
	return nil
}
