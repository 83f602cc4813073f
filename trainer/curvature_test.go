package trainer_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// fishers is N·ΣGᵀG for each tap, summed over the passes of one call.
func fishers(t testing.TB, obj trainer.MiniBatch, est graph.FisherEstimator) (sums [3][]float64, passes int) {
	t.Helper()
	for l, out := range handSizes {
		sums[l] = make([]float64, out*out)
	}
	_, err := obj.Curvature(est, func(p *graph.CurvaturePass) error {
		passes++
		for l, tap := range p.Taps {
			gram(sums[l], tap.G.Float64s(), handSizes[l], float64(tap.Examples))
		}
		return nil
	})
	require.NoError(t, err)
	return sums, passes
}

// enumerated is (1/N) Σ_n Σ_c p_c g gᵀ at each layer, with g the hand-written
// gradient of −log p(c): every class, by its probability.
func enumerated(m *trainer.Model, x *tensor.Dense) (sums [3][]float64) {
	n := x.Shape()[0]
	for l, out := range handSizes {
		sums[l] = make([]float64, out*out)
	}
	for e := range n {
		a, z := handForward(m.Params(), x.Float64s()[e*handIn:(e+1)*handIn])
		p := softmaxOf(z)
		for c := range p {
			dz := append([]float64{}, p...)
			dz[c]--
			for l, g := range handBackward(m.Params(), a, dz) {
				gram(sums[l], g, handSizes[l], p[c]/float64(n))
			}
		}
	}
	return sums
}

func batch(t testing.TB, m *trainer.Model, loss losses.Loss, n int) (trainer.MiniBatch, *tensor.Dense, *tensor.Dense) {
	t.Helper()
	x, y := randomBatch(rand.New(rand.NewPCG(5, 5)), loss, n, handIn, handOut)
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	return obj, x, y
}

func TestExactFisherIsTheEnumeratedOne(t *testing.T) {
	m := handModel(t, losses.SoftmaxCrossEntropy{})
	obj, x, _ := batch(t, m, losses.SoftmaxCrossEntropy{}, 6)
	exact, passes := fishers(t, obj, graph.Exact)
	assert.Equal(t, handOut, passes, "one pass for every output unit")
	want := enumerated(m, x)
	for l := range want {
		assert.InDeltaSlice(t, want[l], exact[l], 1e-14, "layer %d", l)
	}
	empirical, passes := fishers(t, obj, graph.Empirical)
	assert.Equal(t, 1, passes)
	assert.Greater(t, math.Abs(empirical[2][0]-exact[2][0]), 1e-3, "the empirical Fisher is another matrix")
}

// The mean of S samples approaches the exact Fisher as 1/√S, of drawn targets
// and of random cotangents alike: five times the standard error, which the
// draws themselves give.
func TestSampledFisherConvergesToExact(t *testing.T) {
	for name, loss := range allLosses {
		for _, est := range []graph.FisherEstimator{graph.MC, graph.GGN} {
			t.Run(name+"/"+string(est), func(t *testing.T) { testConverges(t, loss, est) })
		}
	}
}

func testConverges(t *testing.T, loss losses.Loss, est graph.FisherEstimator) {
	const draws = 4000
	obj, _, _ := batch(t, handModel(t, loss), loss, 4)
	exact, _ := fishers(t, obj, graph.Exact)
	var mean, square [3][]float64
	for l, out := range handSizes {
		mean[l], square[l] = make([]float64, out*out), make([]float64, out*out)
	}
	for range draws {
		one, passes := fishers(t, obj, est)
		require.Equal(t, 1, passes)
		for l := range one {
			for i, v := range one[l] {
				mean[l][i] += v / draws
				square[l][i] += v * v / draws
			}
		}
	}
	for l := range mean {
		for i, v := range mean[l] {
			deviation := math.Sqrt(max(square[l][i]-v*v, 0) / draws)
			// The exact walk and a sampled one round differently where
			// every draw gives the same.
			assert.InDelta(t, exact[l][i], v, 5*deviation+1e-13, "layer %d, element %d", l, i)
		}
	}
}

// Curvature returns h and the gradient that Grad does, to the bit: the sampled
// targets do not leak into either.
func TestCurvatureHasTheTrueGradient(t *testing.T) {
	for _, est := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN, graph.Empirical} {
		t.Run(string(est), func(t *testing.T) {
			obj, _, _ := batch(t, handModel(t, losses.SoftmaxCrossEntropy{}), losses.SoftmaxCrossEntropy{}, 6)
			loss, err := obj.Grad()
			require.NoError(t, err)
			want := snapshot(obj.Params(), true)
			for _, p := range obj.Params() {
				p.Grad.Zero()
			}
			var seen []float64
			again, err := obj.Curvature(est, func(*graph.CurvaturePass) error {
				seen = snapshot(obj.Params(), true)
				return nil
			})
			require.NoError(t, err)
			assert.Equal(t, loss, again)
			assert.Equal(t, want, snapshot(obj.Params(), true))
			assert.Equal(t, want, seen, "also during the visit")
		})
	}
}

// A batch with every example twice has the same factors: G is per example.
func TestDuplicatedBatch(t *testing.T) {
	m := handModel(t, losses.SoftmaxCrossEntropy{})
	obj, x, y := batch(t, m, losses.SoftmaxCrossEntropy{}, 3)
	once, _ := fishers(t, obj, graph.Exact)
	onceInputs := inputGrams(t, obj)
	twiceX, err := x.Concat(0, x)
	require.NoError(t, err)
	twiceY, err := y.Concat(0, y)
	require.NoError(t, err)
	obj, err = m.Batch(twiceX, twiceY)
	require.NoError(t, err)
	twice, _ := fishers(t, obj, graph.Exact)
	twiceInputs := inputGrams(t, obj)
	for l := range once {
		assert.InDeltaSlice(t, once[l], twice[l], 1e-15)
		assert.InDeltaSlice(t, onceInputs[l], twiceInputs[l], 1e-14)
		assert.Greater(t, once[l][0], 1e-4, "not trivially equal")
	}
}

// inputGrams is AᵀA/N for each tap.
func inputGrams(t *testing.T, obj trainer.MiniBatch) (sums [3][]float64) {
	_, err := obj.Curvature(graph.MC, func(p *graph.CurvaturePass) error {
		for l, tap := range p.Taps {
			in := tap.A.Shape()[1]
			sums[l] = make([]float64, in*in)
			gram(sums[l], tap.A.Float64s(), in, 1/float64(tap.Examples))
		}
		return nil
	})
	require.NoError(t, err)
	return sums
}

func TestCurvatureErrors(t *testing.T) {
	obj, _, _ := batch(t, handModel(t, losses.SoftmaxCrossEntropy{}), losses.SoftmaxCrossEntropy{}, 3)
	_, err := obj.Curvature("kfra", func(*graph.CurvaturePass) error { return nil })
	assert.ErrorContains(t, err, `"kfra"`)
	refused := errors.New("refused")
	for _, est := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN, graph.Empirical} {
		passes := 0
		_, err := obj.Curvature(est, func(*graph.CurvaturePass) error { passes++; return refused })
		assert.ErrorIs(t, err, refused)
		assert.Equal(t, 1, passes, "the visit's error ends the passes")
	}
}
