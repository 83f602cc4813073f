package kfac_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// measured is (1/N) Σ_n ∇_n∇_nᵀ, summed over the passes that est makes, with
// the whole gradient of each example put together from the taps.
func measured(t *testing.T, n net, obj trainer.MiniBatch, est graph.FisherEstimator) *mat.SymDense {
	t.Helper()
	f := mat.NewSymDense(n.size, nil)
	_, err := obj.Curvature(est, func(p *graph.CurvaturePass) error {
		examples := p.Taps[0].Examples
		for e := range examples {
			var grad []float64
			for i, tap := range p.Taps {
				q := n.affines()[i]
				a, g := row(tap.A.Float64s(), e, q.in), row(tap.G.Float64s(), e, q.out)
				if !q.noBias {
					a = append(append([]float64{}, a...), 1)
				}
				for _, v := range a {
					for _, d := range g {
						grad = append(grad, v*d*float64(examples)) // taps hold gradients of the mean
					}
				}
			}
			f.SymRankOne(f, 1/float64(examples), vec(grad))
		}
		return nil
	})
	require.NoError(t, err)
	return f
}

// TestObjective: loss and gradient of the two implementations are the same, L2
// included.
func TestObjective(t *testing.T) {
	everyCase(t, func(t *testing.T, n net, theta []float64, b batch) {
		n.l2 = 0.3
		obj := n.batch(t, n.model(t, theta), b)
		got, err := obj.Grad()
		require.NoError(t, err)
		h, grad := n.objective(theta, b)
		assert.InEpsilon(t, h, got, 1e-12)
		near(t, grad, flat(obj.Params(), grads), 1e-12)
	})
}

// TestExactEstimator and TestEmpiricalEstimator: no draws, so every element of
// the Fisher matrix is the enumerated one.
func TestExactEstimator(t *testing.T) {
	everyCase(t, func(t *testing.T, n net, theta []float64, b batch) {
		got := measured(t, n, n.batch(t, n.model(t, theta), b), graph.Exact)
		near(t, elements(n.fisher(n.exact(theta, b))), elements(got), 1e-12)
	})
}

func TestEmpiricalEstimator(t *testing.T) {
	everyCase(t, func(t *testing.T, n net, theta []float64, b batch) {
		got := measured(t, n, n.batch(t, n.model(t, theta), b), graph.Empirical)
		near(t, elements(n.fisher(n.empirical(theta, b))), elements(got), 1e-12)
	})
}

// TestSampledEstimators: the averages of many draws are the enumerated Fisher,
// every element within five of its own standard errors.
func TestSampledEstimators(t *testing.T) {
	const draws = 1500
	for name, n := range tinyNets() {
		for _, est := range []graph.FisherEstimator{graph.MC, graph.GGN} {
			t.Run(fmt.Sprintf("%s %s", name, est), func(t *testing.T) {
				theta, b := n.theta(1), n.data(2, 3)
				want := elements(n.fisher(n.exact(theta, b)))
				obj := n.batch(t, n.model(t, theta), b)
				sum, squares := make([]float64, len(want)), make([]float64, len(want))
				for range draws {
					for i, v := range elements(measured(t, n, obj, est)) {
						sum[i] += v
						squares[i] += v * v
					}
				}
				for i, v := range want {
					mean := sum[i] / draws
					deviation := math.Sqrt(max(squares[i]/draws-mean*mean, 0))
					assert.InDelta(t, v, mean, 5*deviation/math.Sqrt(draws)+1e-12, "element %d", i)
				}
			})
		}
	}
}

// TestSamplingErrorDecays: the mean square of the error of an average of S
// draws is V/S, with the variance V of one draw enumerated.
func TestSamplingErrorDecays(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	theta, b := n.theta(1), n.data(2, 3)
	terms := n.exact(theta, b)
	fisher := n.fisher(terms)
	want := elements(fisher)
	var variance float64 // Σ_n Var(∇_n∇_nᵀ)/N², over all elements: E‖∇‖⁴ − ‖E ∇∇ᵀ‖²
	classes := len(terms) / 3
	for e := range 3 {
		own := terms[e*classes : (e+1)*classes]
		f := n.fisher(own)
		variance -= dot(elements(f), elements(f))
		for _, one := range own {
			square := dot(one.grad, one.grad)
			variance += one.p * square * square / 3 // one.p is p/N already
		}
	}
	obj := n.batch(t, n.model(t, theta), b)
	for _, c := range []struct{ draws, repeats int }{{1, 1600}, {4, 800}, {16, 200}, {64, 60}} {
		var total float64
		for range c.repeats {
			mean := make([]float64, len(want))
			for range c.draws {
				axpy(mean, 1/float64(c.draws), elements(measured(t, n, obj, graph.MC)))
			}
			axpy(mean, -1, want)
			total += dot(mean, mean)
		}
		ratio := total / float64(c.repeats) * float64(c.draws) / variance
		// The square of a sum of ten or more independent elements: its own standard deviation is below its mean.
		assert.InDelta(t, 1, ratio, 4/math.Sqrt(float64(c.repeats)), "%d draws", c.draws)
	}
}

// TestEmpiricalIsNotTheFisher: where the model interpolates the data the
// empirical Fisher vanishes, and the Fisher does not.
func TestEmpiricalIsNotTheFisher(t *testing.T) {
	n := tinyNets()["gaussian 3-4-3-2"]
	theta, b := n.theta(1), n.data(2, 5)
	for i, x := range b.xs {
		inputs := n.forward(theta, x)
		b.ys[i] = inputs[len(n.pieces)]
	}
	obj := n.batch(t, n.model(t, theta), b)
	assert.Less(t, mat.Norm(measured(t, n, obj, graph.Empirical), 1), 1e-25)
	assert.Greater(t, mat.Norm(measured(t, n, obj, graph.Exact), 1), 1.0)
}
