package kfac_test

import (
	"fmt"
	"math"
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

// TestTinyFullBatch: four examples that are all there are need no damping of a
// noisy sample.
func TestTinyFullBatch(t *testing.T) {
	x := tensor.New(tensor.WithShape(4, 2), tensor.WithBacking([]float64{0, 0, 0, 1, 1, 0, 1, 1}))
	for _, structure := range kfac.Structures() {
		for seed := range uint64(3) {
			m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 8}, layers.Tanh(), &layers.Dense{Units: 2}},
				losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{2}, DType: graph.Float64, Seed: seed})
			require.NoError(t, err)
			o := newOptimizer(t, kfac.Config{Structure: structure})
			loss := math.Inf(1)
			steps := 0
			for ; steps < 400 && loss >= 0.01; steps++ {
				loss = step(t, m, o, x, labels(0, 1, 1, 0))
			}
			t.Log(structure, seed, steps, loss)
			assert.Less(t, loss, 0.01, "%s, seed %d: %+v", structure, seed, o.Stats())
		}
	}
}

// overflowing has products that are not finite, as where float32 activations
// overflow when they are squared.
type overflowing struct {
	trainer.MiniBatch
	value float64
}

func (v overflowing) Products(n int, dirs ...graph.Direction) (*mat.SymDense, error) {
	f, err := v.MiniBatch.Products(n, dirs...)
	if err == nil {
		f.SetSym(0, 0, v.value)
	}
	return f, err
}

// TestOverflowingProducts: curvature that is not finite is refused as such, at
// the first step and later, with λ given or not; then a good mini-batch trains.
// The floor of λ falls once: the sixth step finds its mini-batch to be that of the
// fifth, by its loss, which is finite.
func TestOverflowingProducts(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	b := n.data(2, 20)
	for _, structure := range kfac.Structures() {
		for _, damping := range []float64{0, 0.1} {
			for _, value := range []float64{math.NaN(), math.Inf(1)} {
				t.Run(fmt.Sprintf("%s λ=%g %g", structure, damping, value), func(t *testing.T) {
					m, o := n.model(t, n.theta(1)), newOptimizer(t, kfac.Config{Structure: structure, Damping: damping, ProductUpdateSteps: 1})
					var first, last float64
					for k := range 12 {
						before, least := flat(m.Params(), values), o.Stats().LeastDamping
						_, err := o.Step(overflowing{n.batch(t, m, b), value})
						var nonFinite *graph.NonFiniteError
						require.ErrorAs(t, err, &nonFinite, "step %d", k)
						assert.True(t, nonFinite.Curvature)
						assert.ErrorContains(t, err, "but its curvature is not finite")
						assert.Equal(t, before, flat(m.Params(), values))
						if k == 5 {
							assert.Less(t, o.Stats().LeastDamping, 1e-12*least)
						} else {
							assert.Equal(t, least, o.Stats().LeastDamping)
						}
						last, err = o.Step(n.batch(t, m, b))
						require.NoError(t, err)
						if k == 0 {
							first = last
						}
					}
					assert.Less(t, last, 0.9*first)
				})
			}
		}
	}
}
