package trainer_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// gaussianNet has 2 inputs and the outputs [μ₁, μ₂, log σ₁, log σ₂]: all depend on the input, or the log σ do not.
func gaussianNet(free bool) layers.Layer {
	hidden := layers.Sequential{&layers.Dense{Units: 3, Name: "hidden"}, layers.Tanh()}
	if !free {
		return append(hidden, &layers.Dense{Units: 4, Name: "last"})
	}
	return append(hidden, &layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 2, Name: "last"}, &layers.Vector{Units: 2}}})
}

// outputsByHand are the outputs of gaussianNet for one example.
func outputsByHand(m *trainer.Model, x []float64) []float64 {
	p := m.Params()
	affine := func(in, w, b []float64) []float64 {
		out := append([]float64{}, b...)
		for i, v := range in {
			for j := range out {
				out[j] += v * w[i*len(out)+j]
			}
		}
		return out
	}
	h := affine(x, p[0].Value.Float64s(), p[1].Value.Float64s())
	for i, v := range h {
		h[i] = math.Tanh(v)
	}
	z := affine(h, p[2].Value.Float64s(), p[3].Value.Float64s())
	if len(p) > 4 {
		z = append(z, p[4].Value.Float64s()...)
	}
	return z
}

// gaussianOutcomes are targets whose weighted scores have the second moments of the Gaussian's: all pairs of the nodes
// −√3, 0 and √3 of Gauss and Hermite, with weights 1/6, 2/3 and 1/6. A score's products are of the fourth degree in the
// noise, and the rule is exact up to the fifth.
func gaussianOutcomes(t *testing.T, m *trainer.Model, x *tensor.Dense) (all []outcome) {
	t.Helper()
	nodes, weights := []float64{-math.Sqrt(3), 0, math.Sqrt(3)}, []float64{1. / 6, 2. / 3, 1. / 6}
	n := x.Shape()[0]
	for e := range n {
		xe := rows(x, e, e+1)
		z := outputsByHand(m, xe.Float64s())
		for i, a := range nodes {
			for j, b := range nodes {
				y := []float64{z[0] + a*math.Exp(z[2]), z[1] + b*math.Exp(z[3])}
				obj, err := m.Batch(xe, tensor.New(tensor.WithShape(1, 2), tensor.WithBacking(y)))
				require.NoError(t, err)
				_, err = obj.Grad()
				require.NoError(t, err)
				all = append(all, outcome{weights[i] * weights[j] / float64(n), snapshot(m.Params(), true)})
			}
		}
	}
	return all
}

// Products and the exact curvature passes of a DiagonalGaussian are those of the enumerated Fisher matrix.
func TestDiagonalGaussianFisher(t *testing.T) {
	const n = 4
	for _, free := range []bool{false, true} {
		m := newModel(t, gaussianNet(free), losses.DiagonalGaussian{}, 2, 0)
		scatter(m, 3)
		r := rand.New(rand.NewPCG(5, 6))
		x, y := graph.NewDense(graph.Float64, n, 2), graph.NewDense(graph.Float64, n, 2)
		for i := range x.Float64s() {
			x.Float64s()[i], y.Float64s()[i] = r.NormFloat64(), r.NormFloat64()
		}
		all := gaussianOutcomes(t, m, x)
		obj, err := m.Batch(x, y)
		require.NoError(t, err)
		_, err = obj.Grad()
		require.NoError(t, err)
		u, v := randomDirection(r, m.Params()), randomDirection(r, m.Params())
		f, err := obj.Products(0, u, v)
		require.NoError(t, err)
		assert.InEpsilon(t, product(all, flat(u), flat(u)), f.At(0, 0), 1e-12)
		assert.InEpsilon(t, product(all, flat(u), flat(v)), f.At(0, 1), 1e-11)

		// The factor G of the last layer's means and of the log σ, from passes that are summed.
		size := 0
		var want, got []float64
		_, err = obj.Curvature(graph.Exact, func(p *graph.CurvaturePass) error {
			if p.Taps == nil {
				return nil
			}
			tap := p.Taps[1]
			size = tap.G.Shape()[1]
			if got == nil {
				got = make([]float64, size*size)
			}
			g := tap.G.Float64s()
			for row := range n {
				for i := range size {
					for j := range size {
						got[i*size+j] += n * g[row*size+i] * g[row*size+j]
					}
				}
			}
			return nil
		})
		require.NoError(t, err)
		bias := 9 + 3*size // the hidden layer has 9 parameters; the gradient of the last layer's bias is g itself
		for i := range size {
			for j := range size {
				sum := 0.0
				for _, o := range all {
					sum += o.weight * o.grad[bias+i] * o.grad[bias+j]
				}
				want = append(want, sum)
			}
		}
		assert.InDeltaSlice(t, want, got, 1e-12)
	}
}

