package trainer_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// One product with each matrix beside one gradient: a mini-batch of 512 for 784-512-512-10, and one of 128 images
// 28×28 for a convnet with batch normalisation.
func BenchmarkMultiply(b *testing.B) {
	convnet := layers.Sequential{
		&layers.Reshape{Shape: []int{28, 28, 1}}, &layers.Conv2D{Filters: 8, Kernel: two(3), NoBias: true}, &layers.BatchNorm{}, layers.ReLU(), &layers.MaxPool2D{Window: two(2)},
		&layers.Conv2D{Filters: 16, Kernel: two(3)}, layers.ReLU(), &layers.MaxPool2D{Window: two(2)}, &layers.Flatten{}, &layers.Dense{Units: 10},
	}
	mlp := layers.Sequential{&layers.Dense{Units: 512}, layers.ReLU(), &layers.Dense{Units: 512}, layers.ReLU(), &layers.Dense{Units: 10}}
	for _, c := range []struct {
		name string
		net  layers.Layer
		n    int
	}{{"MLP", mlp, 512}, {"convnet", convnet, 128}} {
		m, err := trainer.NewModel(c.net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{784}})
		require.NoError(b, err)
		r := rand.New(rand.NewPCG(1, 1))
		x, y := randomBatch(r, losses.SoftmaxCrossEntropy{}, c.n, 784, 10)
		obj, err := m.Batch(x, y)
		require.NoError(b, err)
		by, err := graph.MatrixOf(obj)
		require.NoError(b, err)
		v, dst := randomDirection(r, m.Params()), graph.NewDirection(m.Params())
		calls := map[string]func() error{"gradient": func() error { _, err := obj.Grad(); return err }}
		names := []string{"gradient"}
		for _, matrix := range []graph.Matrix{graph.Fisher, graph.GaussNewton, graph.Hessian} {
			calls[string(matrix)] = func() error { return by.Multiply(matrix, dst, v) }
			names = append(names, string(matrix))
		}
		for _, name := range names {
			b.Run(fmt.Sprint(c.name, "/", name), func(b *testing.B) {
				_, err := obj.Grad()
				require.NoError(b, err)
				require.NoError(b, calls[name]())
				for b.Loop() {
					require.NoError(b, calls[name]())
				}
			})
		}
	}
}
