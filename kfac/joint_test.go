package kfac_test

import (
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

// twoHeads are three classes and a point of two coordinates. The weight is on what is minimised, and in no Fisher matrix.
func twoHeads() *losses.Joint {
	return &losses.Joint{Heads: []losses.Head{{Loss: losses.SoftmaxCrossEntropy{}, Units: 3}, {Loss: losses.SquaredError{}, Units: 2, Weight: 3}}}
}

// twoHeadNets have the heads in one layer, or in a layer each.
var twoHeadNets = map[string]func() layers.Layer{
	"one layer": func() layers.Layer {
		return layers.Sequential{&layers.Dense{Units: 4}, layers.Tanh(), &layers.Dense{Units: 5}}
	},
	"a layer each": func() layers.Layer {
		return layers.Sequential{&layers.Dense{Units: 4}, layers.Tanh(),
			&layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 3, Name: "class"}, &layers.Dense{Units: 2, Name: "point"}}}}
	},
}

// jointOutcomes are every class with points at distance 1 to both sides along both axes, which have the Gaussian's mean and
// covariance. The scores are of a loss without weights.
func jointOutcomes(t *testing.T, plain *trainer.Model, x *tensor.Dense) *mat.SymDense {
	t.Helper()
	n := x.Shape()[0]
	var fisher *mat.SymDense
	for e := range n {
		xe := tensor.New(tensor.WithShape(1, 2), tensor.WithBacking(append([]float64{}, x.Float64s()[2*e:2*e+2]...)))
		mean, err := plain.Predict(xe)
		require.NoError(t, err)
		m := append([]float64{}, mean.Float64s()...)
		assert.InDelta(t, 1, m[0]+m[1]+m[2], 1e-14)
		for class := range 3 {
			for corner := range 4 {
				target := []float64{float64(class), m[3] + float64(corner&1)*2 - 1, m[4] + float64(corner>>1)*2 - 1}
				obj, err := plain.Batch(xe, tensor.New(tensor.WithShape(1, 3), tensor.WithBacking(target)))
				require.NoError(t, err)
				_, err = obj.Grad()
				require.NoError(t, err)
				score := flat(obj.Params(), grads)
				if fisher == nil {
					fisher = mat.NewSymDense(len(score), nil)
				}
				fisher.SymRankOne(fisher, m[class]/4/float64(n), vec(score))
			}
		}
	}
	return fisher
}

// TestJointStep: for one example each layer's update is by the dense inverse of the enumerated Fisher's block, damped the
// way K-FAC damps.
func TestJointStep(t *testing.T) {
	for name, build := range twoHeadNets {
		m := newModel(t, build(), twoHeads(), 2)
		unweighted := twoHeads()
		unweighted.Heads[1].Weight = 0
		plainModel := newModel(t, build(), unweighted, 2)
		x, y := normal(1, 1, 2), tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float64{1, 0.5, -2}))
		fisher := jointOutcomes(t, plainModel, x)
		before := flat(m.Params(), values)
		obj, err := m.Batch(x, y)
		require.NoError(t, err)
		_, err = obj.Grad()
		require.NoError(t, err)
		grad := flat(m.Params(), grads)
		step(t, m, newOptimizer(t, plain(stepDamping, 1)), x, y)
		after := flat(m.Params(), values)
		at := 0
		for i, tap := range m.Taps() {
			rows, out := tap.Weight.Value.Shape()[0]+1, tap.Weight.Value.Shape()[1]
			end := at + rows*out
			want := dampedSolve(t, fisher.SliceSym(at, end), rows, out, math.Sqrt(stepDamping), grad[at:end])
			got := make([]float64, end-at)
			for j := range got {
				got[j] = before[at+j] - after[at+j]
			}
			near(t, want, got, stepTolerance, name, " layer ", i)
			at = end
		}
		assert.Equal(t, len(grad), at)
	}
}

