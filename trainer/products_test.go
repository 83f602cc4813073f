package trainer_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// productNets have 4 inputs and 3 outputs.
var productNets = map[string]func() layers.Layer{
	"hand": func() layers.Layer {
		return layers.Sequential{&layers.Dense{Units: 5, BiasInit: 0.1}, layers.Tanh(), &residual{&layers.Dense{Units: 5}}, &layers.Dense{Units: 3}}
	},
	"loose": looseNet,
	"stock": func() layers.Layer {
		return layers.Sequential{&layers.Dense{Units: 5}, gatedTanh{}, &layers.Dense{Units: 4}, gatedTanh{}, &layers.Dense{Units: 3}}
	},
	"relu": func() layers.Layer {
		return layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 6, NoBias: true}, layers.ReLU(), &layers.Dense{Units: 3}}
	},
	"linear": func() layers.Layer { return &layers.Dense{Units: 3} },
}

// Products against the Fisher matrix written out, for every net and loss and
// several batch sizes; also over the first examples alone.
func TestProductsAreThoseOfTheEnumeratedFisher(t *testing.T) {
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
					dirs := []graph.Direction{randomDirection(r, m.Params()), randomDirection(r, m.Params()), randomDirection(r, m.Params())}
					for _, examples := range []int{0, n, n + 7, 1, n - 1} {
						count := examples
						if examples <= 0 || examples > n {
							count = n
						}
						want := enumerate(t, plain, loss, rows(x, 0, count))
						obj, err := m.Batch(x, y)
						require.NoError(t, err)
						_, err = obj.Grad()
						require.NoError(t, err)
						f, err := obj.Products(max(examples, 0), dirs...)
						require.NoError(t, err)
						require.Equal(t, len(dirs), f.SymmetricDim())
						for i, u := range dirs {
							for j, v := range dirs {
								exact := product(want, flat(u), flat(v))
								size := math.Sqrt(product(want, flat(u), flat(u)) * product(want, flat(v), flat(v)))
								assert.InDelta(t, exact, f.At(i, j), 1e-12*size, "%d, %d over %d examples", i, j, examples)
							}
						}
						var eigen mat.EigenSym
						require.True(t, eigen.Factorize(f, false))
						assert.GreaterOrEqual(t, eigen.Values(nil)[0], -1e-13*eigen.Values(nil)[2])
					}
				})
			}
		}
	}
}

// Whatever ran before on the model, Products are of the present parameters and
// the batch's examples, and of the directions' present elements.
func TestProductsAfterEverything(t *testing.T) {
	const n = 6
	loss := losses.SoftmaxCrossEntropy{}
	m := newModel(t, looseNet(), loss, 4, 0)
	r := rand.New(rand.NewPCG(4, 4))
	x, y := randomBatch(r, loss, n, 4, 3)
	u, v := randomDirection(r, m.Params()), randomDirection(r, m.Params())
	visit := func(*graph.CurvaturePass) error { return nil }
	check := func(obj trainer.MiniBatch, what string) {
		t.Helper()
		for _, examples := range []int{0, 2, 0, 2, 3} {
			fresh := newModel(t, looseNet(), loss, 4, 0)
			graph.Values(fresh.Params()).Copy(graph.Values(m.Params()))
			count := examples
			if count == 0 {
				count = n
			}
			want := enumerate(t, fresh, loss, rows(x, 0, count))
			f, err := obj.Products(examples, u, v)
			require.NoError(t, err)
			for i, d := range []graph.Direction{u, v} {
				for j, e := range []graph.Direction{u, v} {
					assert.InEpsilon(t, product(want, flat(d), flat(e)), f.At(i, j), 1e-9, "%s, %d examples", what, examples)
				}
			}
		}
	}
	step := func(seed uint64) { scatter(m, seed) }
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	check(obj, "nothing")
	for i, est := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN, graph.Empirical} {
		step(uint64(i))
		_, err = obj.Curvature(est, visit)
		require.NoError(t, err)
		check(obj, "curvature "+string(est))
	}
	step(10)
	_, err = obj.Grad()
	require.NoError(t, err)
	check(obj, "gradient")
	_, err = obj.Loss()
	require.NoError(t, err)
	check(obj, "loss at the same parameters")
	theta := graph.NewDirection(m.Params())
	theta.Copy(graph.Values(m.Params()))
	step(11)
	_, err = obj.Loss()
	require.NoError(t, err)
	check(obj, "loss at others")
	graph.Values(m.Params()).Copy(theta)
	_, err = obj.Loss()
	require.NoError(t, err)
	check(obj, "loss, back again")
	_, err = m.Predict(x)
	require.NoError(t, err)
	check(obj, "a prediction")
	u.Scale(-2)
	v.AddScaled(3, u)
	check(obj, "directions written to")
	u, v = v, u
	check(obj, "directions exchanged")

	x2, y2 := randomBatch(r, loss, n, 4, 3)
	x = x2
	obj, err = m.Batch(x2, y2)
	require.NoError(t, err)
	check(obj, "the next mini-batch")
	_, err = obj.Grad()
	require.NoError(t, err)
	check(obj, "its gradient")
}