// Predictions of a model with two outputs for each value are the means, in the units of the raw targets; metrics and
// files know them, too.
func TestDiagonalGaussianPredicts(t *testing.T) {
	for _, free := range []bool{false, true} {
		m := newModel(t, gaussianNet(free), losses.DiagonalGaussian{}, 2, 0)
		scatter(m, 3)
		prep := trainer.Preparation{Values: []string{"a", "b"}, Targets: scaling.Scaling{Mean: []float64{10, -10}, Deviation: []float64{2, 3}}}
		dir := t.TempDir()
		require.NoError(t, trainer.Save(dir, m, prep, trainer.SaveConfig{}))
		again, prep, err := trainer.Load(dir, trainer.LoadConfig{})
		require.NoError(t, err)
		assert.Equal(t, losses.DiagonalGaussian{}, again.Loss())
		assert.Equal(t, 4, again.Outputs())
		z := outputsByHand(m, []float64{0.5, -1})
		p := predictor(t, again, prep)
		assert.Equal(t, 2, p.Outputs())
		got, err := p.Predict([]float64{0.5, -1})
		require.NoError(t, err)
		assert.Equal(t, -1, got.Class)
		assert.InDeltaSlice(t, []float64{10 + 2*z[0], -10 + 3*z[1]}, got.Values, 1e-13)
		many, err := p.PredictAll([][]float64{{0, 0}, {0.5, -1}, {1, 1}, {2, 2}, {0, 3}})
		require.NoError(t, err)
		assert.Equal(t, got, many[1])
		_, err = trainer.NewPredictor(again, trainer.Preparation{Values: []string{"a", "b", "c", "d"}})
		assert.EqualError(t, err, "trainer: predictor: 4 names of values: the model has 2 outputs")

		x := tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float64{0.5, -1}))
		y := tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float64{z[0] + 3, z[1] + 3}))
		scores, err := m.Evaluate(context.Background(), &memory{x: x, y: y, n: 1}, trainer.RMSE(), trainer.ReconstructionError())
		require.NoError(t, err)
		assert.InDelta(t, 3, scores["rmse"], 1e-13)
		assert.InDelta(t, 18, scores["reconstruction_error"], 1e-12)
		r0, r1 := 3/math.Exp(z[2]), 3/math.Exp(z[3])
		assert.InDelta(t, z[2]+z[3]+(r0*r0+r1*r1)/2, scores["loss"], 1e-12)
	}
	_, err := trainer.NewModel(&layers.Dense{Units: 3}, losses.DiagonalGaussian{}, trainer.ModelConfig{Input: []int{2}})
	assert.ErrorContains(t, err, "3 output units: want an even number")
}

// A network of one Vector is a Gaussian alone, in both float types: natural gradient steps by hand, F = diag(1/σ², 2), end at
// the mean and the deviation of the targets. The cost falls below 0 on the way.
func TestDiagonalGaussianOfAVector(t *testing.T) {
	for dtype, tolerance := range map[tensor.Dtype]float64{graph.Float32: 1e-5, graph.Float64: 1e-12} {
		m, err := trainer.NewModel(&layers.Vector{Units: 2}, losses.DiagonalGaussian{}, trainer.ModelConfig{Input: []int{1}, DType: dtype, Seed: 1})
		require.NoError(t, err)
		x := graph.NewDense(graph.Float64, 4, 1)
		y := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{0.5, 0.75, 0.25, 0.5}))
		obj, err := m.Batch(x, y)
		require.NoError(t, err)
		for range 60 {
			_, err = obj.Grad()
			require.NoError(t, err)
			theta, g := snapshot(m.Params(), false), snapshot(m.Params(), true)
			theta[0] -= g[0] * math.Exp(2*theta[1])
			theta[1] -= g[1] / 2
			require.NoError(t, graph.CopyInto(m.Params()[0].Value, tensor.New(tensor.WithBacking(theta))))
		}
		theta := snapshot(m.Params(), false)
		assert.InDelta(t, 0.5, theta[0], tolerance)
		assert.InDelta(t, math.Log(math.Sqrt(0.03125)), theta[1], tolerance)
		loss, err := obj.Loss()
		require.NoError(t, err)
		assert.InDelta(t, math.Log(math.Sqrt(0.03125))+0.5, loss, tolerance)
	}
}
