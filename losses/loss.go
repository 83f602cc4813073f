package losses

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/elementwise"
)

// Loss is a cost with a predictive distribution p(y|z).
type Loss interface {
	// TargetShape is the shape of the targets for outputs of shape out.
	TargetShape(out tensor.Shape) (tensor.Shape, error)
	// Validate returns an error that names the first of the targets, a float
	// tensor, that the loss cannot take for outputs of C units.
	Validate(y *tensor.Dense, outputs int) error
	// Build adds the cost, of shape (1): the mean over examples.
	Build(b *graph.Builder, z, y *graph.Node) (*graph.Node, error)
	// Mean adds the mean of p(y|z), N×C.
	Mean(b *graph.Builder, z *graph.Node) (*graph.Node, error)
	// Sample adds targets drawn from p(y|z), in the targets' shape. Each run
	// draws anew from the graph's sample stream.
	Sample(b *graph.Builder, z *graph.Node) (*graph.Node, error)
	// Factor adds column *column of B/N for every example, N×C, where
	// BBᵀ = H_L has C columns: the outputs' cotangents whose outer products
	// sum to H_L.
	Factor(b *graph.Builder, z *graph.Node, column *int) (*graph.Node, error)
}

// meanKey shares a loss's Mean among the nodes that need it.
type meanKey struct {
	loss Loss
	z    *graph.Node
}

func checkOutputs(name string, out tensor.Shape) error {
	if out.Dims() != 2 {
		return fmt.Errorf("losses: %s: outputs of shape %v: want a matrix N×units", name, out)
	}
	return nil
}

// lossOp adds a cost of shape (1), whose gradient with respect to its first
// input is what grad builds.
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
	return b.Apply(op, in...)
}

// residual adds (mean − y)·seed/N, the gradient that the Gaussian and the
// Bernoulli cost share.
func residual(b *graph.Builder, mean, y, seed *graph.Node) (*graph.Node, error) {
	n := mean.Shape()[0]
	return b.Apply(graph.Op{
		Name:  "residual",
		Shape: mean.Shape().Clone(),
		F32:   scaledDifference[float32](n),
		F64:   scaledDifference[float64](n),
	}, mean, y, seed)
}

func scaledDifference[T graph.Float](n int) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		elementwise.Residual(out, in[0], in[1], in[2][0]/T(n))
	}
}

// all reports whether f32, or f64, holds for the elements of a float tensor. Targets as large as an autoencoder's are
// checked in every step, so the loss's own loop clears a good batch, and firstBad's call for every element, four times as
// slow, is left for the bad one.
func all(t *tensor.Dense, f32 func([]float32) bool, f64 func([]float64) bool) bool {
	if t.Dtype() == graph.Float32 {
		return f32(t.Float32s())
	}
	return f64(t.Float64s())
}

// firstBad is the index and value of the first element of a float tensor
// that fails ok, or -1.
func firstBad(t *tensor.Dense, ok func(v float64) bool) (int, float64) {
	if t.Dtype() == graph.Float32 {
		return scan(t.Float32s(), ok)
	}
	return scan(t.Float64s(), ok)
}

func scan[T graph.Float](x []T, ok func(v float64) bool) (int, float64) {
	for i, v := range x {
		if !ok(float64(v)) {
			return i, float64(v)
		}
	}
	return -1, 0
}
