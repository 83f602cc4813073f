package layers

import (
	"fmt"
	"math/rand/v2"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/columns"
)

// Recurrent is a tanh layer over time (Elman 1990), unrolled over the T times of a
// sequence, with one weight and one bias for all of them:
//
//	h_t = tanh([x_t, h_{t−1}]·W + b), t = 1 … T, h_0 = 0
//
// The input is N×T×in, or N×T, one number at each time. The output is the last state h_T,
// N×Units, or with Sequences all states, N×T×Units. W is (in+Units)×Units: the rows of
// x_t first, then those of h_{t−1}.
//
// Its tap is that of an affine map at T locations of each example: A holds the rows
// [x_t, h_{t−1}], N·T×(in+Units), and G the gradients at what tanh is applied to. What
// K-FAC does for locations of a convolution it does for times.
type Recurrent struct {
	Units         int
	Sequences     bool        // all states, not the last one alone
	Init          Initializer // of the rows of x_t, in×Units; nil means GlorotUniform
	RecurrentInit Initializer // of the rows of h_{t−1}, Units×Units; nil means Orthogonal(1): at first a state neither grows nor fades by it (Saxe et al. 2014)
	BiasInit      float64     // of every element of b
	NoBias        bool
	Name          string // of the parameters; "" means recurrent1, recurrent2, …

	affineParams
}

var _ Layer = (*Recurrent)(nil)

func (r *Recurrent) String() string {
	s := fmt.Sprintf("Recurrent(%d", r.Units)
	if r.Sequences {
		s += ", sequences"
	}
	if r.Name == "" {
		return s + ")"
	}
	return s + ") " + r.Name
}

// Build adds the layer for the T of x's shape. Graphs of other lengths share the
// parameters.
func (r *Recurrent) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	if r.Name == "" {
		r.Name = b.UniqueName("recurrent")
	}
	shape := x.Shape()
	if d := shape.Dims(); d != 2 && d != 3 || shape[0]%b.Batch != 0 {
		return nil, fmt.Errorf("layers: %s: input of shape %v: want sequences N×T×features, or N×T, of the %d examples of the batch", r.Name, shape, b.Batch)
	}
	s := &sequences{examples: shape[0], times: shape[1], in: 1, units: r.Units}
	if shape.Dims() == 3 {
		s.in = shape[2]
	}
	if err := r.prepare(b, x, s); err != nil {
		return nil, err
	}
	rows, err := b.Reshape(x, s.examples*s.times, s.in)
	if err != nil {
		return nil, err
	}
	states, err := r.states(b, rows, s)
	if err != nil {
		return nil, err
	}
	if r.Sequences {
		return b.Reshape(states, s.examples, s.times, s.units)
	}
	return columns.Pieces(b, states, (s.times-1)*s.units, s.units, s.times*s.units, []int{s.examples, s.units})
}

// states adds the states at all times, N·T×Units, and the tap. The input's part of the
// affine map is one product over all times. The gradient at its output is the one at the
// map's output, since what the scan adds to it is added with factor 1.
func (r *Recurrent) states(b *graph.Builder, rows *graph.Node, s *sequences) (*graph.Node, error) {
	weight, ofInput := b.Param(r.weight), s.in*s.units
	size := ofInput + s.units*s.units
	inputWeight, err := columns.Pieces(b, weight, 0, ofInput, size, []int{s.in, s.units})
	if err != nil {
		return nil, err
	}
	stateWeight, err := columns.Pieces(b, weight, ofInput, s.units*s.units, size, []int{s.units, s.units})
	if err != nil {
		return nil, err
	}
	var bias *graph.Node
	if r.bias != nil {
		bias = b.Param(r.bias)
	}
	drive, err := affineMap(b, rows, inputWeight, bias)
	if err != nil {
		return nil, err
	}
	states, err := scan(b, drive, stateWeight, s)
	if err != nil {
		return nil, err
	}
	a, err := besidePrevious(b, rows, states, s)
	if err != nil {
		return nil, err
	}
	b.Tap(r.Name, a, drive, r.weight, r.bias).Aside = true
	return states, nil
}

// prepare checks the settings and the input and, the first time, makes the parameters.
func (r *Recurrent) prepare(b *graph.Builder, x *graph.Node, s *sequences) error {
	if r.Units <= 0 {
		return fmt.Errorf("layers: %s: %d units: want a positive number", r.Name, r.Units)
	}
	if r.Units > mostElements || !fits([]int{s.in + r.Units, r.Units}) {
		return fmt.Errorf("layers: %s: input of shape %v: %d units are too many", r.Name, x.Shape(), r.Units)
	}
	in := s.in + r.Units
	if r.weight == nil {
		if err := r.create(b, r.Name, r.initializer(s.in), in, r.Units); err != nil {
			return err
		}
		if !r.NoBias {
			if err := r.createBias(b, r.Name, r.BiasInit, in, r.Units); err != nil {
				return err
			}
		}
	}
	if w := r.weight.Value; w.Shape()[0] != in || w.Shape()[1] != r.Units || w.Dtype() != b.DType {
		return fmt.Errorf("layers: %s: input of shape %v (%v) has %d features for %d units: the weights are %v (%v)",
			r.Name, x.Shape(), b.DType, s.in, r.Units, w.Shape(), w.Dtype())
	}
	return nil
}

// initializer fills the rows of x_t, then those of h_{t−1}.
func (r *Recurrent) initializer(in int) Initializer {
	first, second := r.Init, r.RecurrentInit
	if first == nil {
		first = GlorotUniform
	}
	if second == nil {
		second = Orthogonal(1)
	}
	return func(random *rand.Rand, _, units int, w []float64) {
		first(random, in, units, w[:in*units])
		second(random, units, units, w[in*units:])
	}
}
