package kfac

import (
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/blas"
	"github.com/gokfac/gokfac/internal/vector"
)

// multiply computes the gradients āᵀg from the true gradients at the outputs. It compares them
// with those of Gradients if there are any.
func (m *ByHandMap[T]) multiply(rows int) error {
	g := m.truth.reserve(rows * m.Out)
	vector.Scale(g, m.net.mean())
	if m.given {
		return m.compare(g, "True")
	}
	w, b := m.implied(g)
	copy(graph.Data[T](m.weight.param.Grad), w)
	if m.Bias != nil {
		copy(graph.Data[T](m.bias.param.Grad), b)
	}
	return nil
}

// implied is āᵀg for gradients g of the mean loss at the outputs, with the penalty's gradient:
// that of the weight, in×out, and that of the bias.
func (m *ByHandMap[T]) implied(g []T) (w, b []T) {
	rows := len(g) / m.Out
	m.product = resize(m.product, (m.In+1)*m.Out)
	w, b = m.product[:m.In*m.Out], m.product[m.In*m.Out:]
	blas.Gemm(true, false, m.In, m.Out, rows, 1, m.inputs.reserve(rows*m.In), m.In, g, m.Out, 0, w, m.Out)
	vector.ColumnSums(b, g)
	if eta := T(m.net.cfg.L2); eta > 0 {
		m.weight.read()
		vector.AddScaled(w, eta, graph.Data[T](m.weight.param.Value))
		if m.Bias != nil {
			vector.AddScaled(b, eta, m.Bias)
		}
	}
	return w, b
}

// rounding bounds the square of the error that sums over examples may have, which cancel near a
// minimum: n·ε·‖ā‖‖g‖ for n rows.
func (m *ByHandMap[T]) rounding(g []T) float64 {
	n, epsilon := float64(len(g)/m.Out), math.Nextafter(1, 2)-1
	if m.weight.param.Value.Dtype() == graph.Float32 {
		epsilon = 1.0 / (1 << 23)
	}
	a := m.inputs.reserve(len(g) / m.Out * m.In)
	return n * epsilon * n * epsilon * (vector.Dot(a, a) + n) * vector.Dot(g, g)
}

// compare returns an error if the gradients that the caller gave are not those that follow
// from the gradients g of the mean loss at the outputs, up to rounding.
func (m *ByHandMap[T]) compare(g []T, call string) error {
	w, b := m.implied(g)
	given, made, both := vector.Products(graph.Data[T](m.weight.param.Grad), w)
	if m.Bias != nil {
		x, y, xy := vector.Products(graph.Data[T](m.bias.param.Grad), b)
		given, made, both = given+x, made+y, both+xy
	}
	switch {
	case given+made-2*both <= explained*max(given, made)+m.rounding(g):
		return nil
	case both*both >= (1-explained)*given*made && made > 0:
		return fmt.Errorf("kfac: map %s: Gradients are %.4g times those that follow from %s and Inputs, for %d examples: a factor 1/N is missing or is there twice, or ByHandConfig.Scale is wrong", m.Name, both/made, call, m.net.examples)
	}
	if x, y, xy := vector.Products(m.swapped(), w); x+y-2*xy <= explained*max(x, y)+m.rounding(g) {
		other := OutIn
		if m.Layout == OutIn {
			other = InOut
		}
		return fmt.Errorf("kfac: map %s: Gradients are those that follow from %s and Inputs if they are %s, and Layout is %s", m.Name, call, other, m.Layout)
	}
	return fmt.Errorf("kfac: map %s: Gradients are not those that follow from %s and Inputs: all are of one mini-batch, and %[2]s is at the outputs aW + b, before an activation", m.Name, call)
}

// swapped is the weight's given gradient, in×out, as it would be if its elements were in the other layout.
func (m *ByHandMap[T]) swapped() []T {
	given, other := graph.Data[T](m.weight.param.Grad), make([]T, m.In*m.Out)
	for i := range m.In {
		for o := range m.Out {
			if m.Layout == OutIn {
				k := i*m.Out + o
				other[k] = given[k%m.In*m.Out+k/m.In]
			} else {
				other[i*m.Out+o] = given[o*m.In+i]
			}
		}
	}
	return other
}
