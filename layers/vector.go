package layers

import (
	"fmt"

	"github.com/gokfac/gokfac/graph"
)

// Vector makes one learned vector of Units elements for every example, N×Units, whatever its input N×… is. Beside
// another layer it gives a network outputs that do not depend on the input, such as the log σ of a Gaussian
// (losses.DiagonalGaussian):
//
//	&layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 2}, &layers.Vector{Units: 2}}} // [μ(x), log σ]
//
// It declares a tap of kind [graph.Shift], so that K-FAC has the whole block of the vector: Units×Units, exact.
type Vector struct {
	Units int
	Init  Initializer // nil means zeros
	Name  string      // of the parameter; "" means vector1, vector2, …

	value *graph.Param
}

var _ Layer = (*Vector)(nil)

func (v *Vector) String() string { return namedLayer(fmt.Sprintf("Vector(%d)", v.Units), v.Name) }

// Params returns the vector.
func (v *Vector) Params() []*graph.Param {
	if v.value == nil {
		return nil
	}
	return []*graph.Param{v.value}
}

// Build adds the vector as the N rows of a matrix.
func (v *Vector) Build(b *graph.Builder, _ *graph.Node) (*graph.Node, error) {
	if v.Name == "" {
		v.Name = b.UniqueName("vector")
	}
	if v.Units <= 0 || !fits([]int{v.Units}) {
		return nil, fmt.Errorf("layers: %s: %d units: want a positive number that memory has room for", v.Name, v.Units)
	}
	if v.value == nil {
		init := v.Init
		if init == nil {
			init = Constant(0)
		}
		var err error
		if v.value, err = newParam(b, v.Name+".value", init, v.Units, v.Units, v.Units); err != nil {
			return nil, err
		}
	}
	if p := v.value.Value; p.DataSize() != v.Units || p.Dtype() != b.DType {
		return nil, fmt.Errorf("layers: %s: %d units (%v): the parameter is of %d (%v)", v.Name, v.Units, b.DType, p.DataSize(), p.Dtype())
	}
	y, err := rows(b, b.Param(v.value), b.Batch)
	if err != nil {
		return nil, err
	}
	b.Tap(v.Name, y, y, v.value, nil).Kind = graph.Shift // nobody reads a shift's input
	return y, nil
}

type vectorSettings struct {
	Units int    `json:"units"`
	Name  string `json:"name"`
}

// vectorKind describes a Vector to files.
func vectorKind() Kind {
	return NewKind("vector",
		func(v *Vector) vectorSettings { return vectorSettings{v.Units, v.Name} },
		func(s vectorSettings) (*Vector, error) { return &Vector{Units: s.Units, Name: s.Name}, nil }) // Build checks them
}
