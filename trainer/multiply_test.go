package trainer_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

var matrices = []graph.Matrix{graph.Fisher, graph.GaussNewton, graph.Hessian}

// multiply is M·v as numbers, one tensor after the other. The result's memory holds
// other numbers before.
func multiply(t testing.TB, obj graph.Objective, m graph.Matrix, v graph.Direction) []float64 {
	t.Helper()
	by, err := graph.MatrixOf(obj)
	require.NoError(t, err)
	dst := randomDirection(rand.New(rand.NewPCG(99, 99)), obj.Params())
	require.NoError(t, by.Multiply(m, dst, v))
	return flat(dst)
}

// timesEnumerated is F·v by enumeration.
func timesEnumerated(all []outcome, v []float64) []float64 {
	out := make([]float64, len(v))
	for _, o := range all {
		var gv float64
		for i, g := range o.grad {
			gv += g * v[i]
		}
		for i, g := range o.grad {
			out[i] += o.weight * gv * g
		}
	}
	return out
}

// Products with the Fisher matrix written out, for every net and loss and several batch
// sizes.
func TestMultiplyIsByTheEnumeratedFisher(t *testing.T) {
	for netName, net := range productNets {
		for lossName, loss := range allLosses {
			for _, n := range []int{1, 3, 5} {
				t.Run(fmt.Sprint(netName, "/", lossName, "/", n), func(t *testing.T) {
					m := newModel(t, net(), loss, 4, 0.25) // η is not in F
					plain := newModel(t, net(), loss, 4, 0)
					scatter(m, 1)
					scatter(plain, 1)
					r := rand.New(rand.NewPCG(uint64(n), 2))
					x, y := randomBatch(r, loss, n, 4, 3)
					want := enumerate(t, plain, loss, x)
					obj, err := m.Batch(x, y)
					require.NoError(t, err)
					for i := range 3 {
						if i == 1 {
							_, err := obj.Grad()
							require.NoError(t, err)
						}
						v := randomDirection(r, m.Params())
						closeTo(t, timesEnumerated(want, flat(v)), multiply(t, obj, graph.Fisher, v), 1e-11)
					}
				})
			}
		}
	}
}

// Whatever ran before on the model, a product is of the present parameters, the batch's
// examples, and the vector's present elements.
func TestMultiplyAfterEverything(t *testing.T) {
	const n = 6
	loss := losses.SoftmaxCrossEntropy{}
	m := newModel(t, looseNet(), loss, 4, 0)
	r := rand.New(rand.NewPCG(4, 4))
	x, y := randomBatch(r, loss, n, 4, 3)
	v := randomDirection(r, m.Params())
	visit := func(*graph.CurvaturePass) error { return nil }
	check := func(obj trainer.MiniBatch, what string) {
		t.Helper()
		fresh := newModel(t, looseNet(), loss, 4, 0)
		graph.Values(fresh.Params()).Copy(graph.Values(m.Params()))
		for range 2 {
			for _, matrix := range matrices {
				other, err := fresh.Batch(x, y)
				require.NoError(t, err)
				assert.Equal(t, multiply(t, other, matrix, v), multiply(t, obj, matrix, v), "%s, %s", what, matrix)
			}
		}
		closeTo(t, timesEnumerated(enumerate(t, fresh, loss, x), flat(v)), multiply(t, obj, graph.Fisher, v), 1e-11, what)
	}
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	check(obj, "nothing")
	for i, est := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN, graph.Empirical} {
		scatter(m, uint64(i))
		_, err = obj.Curvature(est, visit)
		require.NoError(t, err)
		check(obj, "curvature "+string(est))
	}
	scatter(m, 10)
	_, err = obj.Grad()
	require.NoError(t, err)
	check(obj, "gradient")
	_, err = obj.Loss()
	require.NoError(t, err)
	check(obj, "loss at the same parameters")
	scatter(m, 11)
	_, err = obj.Loss()
	require.NoError(t, err)
	check(obj, "loss at others")
	for _, examples := range []int{0, 2} {
		_, err = obj.Products(examples, v)
		require.NoError(t, err)
		check(obj, "products")
	}
	_, err = m.Predict(x)
	require.NoError(t, err)
	check(obj, "a prediction")
	v.Scale(-2)
	check(obj, "a vector written to")
	v = randomDirection(r, m.Params())
	check(obj, "another vector")
	x, y = randomBatch(r, loss, n, 4, 3)
	obj, err = m.Batch(x, y)
	require.NoError(t, err)
	check(obj, "the next mini-batch")
	_, err = obj.Grad()
	require.NoError(t, err)
	check(obj, "its gradient")
}

