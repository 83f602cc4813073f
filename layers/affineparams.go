package layers

import "github.com/gokfac/gokfac/graph"

// affineParams are the parameters of an affine map, of which Dense is one and a
// convolution another.
type affineParams struct{ weight, bias *graph.Param }

// Params returns the weight and, unless NoBias, the bias.
func (a *affineParams) Params() []*graph.Param {
	switch {
	case a.weight == nil:
		return nil
	case a.bias == nil:
		return []*graph.Param{a.weight}
	}
	return []*graph.Param{a.weight, a.bias}
}

// create makes the weight, in×out; a nil init means GlorotUniform.
func (a *affineParams) create(b *graph.Builder, name string, init Initializer, in, out int) (err error) {
	if init == nil {
		init = GlorotUniform
	}
	a.weight, err = newParam(b, name+".weight", init, in, out, in, out)
	return err
}

// createBias makes the bias, every element v.
func (a *affineParams) createBias(b *graph.Builder, name string, v float64, in, out int) (err error) {
	a.bias, err = newParam(b, name+".bias", Constant(v), in, out, out)
	return err
}

// nodes are the parameters in b's graph; bias is nil if there is none.
func (a *affineParams) nodes(b *graph.Builder) (weight, bias *graph.Node) {
	if a.bias != nil {
		bias = b.Param(a.bias)
	}
	return b.Param(a.weight), bias
}

// apply adds the map of x, and declares its tap.
func (a *affineParams) apply(b *graph.Builder, name string, x *graph.Node) (*graph.Node, error) {
	weight, bias := a.nodes(b)
	s, err := affineMap(b, x, weight, bias)
	if err != nil {
		return nil, err
	}
	b.Tap(name, x, s, a.weight, a.bias)
	return s, nil
}
