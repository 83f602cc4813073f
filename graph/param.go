package graph

import "gorgonia.org/tensor"

// Param is one learnable tensor. Every graph of a model reads Value's memory
// and writes Grad's, so an in-place update is seen everywhere at once.
type Param struct {
	Name  string
	Value *tensor.Dense
	Grad  *tensor.Dense // gradient of the objective h, filled by Objective.Grad and Curvature
	Group Group         // what it is trained differently in; zero: nothing
}

// NewParam returns a zero parameter.
func NewParam(name string, dtype tensor.Dtype, shape ...int) *Param {
	return &Param{Name: name, Value: NewDense(dtype, shape...), Grad: NewDense(dtype, shape...)}
}

// Size is the number of elements.
func (p *Param) Size() int { return p.Value.DataSize() }

// CountParams is the number of elements of all the parameters together.
func CountParams(ps []*Param) int {
	n := 0
	for _, p := range ps {
		n += p.Size()
	}
	return n
}