// A short mini-batch of the size that Products are formed over has a graph of
// its own, and its own examples.
func TestProductsOverPartBesidesABatchOfThatSize(t *testing.T) {
	loss := losses.SquaredError{}
	m := newModel(t, &layers.Dense{Units: 3}, loss, 4, 0)
	r := rand.New(rand.NewPCG(4, 4))
	x, y := randomBatch(r, loss, 6, 4, 3)
	u := randomDirection(r, m.Params())
	large, err := m.Batch(x, y)
	require.NoError(t, err)
	before, err := large.Products(2, u)
	require.NoError(t, err)
	want := before.At(0, 0)
	small, err := m.Batch(rows(x, 4, 6), rows(y, 4, 6))
	require.NoError(t, err)
	loss1, err := small.Grad()
	require.NoError(t, err)
	again, err := large.Products(2, u)
	require.NoError(t, err)
	assert.Equal(t, want, again.At(0, 0))
	loss2, err := small.Grad()
	require.NoError(t, err)
	assert.Equal(t, loss1, loss2)
}

// Products leave gradients, taps, dropout masks and observers alone, and read
// the directions where they are.
func TestProductsChangeNothing(t *testing.T) {
	run := func(products bool) (all []float64) {
		m, src := toy(t, trainer.ModelConfig{DType: graph.Float64, Seed: 4})
		passes := 0
		m.Observe(func(graph.Pass, []*graph.Tap) { passes++ })
		u := randomDirection(rand.New(rand.NewPCG(1, 1)), m.Params())
		moved := flat(u)
		for range 3 {
			x, y, _ := src.Next()
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			_, err = obj.Grad()
			require.NoError(t, err)
			if products {
				for _, examples := range []int{0, 2} {
					_, err := obj.Products(examples, u, u)
					require.NoError(t, err)
				}
			}
			all = append(append(all, snapshot(m.Params(), true)...), rows(obj.Taps()[0].G, 0, 5).Float64s()...)
			loss, err := obj.Loss()
			require.NoError(t, err)
			all = append(all, loss)
		}
		assert.Equal(t, 3, passes)
		assert.Equal(t, moved, flat(u))
		return all
	}
	assert.Equal(t, run(false), run(true))
}

// float32 agrees with float64 to the rounding of some dozen operations.
func TestProductsInFloat32(t *testing.T) {
	for name, loss := range allLosses {
		var got [2]float64
		for i, dtype := range []any{graph.Float32, graph.Float64} {
			cfg := trainer.ModelConfig{Input: []int{4}, Seed: 3}
			if dtype == any(graph.Float64) {
				cfg.DType = graph.Float64
			}
			m, err := trainer.NewModel(looseNet(), loss, cfg)
			require.NoError(t, err)
			r := rand.New(rand.NewPCG(3, 4))
			x, y := randomBatch(r, loss, 5, 4, 3)
			obj, err := m.Batch(x, y)
			require.NoError(t, err)
			f, err := obj.Products(0, randomDirection(r, m.Params()))
			require.NoError(t, err)
			got[i] = f.At(0, 0)
		}
		assert.InEpsilon(t, got[1], got[0], 1e-5, name)
		assert.NotEqual(t, got[1], got[0], "both in one precision?")
	}
}

