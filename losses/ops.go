package losses

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/elementwise"
	"github.com/gokfac/gokfac/internal/vector"
)

func checkOutputs(name string, out tensor.Shape) error {
	if out.Dims() != 2 {
		return fmt.Errorf("losses: %s: outputs of shape %v: want a matrix N×units", name, out)
	}
	return nil
}

// lossOp adds a cost of shape (1), whose gradient with respect to its first
// input is what grad builds. The targets are constants.
func lossOp(b *graph.Builder, op graph.Op, grad func(d *graph.Diff) (*graph.Node, error), in ...*graph.Node) (*graph.Node, error) {
	op.Shape = tensor.Shape{1}
	op.Diff = func(d *graph.Diff) ([]*graph.Node, error) {
		grads := make([]*graph.Node, len(d.In))
		if !d.Need[0] {
			return grads, nil
		}
		var err error
		grads[0], err = grad(d)
		return grads, err
	}
	op.Tangent = func(t *graph.Tangent) (*graph.Node, error) {
		if t.Dot[0] == nil {
			return nil, nil
		}
		one, err := t.Once(oneKey{}, func() (*graph.Node, error) { return t.Ones(1), nil })
		if err != nil {
			return nil, err
		}
		g, err := grad(&graph.Diff{Builder: t.Builder, In: t.In, Out: t.Out, Grad: one, Need: []bool{true, false}})
		if err != nil {
			return nil, err
		}
		return innerProduct(t.Builder, g, t.Dot[0])
	}
	return b.Apply(op, in...)
}

type oneKey struct{}

// innerProduct adds ⟨x, y⟩, of shape (1).
func innerProduct(b *graph.Builder, x, y *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name:    "inner-product",
		Shape:   tensor.Shape{1},
		F32:     dot[float32],
		F64:     dot[float64],
		Tangent: graph.Bilinear(innerProduct),
	}, x, y)
}

func dot[T graph.Float](out []T, in [][]T) { out[0] = T(vector.Dot(in[0], in[1])) }

// residual adds (mean − y)·seed/N, the gradient that the Gaussian and the
// Bernoulli cost share.
func residual(b *graph.Builder, mean, y, seed *graph.Node) (*graph.Node, error) {
	n := mean.Shape()[0]
	return b.Apply(graph.Op{
		Name:    "residual",
		Shape:   mean.Shape().Clone(),
		F32:     scaledDifference[float32](n),
		F64:     scaledDifference[float64](n),
		Tangent: residualTangent(residual),
	}, mean, y, seed)
}

// residualTangent is the tangent of a gradient (mean − y)·seed/N, which again
// builds. The targets are constants.
func residualTangent(again func(b *graph.Builder, mean, y, seed *graph.Node) (*graph.Node, error)) func(t *graph.Tangent) (*graph.Node, error) {
	return func(t *graph.Tangent) (*graph.Node, error) {
		var moved, scaled *graph.Node
		var err error
		if t.Dot[0] != nil {
			if moved, err = scale(t.Builder, t.Dot[0], t.In[2]); err != nil {
				return nil, err
			}
		}
		if t.Dot[2] != nil {
			if scaled, err = again(t.Builder, t.In[0], t.In[1], t.Dot[2]); err != nil {
				return nil, err
			}
		}
		return t.Total(moved, scaled)
	}
}

// scale adds x·seed/N, x N×C.
func scale(b *graph.Builder, x, seed *graph.Node) (*graph.Node, error) {
	n := x.Shape()[0]
	return b.Apply(graph.Op{
		Name:    "scale",
		Shape:   x.Shape().Clone(),
		F32:     scaleBy[float32](n),
		F64:     scaleBy[float64](n),
		Tangent: graph.Bilinear(scale),
	}, x, seed)
}

func scaleBy[T graph.Float](n int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		c := in[1][0] / T(n)
		for i, x := range in[0] {
			out[i] = x * c
		}
	}
}

func scaledDifference[T graph.Float](n int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		elementwise.Residual(out, in[0], in[1], in[2][0]/T(n))
	}
}
