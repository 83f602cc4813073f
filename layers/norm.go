package layers

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/moments"
)

// normSettings are what the normalisations have in common.
type normSettings struct {
	name             string
	epsilon          float64
	init             Initializer
	noScale, noShift bool
}

// defaultEpsilon is ε where a layer's field is 0, as in PyTorch.
const defaultEpsilon = 1e-5

// scaleParams are the factor w and the summand b of each channel; either may be missing.
type scaleParams struct{ weight, bias *graph.Param }

// Params returns the weight, unless NoScale, and the bias, unless NoShift.
func (s *scaleParams) Params() []*graph.Param {
	var ps []*graph.Param
	for _, p := range []*graph.Param{s.weight, s.bias} {
		if p != nil {
			ps = append(ps, p)
		}
	}
	return ps
}

// prepare checks the settings and the shape of an input, and makes the parameters the first time.
func (s *scaleParams) prepare(b *graph.Builder, set *normSettings, shape tensor.Shape) error {
	switch d := shape.Dims(); {
	case d < 2 || shape.TotalSize() <= 0:
		return fmt.Errorf("layers: %s: input of shape %v: want N×…×channels", set.name, shape)
	case shape[0]%b.Batch != 0:
		// A tap's rows belong to the batch's examples in equal parts.
		return fmt.Errorf("layers: %s: input of shape %v: want the %d examples of the batch on the first axis", set.name, shape, b.Batch)
	case !(set.epsilon >= 0 && set.epsilon <= math.MaxFloat32):
		return fmt.Errorf("layers: %s: epsilon %g: want a positive number, or 0 for %g", set.name, set.epsilon, defaultEpsilon)
	}
	if set.epsilon == 0 {
		set.epsilon = defaultEpsilon
	}
	if set.init == nil {
		set.init = Constant(1)
	}
	channels := shape[len(shape)-1]
	var err error
	if s.weight == nil && !set.noScale {
		if s.weight, err = newParam(b, set.name+".weight", set.init, channels, channels, channels); err != nil {
			return err
		}
	}
	if s.bias == nil && !set.noShift {
		if s.bias, err = newParam(b, set.name+".bias", Constant(0), channels, channels, channels); err != nil {
			return err
		}
	}
	for _, p := range s.Params() {
		if err := fitsChannels(b, set.name, shape, p.Name, p.Value); err != nil {
			return err
		}
	}
	return nil
}

// fitsChannels says whether v, one number for each channel, is for the channels of an input.
func fitsChannels(b *graph.Builder, layer string, shape tensor.Shape, name string, v *tensor.Dense) error {
	channels := shape[len(shape)-1]
	if v.DataSize() != channels || v.Dtype() != b.DType {
		return fmt.Errorf("layers: %s: input of shape %v (%v) has %d channels: %s is of %d (%v)", layer, shape, b.DType, channels, name, v.DataSize(), v.Dtype())
	}
	return nil
}

// normalize adds y = x̂∘w + b, in the shape of x, with the tap of it. m is the node of the moments. fixed says that
// they do not depend on x.
func (s *scaleParams) normalize(b *graph.Builder, set normSettings, layout moments.Layout, x, m *graph.Node, fixed bool) (*graph.Node, error) {
	n := &normalization{layout, set.epsilon, fixed}
	shape := x.Shape().Clone()
	if s.weight == nil && s.bias == nil {
		return n.apply(b, x, m, nil, nil, shape)
	}
	var w, bias *graph.Node
	if s.weight != nil {
		w = b.Param(s.weight)
	}
	if s.bias != nil {
		bias = b.Param(s.bias)
	}
	matrix := tensor.Shape{layout.Size() / layout.Channels(), layout.Channels()}
	y, err := n.apply(b, x, m, w, bias, matrix)
	if err != nil {
		return nil, err
	}
	standard, err := n.apply(b, x, m, nil, nil, matrix)
	if err != nil {
		return nil, err
	}
	var tap *graph.Tap
	if s.weight != nil {
		tap = b.Tap(set.name, standard, y, s.weight, s.bias)
		tap.Kind = graph.Scale
	} else {
		tap = b.Tap(set.name, standard, y, s.bias, nil)
		tap.Kind = graph.Shift
	}
	tap.Aside = true // y is computed from x, without x̂
	if shape.Eq(matrix) {
		return y, nil
	}
	return b.Reshape(y, shape...)
}