func TestProductsErrors(t *testing.T) {
	m := newModel(t, &layers.Dense{Units: 3, Name: "only"}, losses.SquaredError{}, 4, 0)
	x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SquaredError{}, 3, 4, 3)
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	fine := graph.NewDirection(m.Params())
	for _, c := range []struct {
		name     string
		examples int
		dirs     []graph.Direction
		want     string
	}{
		{"no directions", 0, nil, "products of no directions"},
		{"negative", -1, []graph.Direction{fine}, "products over -1 examples"},
		{"too few tensors", 0, []graph.Direction{fine, fine[:1]}, "direction 1 has 1 tensors for 2 parameters"},
		{"nil tensor", 0, []graph.Direction{{fine[0], nil}}, "direction 0: only.bias"},
		{"shape", 0, []graph.Direction{fine, {fine[1], fine[0]}}, "direction 1: only.weight: graph: bind"},
		{"type", 2, []graph.Direction{{fine[0], graph.NewDense(graph.Float32, 3)}}, "only.bias"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := obj.Products(c.examples, c.dirs...)
			assert.ErrorContains(t, err, c.want)
			f, err := obj.Products(c.examples/2, fine)
			if c.examples >= 0 {
				require.NoError(t, err, "usable after an error")
				assert.Zero(t, f.At(0, 0))
			}
		})
	}
}

// A model without parameters has no directions but empty ones; one without
// influence has zeros.
func TestProductsWithoutParameters(t *testing.T) {
	for name, net := range map[string]layers.Layer{"none": layers.Sequential{layers.Identity()}, "without influence": layers.Sequential{&unused{}}} {
		m := newModel(t, net, losses.SquaredError{}, 2, 0)
		obj, err := m.Batch(graph.NewDense(graph.Float64, 3, 2), graph.NewDense(graph.Float64, 3, 2))
		require.NoError(t, err)
		for _, examples := range []int{0, 1} {
			f, err := obj.Products(examples, graph.NewDirection(m.Params()), graph.NewDirection(m.Params()))
			require.NoError(t, err, name)
			assert.Equal(t, mat.NewSymDense(2, nil), f)
		}
	}
}

// A clipped objective has the model's products and loose parameters.
func TestClippedPassesProductsOn(t *testing.T) {
	m := newModel(t, looseNet(), losses.SquaredError{}, 4, 0)
	x, y := randomBatch(rand.New(rand.NewPCG(1, 1)), losses.SquaredError{}, 3, 4, 3)
	obj, err := m.Batch(x, y)
	require.NoError(t, err)
	clip, err := graph.CurvatureOf(trainer.ClipNorm(obj, 1e-3))
	require.NoError(t, err)
	_, err = clip.Curvature(graph.MC, func(p *graph.CurvaturePass) error {
		assert.Len(t, p.Loose, len(obj.Loose()))
		return nil
	})
	require.NoError(t, err)
	assert.InEpsilon(t, 1e-3, trainer.GradNorm(m.Params()), 1e-12)
	assert.Equal(t, obj.Loose(), clip.Loose())
	u := randomDirection(rand.New(rand.NewPCG(2, 1)), m.Params())
	products, err := graph.ProductsOf(clip)
	require.NoError(t, err)
	clipped, err := products.Products(0, u)
	require.NoError(t, err)
	got := clipped.At(0, 0)
	plain, err := obj.Products(0, u)
	require.NoError(t, err)
	assert.Equal(t, plain.At(0, 0), got)
	assert.Greater(t, got, 0.0)
}
