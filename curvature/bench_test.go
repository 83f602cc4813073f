package curvature_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/curvature"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// BenchmarkProduct compares a product with a gradient: an MLP 784-128-64-10 in float32, 512 examples. The forward pass
// is part of the gradient, and of the products of a mini-batch that is bound anew for each.
func BenchmarkProduct(b *testing.B) {
	const examples, in = 512, 784
	model, err := trainer.NewModel(layers.Sequential{
		&layers.Dense{Units: 128}, layers.ReLU(), &layers.Dense{Units: 64}, layers.ReLU(), &layers.Dense{Units: 10},
	}, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{in}, Seed: 1})
	require.NoError(b, err)
	x := tensor.New(tensor.WithShape(examples, in), tensor.WithBacking(normal(examples*in, 1).RawVector().Data))
	y := tensor.New(tensor.WithShape(examples), tensor.WithBacking(make([]float64, examples)))
	anew := func(yield func(graph.Objective, error) bool) {
		obj, err := model.Batch(x, y)
		yield(obj, err)
	}
	obj, err := model.Batch(x, y)
	require.NoError(b, err)
	b.Run("gradient", func(b *testing.B) {
		for b.Loop() {
			if _, err := obj.Grad(); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, m := range matrices {
		for name, batches := range map[string]curvature.Batches{"bound": curvature.One(obj), "anew": anew} {
			op, err := curvature.NewModel(batches, curvature.ModelConfig{Matrix: m})
			require.NoError(b, err)
			v, w := normal(op.SymmetricDim(), 2), mat.NewVecDense(op.SymmetricDim(), nil)
			b.Run(string(m)+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if err := curvature.Multiply(op, w, v); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
