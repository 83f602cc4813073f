package trainer_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// A mini-batch of 512 for 784-512-512-10: one call of an objective each, over
// two directions.
func BenchmarkObjective(b *testing.B) {
	const n = 512
	loss := losses.SoftmaxCrossEntropy{}
	net := layers.Sequential{&layers.Dense{Units: 512}, layers.ReLU(), &layers.Dense{Units: 512}, layers.ReLU(), &layers.Dense{Units: 10}}
	m, err := trainer.NewModel(net, loss, trainer.ModelConfig{Input: []int{784}})
	require.NoError(b, err)
	r := rand.New(rand.NewPCG(1, 1))
	x, y := randomBatch(r, loss, n, 784, 10)
	obj, err := m.Batch(x, y)
	require.NoError(b, err)
	dirs := []graph.Direction{randomDirection(r, m.Params()), randomDirection(r, m.Params())}
	visit := func(*graph.CurvaturePass) error { return nil }
	for _, c := range []struct {
		name string
		call func() error
	}{
		{"Loss", func() error { _, err := obj.Loss(); return err }},
		{"Grad", func() error { _, err := obj.Grad(); return err }},
		{"Curvature", func() error { _, err := obj.Curvature(graph.MC, visit); return err }},
		{"Products", func() error { _, err := obj.Products(0, dirs...); return err }},
		{"Products of a quarter", func() error { _, err := obj.Products(n/4, dirs...); return err }},
	} {
		b.Run(c.name, func(b *testing.B) {
			_, err := obj.Grad()
			require.NoError(b, err)
			for b.Loop() {
				require.NoError(b, c.call())
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "examples/s")
		})
	}
}
