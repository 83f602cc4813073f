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

	weight, bias *graph.Param
}

var _ Layer = (*Dense)(nil)

func (d *Dense) String() string {
	if d.Name == "" {
		return fmt.Sprintf("Dense(%d)", d.Units)
	}
	return fmt.Sprintf("Dense(%d) %s", d.Units, d.Name)
}

// Params returns W and, unless NoBias, b.
func (d *Dense) Params() []*graph.Param {
	switch {
	case d.weight == nil:
		return nil
	case d.bias == nil:
		return []*graph.Param{d.weight}
	}
	return []*graph.Param{d.weight, d.bias}
}

// Build adds xW + b.
func (d *Dense) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if err := d.prepare(b, x); err != nil {
		return nil, err
	}
	var bias *graph.Node
	if d.bias != nil {
		bias = b.Param(d.bias)
	}
	s, err := affineMap(b, x, b.Param(d.weight), bias)
	if err != nil {
		return nil, err
	}
	b.Tap(d.Name, x, s, d.weight, d.bias)
	return s, nil
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
		init := d.Init
		if init == nil {
			init = GlorotUniform
		}
		d.weight = newParam(b, d.Name+".weight", init, in, d.Units, in, d.Units)
		if !d.NoBias {
			d.bias = newParam(b, d.Name+".bias", Constant(d.BiasInit), in, d.Units, d.Units)
		}
	}
	if w := d.weight.Value; w.Shape()[0] != in || w.Dtype() != b.DType {
		return fmt.Errorf("layers: %s: input of shape %v (%v): the weights are %v (%v)", d.Name, x.Shape(), b.DType, w.Shape(), w.Dtype())
	}
	return nil
}