// Products with matrices leave gradients, taps, dropout masks, products of pairs and
// observers alone, and the vector.
func TestMultiplyChangesNothing(t *testing.T) {
	run := func(products bool) (all []float64) {
		m, src := toy(t, trainer.ModelConfig{DType: graph.Float64, Seed: 4, L2: 0.1})
		passes := 0
		m.Observe(func(graph.Pass, []*graph.Tap) { passes++ })
		u := randomDirection(rand.New(rand.NewPCG(1, 1)), m.Params())
		before := flat(u)
		for range 3 {
			x, y, _ := src.Next()
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			_, err = obj.Grad()
			require.NoError(t, err)
			if products {
				for _, matrix := range matrices {
					multiply(t, obj, matrix, u)
				}
			}
			all = append(append(all, snapshot(m.Params(), true)...), rows(obj.Taps()[0].G, 0, 5).Float64s()...)
			f, err := obj.Products(0, u)
			require.NoError(t, err)
			loss, err := obj.Loss()
			require.NoError(t, err)
			all = append(all, f.At(0, 0), loss)
			if products {
				multiply(t, obj, graph.Hessian, u)
			}
			_, err = obj.Curvature(graph.MC, func(*graph.CurvaturePass) error { return nil })
			require.NoError(t, err)
			all = append(all, rows(obj.Taps()[0].G, 0, 5).Float64s()...)
		}
		assert.Equal(t, 6, passes)
		assert.Equal(t, before, flat(u))
		return all
	}
	assert.Equal(t, run(false), run(true))
}

// The result may be the gradients' own memory: a natural gradient of conjugate
// gradients, say.
func TestMultiplyIntoGradients(t *testing.T) {
	m, src := toy(t, trainer.ModelConfig{DType: graph.Float64, Seed: 4})
	x, y, _ := src.Next()
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	_, err = obj.Grad()
	require.NoError(t, err)
	by, err := graph.MatrixOf(obj)
	require.NoError(t, err)
	v := randomDirection(rand.New(rand.NewPCG(1, 1)), m.Params())
	for _, matrix := range matrices {
		want := multiply(t, obj, matrix, v)
		require.NoError(t, by.Multiply(matrix, graph.Gradients(m.Params()), v))
		assert.Equal(t, want, snapshot(m.Params(), true), matrix)
		assert.Equal(t, want, multiply(t, obj, matrix, v), matrix)
	}
}

// uᵀMv is vᵀMu, and uᵀFv that of Products.
func TestMultiplyIsSymmetric(t *testing.T) {
	for netName, net := range productNets {
		for lossName, loss := range allLosses {
			m := newModel(t, net(), loss, 4, 0.25)
			scatter(m, 1)
			r := rand.New(rand.NewPCG(5, 2))
			x, y := randomBatch(r, loss, 5, 4, 3)
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			_, err = obj.Grad()
			require.NoError(t, err)
			u, v := randomDirection(r, m.Params()), randomDirection(r, m.Params())
			dot := func(matrix graph.Matrix, u, v graph.Direction) (sum float64) {
				mv := multiply(t, obj, matrix, v)
				for i, x := range flat(u) {
					sum += x * mv[i]
				}
				return sum
			}
			for _, matrix := range matrices {
				assert.InEpsilon(t, dot(matrix, u, v), dot(matrix, v, u), 1e-11, "%s/%s/%s", netName, lossName, matrix)
			}
			f, err := obj.Products(0, u, v)
			require.NoError(t, err)
			assert.InEpsilon(t, f.At(0, 1), dot(graph.Fisher, u, v), 1e-11, "%s/%s", netName, lossName)
		}
	}
}

// float32 agrees with float64 to the rounding of some dozen operations.
func TestMultiplyInFloat32(t *testing.T) {
	for name, loss := range allLosses {
		for _, matrix := range matrices {
			var got [2][]float64
			for i, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
				m, err := trainer.NewModel(looseNet(), loss, trainer.ModelConfig{Input: []int{4}, Seed: 3, DType: dtype})
				require.NoError(t, err)
				r := rand.New(rand.NewPCG(3, 4))
				x, y := randomBatch(r, loss, 5, 4, 3)
				obj, err := m.Batch(x, y)
				require.NoError(t, err)
				got[i] = multiply(t, obj, matrix, randomDirection(r, m.Params()))
			}
			closeTo(t, got[1], got[0], 1e-5, "%s, %s", name, matrix)
			assert.NotEqual(t, got[1], got[0], "both in one precision?")
		}
	}
}