// TestJointFisher: over several examples products with the Fisher matrix, and the passes of the exact estimator put together
// by example, are those of the enumerated matrix.
func TestJointFisher(t *testing.T) {
	const n = 3
	for name, build := range twoHeadNets {
		m := newModel(t, build(), twoHeads(), 2)
		unweighted := twoHeads()
		unweighted.Heads[1].Weight = 0
		x, y := normal(4, n, 2), tensor.New(tensor.WithShape(n, 3), tensor.WithBacking([]float64{1, 0.5, -2, 0, 0, 0, 2, 1, 1}))
		fisher := jointOutcomes(t, newModel(t, build(), unweighted, 2), x)
		obj, err := m.Batch(x, y)
		require.NoError(t, err)
		size := fisher.SymmetricDim()
		passes := mat.NewSymDense(size, nil)
		_, err = obj.Curvature(graph.Exact, func(p *graph.CurvaturePass) error {
			for e := range n {
				var g []float64
				for _, tap := range p.Taps {
					a, d := row(tap.A.Float64s(), e, tap.Weight.Value.Shape()[0]), row(tap.G.Float64s(), e, tap.Weight.Value.Shape()[1])
					for _, v := range append(append([]float64{}, a...), 1) {
						for _, w := range d {
							g = append(g, v*w*n)
						}
					}
				}
				passes.SymRankOne(passes, 1./n, vec(g))
			}
			return nil
		})
		require.NoError(t, err)
		near(t, elements(fisher), elements(passes), 1e-12, name)

		v := graph.NewDirection(m.Params())
		for i, w := range flat(m.Params(), values) {
			at := i
			for _, p := range v {
				if at < p.DataSize() {
					p.Float64s()[at] = w + 0.1*float64(i%7)
					break
				}
				at -= p.DataSize()
			}
		}
		all := make([]float64, 0, size)
		for _, p := range v {
			all = append(all, p.Float64s()...)
		}
		var want mat.VecDense
		want.MulVec(fisher, vec(all))
		products, err := obj.Products(0, v)
		require.NoError(t, err)
		assert.InEpsilon(t, mat.Dot(vec(all), &want), products.At(0, 0), 1e-12, name)
		for _, matrix := range []graph.Matrix{graph.Fisher, graph.GaussNewton} {
			got := graph.NewDirection(m.Params())
			require.NoError(t, obj.(graph.MatrixObjective).Multiply(matrix, got, v))
			if matrix == graph.Fisher {
				var product []float64
				for _, p := range got {
					product = append(product, p.Float64s()...)
				}
				near(t, want.RawVector().Data, product, 1e-12, name)
			}
		}
		// The Hessian of what is minimised, weight included, is the difference of gradients.
		hv := graph.NewDirection(m.Params())
		require.NoError(t, obj.(graph.MatrixObjective).Multiply(graph.Hessian, hv, v))
		var got []float64
		for _, p := range hv {
			got = append(got, p.Float64s()...)
		}
		const h = 1e-6
		gradient := func(by float64) []float64 {
			graph.Values(m.Params()).AddScaled(by, v)
			_, err := obj.Grad()
			require.NoError(t, err)
			graph.Values(m.Params()).AddScaled(-by, v)
			return flat(m.Params(), grads)
		}
		up, down := gradient(h), gradient(-h)
		for i := range up {
			assert.InDelta(t, (up[i]-down[i])/(2*h), got[i], 2e-8, name)
		}
	}
}

// TestJointTrains: both heads are learned, in both float types, by every estimator.
func TestJointTrains(t *testing.T) {
	const n = 60
	x, y := normal(7, n, 2), graph.NewDense(graph.Float64, n, 3)
	for e := range n {
		a, b := x.Float64s()[2*e], x.Float64s()[2*e+1]
		class := 0.0
		switch {
		case a > 0.5:
			class = 1
		case b > 0:
			class = 2
		}
		copy(y.Float64s()[3*e:], []float64{class, a * b, a - b})
	}
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		for _, estimator := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN} {
			net := layers.Sequential{&layers.Dense{Units: 16}, layers.Tanh(), &layers.Dense{Units: 5}}
			loss := twoHeads()
			loss.Heads[1].Weight = 0.5
			m, err := trainer.NewModel(net, loss, trainer.ModelConfig{Input: []int{2}, DType: dtype, Seed: 5})
			require.NoError(t, err)
			o := newOptimizer(t, kfac.Config{Estimator: estimator})
			first := step(t, m, o, x, y)
			last := first
			for range 40 {
				last = step(t, m, o, x, y)
			}
			assert.Less(t, last, first/20, "%v %v", dtype, estimator)
		}
	}
}
