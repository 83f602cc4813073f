package kfac_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestLaplaceLastLayer: the last layer has its own block, and the other weights are known:
// they have no variance and do not move.
func TestLaplaceLastLayer(t *testing.T) {
	n := newNet("softmax", 3, dense(4), function("tanh"), dense(3))
	theta, b := n.theta(1), n.data(2, 6)
	m := n.model(t, theta)
	x, y := b.tensors("softmax")
	whole := writtenOut(t, fitLaplace(t, kfac.LaplaceConfig{}, inBatches(m, x, y, 6)), m.Params())
	for _, structure := range []kfac.Structure{kfac.BlockDiagonal, kfac.Full} {
		l := fitLaplace(t, kfac.LaplaceConfig{LastLayer: true, Structure: structure}, inBatches(m, x, y, 6))
		assert.Equal(t, 15, l.Parameters())
		got := writtenOut(t, l, m.Params())
		want := mat.NewSymDense(n.size, nil)
		for i := 16; i < n.size; i++ {
			for j := 16; j <= i; j++ {
				want.SetSym(i, j, whole.At(i, j))
			}
		}
		if structure == kfac.Full {
			places := make([]int, 15)
			for i := range places {
				places[i] = 16 + i
			}
			f := fisherOf(singles(t, m, x, true), places)
			f.ScaleSym(6, f)
			damp(f, 1)
			inverse, _ := inverseOf(t, f)
			want.SliceSym(16, n.size).(*mat.SymDense).CopySym(inverse)
		}
		near(t, elements(want), elements(got), laplaceTolerance, structure)
		l.Sample(rand.New(rand.NewPCG(1, 1)))
		moved := flat(m.Params(), values)
		assert.Equal(t, theta[:16], moved[:16])
		for i := 16; i < n.size; i++ {
			assert.NotEqual(t, theta[i], moved[i])
		}
		l.Restore()
		assert.Equal(t, theta, flat(m.Params(), values))
	}
}

// TestLaplaceSamples: the covariance of S draws is Σ, and their mean θ*. An element of the
// covariance of normal draws has the variance (Σ_ii Σ_jj + Σ_ij²)/S; the bound is six times its
// root, which 2500 elements exceed with a probability below 10⁻⁵.
func TestLaplaceSamples(t *testing.T) {
	const draws = 4000
	for _, c := range laplaceCases(t, 5) {
		switch c.name {
		case "softmax 3-4-3", "gains", "table", "scale", "groups":
		default:
			continue
		}
		params, theta := c.m.Params(), flat(c.m.Params(), values)
		l := fitLaplace(t, kfac.LaplaceConfig{PriorPrecision: 2}, inBatches(c.m, c.x, c.y, 5))
		sigma, size := writtenOut(t, l, params), len(theta)
		mean, second := make([]float64, size), mat.NewSymDense(size, nil)
		require.NoError(t, l.EachSample(rand.New(rand.NewPCG(3, 4)), draws, func(int) error {
			d := flat(params, values)
			axpy(d, -1, theta)
			axpy(mean, 1./draws, d)
			second.SymRankOne(second, 1./draws, mat.NewVecDense(size, d))
			return nil
		}))
		assert.Equal(t, theta, flat(params, values), "restored")
		for i := range size {
			assert.InDelta(t, 0, mean[i], 6*math.Sqrt(sigma.At(i, i)/draws), "%s mean %d", c.name, i)
			for j := range i + 1 {
				bound := 6 * math.Sqrt((sigma.At(i, i)*sigma.At(j, j)+sigma.At(i, j)*sigma.At(i, j))/draws)
				assert.InDelta(t, sigma.At(i, j), second.At(i, j), bound, "%s %d %d", c.name, i, j)
			}
		}
	}
}

// TestLaplaceRestores: the mean comes back with its bits after an error and after a panic,
// and the same generator gives the same draw whatever stood there.
func TestLaplaceRestores(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 4}, layers.Tanh(), &layers.Dense{Units: 3}}, losses.SoftmaxCrossEntropy{},
			trainer.ModelConfig{Input: []int{3}, DType: dtype, Seed: 1})
		require.NoError(t, err)
		l := fitLaplace(t, kfac.LaplaceConfig{}, inBatches(m, normal(1, 6, 3), labels(0, 1, 2, 0, 1, 2), 6))
		before := flat(m.Params(), values)
		broken := errors.New("broken")
		calls := 0
		err = l.EachSample(rand.New(rand.NewPCG(1, 2)), 5, func(i int) error {
			calls++
			assert.NotEqual(t, before, flat(m.Params(), values))
			if i == 2 {
				return broken
			}
			return nil
		})
		require.ErrorIs(t, err, broken)
		assert.Equal(t, 3, calls)
		assert.Equal(t, before, flat(m.Params(), values))
		assert.Panics(t, func() {
			_ = l.EachSample(rand.New(rand.NewPCG(1, 2)), 1, func(int) error { panic("no") })
		})
		assert.Equal(t, before, flat(m.Params(), values))
		l.Sample(rand.New(rand.NewPCG(1, 2)))
		first := flat(m.Params(), values)
		l.Sample(rand.New(rand.NewPCG(1, 2)))
		assert.Equal(t, first, flat(m.Params(), values))
		l.Restore()
		l.Restore()
		assert.Equal(t, before, flat(m.Params(), values))
		draw := rand.New(rand.NewPCG(1, 2))
		assert.Zero(t, testing.AllocsPerRun(5, func() { l.Sample(draw) }))
	}
}
