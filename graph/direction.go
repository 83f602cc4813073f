package graph

import (
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/internal/vector"
)

// Direction is a point or a displacement in the space of parameters: one
// tensor for each, in the parameters' order and of their shapes and type.
// Operations on two of them expect both to be of the same parameters.
type Direction []*tensor.Dense

// NewDirection returns the zero direction of the space of params.
func NewDirection(params []*Param) Direction {
	d := make(Direction, len(params))
	for i, p := range params {
		d[i] = NewDense(p.Value.Dtype(), p.Value.Shape()...)
	}
	return d
}

// Values is θ: the parameters' own memory, not a copy.
func Values(params []*Param) Direction {
	d := make(Direction, len(params))
	for i, p := range params {
		d[i] = p.Value
	}
	return d
}

// Gradients is ∇h: the memory of the parameters' gradients, not a copy.
func Gradients(params []*Param) Direction {
	d := make(Direction, len(params))
	for i, p := range params {
		d[i] = p.Grad
	}
	return d
}

// Dot is ⟨d, e⟩, summed in float64.
func (d Direction) Dot(e Direction) float64 {
	var sum float64
	for i, x := range d {
		if x.Dtype() == Float32 {
			sum += vector.Dot(x.Float32s(), e[i].Float32s())
		} else {
			sum += vector.Dot(x.Float64s(), e[i].Float64s())
		}
	}
	return sum
}

// Copy makes d equal to e.
func (d Direction) Copy(e Direction) {
	for i, x := range d {
		if x.Dtype() == Float32 {
			vector.Copy(x.Float32s(), e[i].Float32s())
		} else {
			vector.Copy(x.Float64s(), e[i].Float64s())
		}
	}
}

// Scale makes d c·d.
func (d Direction) Scale(c float64) {
	for _, x := range d {
		if x.Dtype() == Float32 {
			vector.Scale(x.Float32s(), float32(c))
		} else {
			vector.Scale(x.Float64s(), c)
		}
	}
}

// AddScaled makes d d + c·e.
func (d Direction) AddScaled(c float64, e Direction) {
	for i, x := range d {
		if x.Dtype() == Float32 {
			vector.AddScaled(x.Float32s(), float32(c), e[i].Float32s())
		} else {
			vector.AddScaled(x.Float64s(), c, e[i].Float64s())
		}
	}
}

// Combine makes d a·d + b·e.
func (d Direction) Combine(a, b float64, e Direction) {
	for i, x := range d {
		if x.Dtype() == Float32 {
			vector.Combine(x.Float32s(), float32(a), float32(b), e[i].Float32s())
		} else {
			vector.Combine(x.Float64s(), a, b, e[i].Float64s())
		}
	}
}

// Finite reports whether no element is NaN or infinite.
func (d Direction) Finite() bool {
	for _, x := range d {
		var ok bool
		if x.Dtype() == Float32 {
			ok = vector.Finite(x.Float32s())
		} else {
			ok = vector.Finite(x.Float64s())
		}
		if !ok {
			return false
		}
	}
	return true
}
