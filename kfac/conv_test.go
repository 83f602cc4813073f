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

const convClasses = 3

// imageModel is net on images of the given shape, in float64.
func imageModel(t *testing.T, net layers.Layer, shape ...int) *trainer.Model {
	t.Helper()
	m, err := trainer.NewModel(net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: shape, DType: graph.Float64, Seed: 5})
	require.NoError(t, err)
	return m
}

// convNet is the convolution and a classifier of what it finds.
func convNet(c *layers.Conv2D) layers.Sequential {
	return layers.Sequential{c, layers.Tanh(), &layers.Flatten{}, &layers.Dense{Units: convClasses}}
}

// convTable are kernels with one location and with several, of which windows
// overlap, skip pixels and reach over the edge. Images are 4×5 of 2 channels.
func convTable() map[string]layers.Conv2D {
	three := [2]int{3, 3}
	return map[string]layers.Conv2D{
		"1×1":         {Filters: 3, Kernel: [2]int{1, 1}, BiasInit: 0.1},
		"2×3":         {Filters: 3, Kernel: [2]int{2, 3}},
		"padding":     {Filters: 3, Kernel: three, Padding: [2]int{1, 1}},
		"stride":      {Filters: 3, Kernel: three, Padding: [2]int{1, 0}, Stride: [2]int{2, 2}},
		"dilation":    {Filters: 3, Kernel: [2]int{2, 2}, Dilation: [2]int{3, 2}},
		"all, NoBias": {Filters: 4, Kernel: [2]int{2, 3}, Stride: [2]int{1, 2}, Padding: [2]int{2, 1}, Dilation: [2]int{2, 1}, NoBias: true},
		"whole image": {Filters: 3, Kernel: [2]int{4, 5}},
	}
}

// windowsOf are the rows ã of every location of every example, one after
// another, by the definition of a convolution.
func windowsOf(x *tensor.Dense, c layers.Conv2D) *mat.Dense {
	n, h, w, ch := x.Shape()[0], x.Shape()[1], x.Shape()[2], x.Shape()[3]
	stride, dilation := c.Stride, c.Dilation
	for i := range 2 {
		stride[i], dilation[i] = max(stride[i], 1), max(dilation[i], 1)
	}
	var all []float64
	rows := 0
	for e := range n {
		for i := 0; i+dilation[0]*(c.Kernel[0]-1) < h+2*c.Padding[0]; i += stride[0] {
			for j := 0; j+dilation[1]*(c.Kernel[1]-1) < w+2*c.Padding[1]; j += stride[1] {
				for u := range c.Kernel[0] {
					for v := range c.Kernel[1] {
						for k := range ch {
							y, z, pixel := i+u*dilation[0]-c.Padding[0], j+v*dilation[1]-c.Padding[1], 0.0
							if y >= 0 && y < h && z >= 0 && z < w {
								pixel = x.Float64s()[((e*h+y)*w+z)*ch+k]
							}
							all = append(all, pixel)
						}
					}
				}
				if !c.NoBias {
					all = append(all, 1)
				}
				rows++
			}
		}
	}
	return mat.NewDense(rows, len(all)/rows, all)
}

// outcome is a class that one example may have: its probability, and the
// gradients of −log of it, of all parameters and at the first tap's output, T×out.
type outcome struct {
	p    float64
	grad []float64
	g    *mat.Dense
}

// outcomes are those of every example, each in a mini-batch of its own, so that
// no mean is taken.
func outcomes(t *testing.T, m *trainer.Model, x *tensor.Dense) []outcome {
	t.Helper()
	size := x.Strides()[0]
	var all []outcome
	for e := range x.Shape()[0] {
		one := graph.NewDense(graph.Float64, append([]int{1}, x.Shape()[1:]...)...)
		copy(one.Float64s(), x.Float64s()[e*size:(e+1)*size])
		p, err := m.Predict(one)
		require.NoError(t, err)
		probs := append([]float64{}, p.Float64s()...)
		for c, prob := range probs {
			obj, err := m.Batch(one, labels(int32(c)))
			require.NoError(t, err)
			_, err = obj.Grad()
			require.NoError(t, err)
			g := obj.Taps()[0].G
			all = append(all, outcome{prob, flat(obj.Params(), grads),
				mat.NewDense(g.Shape()[0], g.Shape()[1], append([]float64{}, g.Float64s()...))})
		}
	}
	return all
}

// convStep is what one step of length 1 with cfg does to the parameters of a
// convNet, with all that a reference needs.
type convStep struct {
	x        *tensor.Dense
	outcomes []outcome
	grad     []float64 // V, all parameters
	taken    []float64 // U
	size     int       // of them, the convolution's
}

const convDamping = 0.05

func takeConvStep(t *testing.T, c layers.Conv2D, structure kfac.Structure) convStep {
	t.Helper()
	s := convStep{x: normal(21, 3, 4, 5, 2)}
	y := labels(1, 0, 2)
	m := imageModel(t, convNet(&c), 4, 5, 2)
	s.outcomes = outcomes(t, m, s.x)
	obj, err := m.Batch(s.x, y)
	require.NoError(t, err)
	_, err = obj.Grad()
	require.NoError(t, err)
	s.grad = flat(m.Params(), grads)
	s.size = graph.CountParams(c.Params())
	before := flat(m.Params(), values)
	cfg := plain(convDamping, 1)
	cfg.Structure = structure
	o, err := kfac.New(cfg)
	require.NoError(t, err)
	step(t, m, o, s.x, y)
	for i, v := range flat(m.Params(), values) {
		s.taken = append(s.taken, before[i]-v)
	}
	return s
}

// factors are Ω = (1/N) Σ_n Σ_t ã ãᵀ and Γ = (1/(N·T)) Σ_n Σ_t g gᵀ, expected
// over the classes (Grosse & Martens 2016, §3).
func (s convStep) factors(c layers.Conv2D) (omega, gamma *mat.SymDense) {
	n := float64(s.x.Shape()[0])
	windows := windowsOf(s.x, c)
	rows, in := windows.Dims()
	omega = mat.NewSymDense(in, nil)
	omega.SymOuterK(1/n, windows.T())
	gamma = mat.NewSymDense(c.Filters, nil)
	for _, o := range s.outcomes {
		var outer mat.SymDense
		outer.SymOuterK(o.p/float64(rows), o.g.T())
		gamma.AddSym(gamma, &outer)
	}
	return omega, gamma
}

// TestConvolutionFactors: each step of a convolution is (Ω + πγI)⁻¹ V
// (Γ + γ/π I)⁻¹ with factors from windows cut out by hand.
func TestConvolutionFactors(t *testing.T) {
	for name, c := range convTable() {
		t.Run(name, func(t *testing.T) {
			s := takeConvStep(t, c, kfac.BlockDiagonal)
			omega, gamma := s.factors(c)
			in, out := omega.SymmetricDim(), c.Filters
			require.Equal(t, s.size, in*out)
			pi := math.Sqrt(mat.Trace(omega) / float64(in) / (mat.Trace(gamma) / float64(out)))
			damp(omega, pi*math.Sqrt(convDamping))
			damp(gamma, math.Sqrt(convDamping)/pi)
			var left, want mat.Dense
			require.NoError(t, left.Solve(omega, mat.NewDense(in, out, s.grad[:s.size])))
			require.NoError(t, want.Solve(gamma, left.T()))
			assert.InDeltaSlice(t, mat.DenseCopyOf(want.T()).RawMatrix().Data, s.taken[:s.size], 1e-9)
		})
	}
}

func damp(m *mat.SymDense, by float64) {
	for i := range m.SymmetricDim() {
		m.SetSym(i, i, m.At(i, i)+by)
	}
}

// fisher is that of all parameters, from the gradients of every outcome.
func (s convStep) fisher() *mat.SymDense {
	f := mat.NewSymDense(len(s.grad), nil)
	for _, o := range s.outcomes {
		f.SymRankOne(f, o.p/float64(s.x.Shape()[0]), mat.NewVecDense(len(o.grad), o.grad))
	}
	return f
}

// TestConvolutionFull and TestConvolutionDiagonal: an example's gradient is the
// sum over its locations before it is squared.
func TestConvolutionFull(t *testing.T) {
	for name, c := range convTable() {
		s := takeConvStep(t, c, kfac.Full)
		f := s.fisher()
		damp(f, convDamping)
		var want mat.VecDense
		require.NoError(t, want.SolveVec(f, mat.NewVecDense(len(s.grad), s.grad)))
		assert.InDeltaSlice(t, want.RawVector().Data, s.taken, 1e-9, name)
	}
}

func TestConvolutionDiagonal(t *testing.T) {
	for name, c := range convTable() {
		s := takeConvStep(t, c, kfac.Diagonal)
		f := s.fisher()
		for i, v := range s.grad {
			assert.InDelta(t, v/(f.At(i, i)+convDamping), s.taken[i], 1e-9, "%s, parameter %d", name, i)
		}
	}
}

// TestConvolutionEKFAC: the diagonal of the Fisher in the basis of Ω ⊗ Γ.
func TestConvolutionEKFAC(t *testing.T) {
	for name, c := range convTable() {
		s := takeConvStep(t, c, kfac.EKFAC)
		omega, gamma := s.factors(c)
		in, out := omega.SymmetricDim(), c.Filters
		var ea, eg mat.EigenSym
		require.True(t, ea.Factorize(omega, true))
		require.True(t, eg.Factorize(gamma, true))
		var ua, ug mat.Dense
		ea.VectorsTo(&ua)
		eg.VectorsTo(&ug)
		rotated := func(v []float64) *mat.Dense {
			var r mat.Dense
			r.Product(ua.T(), mat.NewDense(in, out, v[:in*out]), &ug)
			return &r
		}
		scales := mat.NewDense(in, out, nil)
		for _, o := range s.outcomes {
			r := rotated(o.grad)
			r.MulElem(r, r)
			r.Scale(o.p/float64(s.x.Shape()[0]), r)
			scales.Add(scales, r)
		}
		v := rotated(s.grad)
		v.Apply(func(i, j int, x float64) float64 { return x / (scales.At(i, j) + convDamping) }, v)
		var want mat.Dense
		want.Product(&ua, v, ug.T())
		assert.InDeltaSlice(t, want.RawMatrix().Data, s.taken[:s.size], 1e-9, name)
	}
}

// TestConvolutionBreaksTheChain: layers are coupled one example's row to
// another's; where a layer has several rows the structure is block-diagonal.
func TestConvolutionBreaksTheChain(t *testing.T) {
	for name, c := range convTable() {
		diagonal, tridiagonal := takeConvStep(t, c, kfac.BlockDiagonal), takeConvStep(t, c, kfac.BlockTridiagonal)
		if name == "whole image" {
			assert.NotEqual(t, diagonal.taken, tridiagonal.taken, "one location, as dense as a layer can be")
		} else {
			assert.Equal(t, diagonal.taken, tridiagonal.taken, name)
		}
	}
}

// TestConvolutionProducts: uᵀFv by forward mode through the convolution, against
// the Fisher enumerated.
func TestConvolutionProducts(t *testing.T) {
	for name, c := range convTable() {
		x := normal(21, 3, 4, 5, 2)
		m := imageModel(t, convNet(&c), 4, 5, 2)
		f := convStep{x: x, outcomes: outcomes(t, m, x), grad: make([]float64, graph.CountParams(m.Params()))}.fisher()
		obj, err := m.Batch(x, labels(1, 0, 2))
		require.NoError(t, err)
		_, err = obj.Grad()
		require.NoError(t, err)
		var dirs []graph.Direction
		for seed := range uint64(2) {
			d := graph.NewDirection(m.Params())
			for i := range d {
				copy(d[i].Float64s(), normal(seed+uint64(i)*2, d[i].DataSize()).Float64s())
			}
			dirs = append(dirs, d)
		}
		got, err := obj.Products(0, dirs...)
		require.NoError(t, err)
		for i, u := range dirs {
			for j, v := range dirs {
				var a, b []float64
				for k := range u {
					a, b = append(a, u[k].Float64s()...), append(b, v[k].Float64s()...)
				}
				want := mat.Inner(mat.NewVecDense(len(a), a), f, mat.NewVecDense(len(b), b))
				assert.InDelta(t, want, got.At(i, j), 1e-10, "%s, %d and %d", name, i, j)
			}
		}
	}
}

// convPath is the parameters after each of a few steps on one batch.
func convPath(t *testing.T, net layers.Layer, cfg kfac.Config, x, y *tensor.Dense) [][]float64 {
	t.Helper()
	m := imageModel(t, net, x.Shape()[1:]...)
	o, err := kfac.New(cfg)
	require.NoError(t, err)
	path := [][]float64{flat(m.Params(), values)}
	for range 4 {
		step(t, m, o, x, y)
		path = append(path, flat(m.Params(), values))
	}
	return path
}

// TestConvolutionOverTheWholeImageIsDense: with the same weights and draws it
// takes the steps of the dense layer, in every structure and mode.
func TestConvolutionOverTheWholeImageIsDense(t *testing.T) {
	x, y := normal(21, 6, 4, 5, 2), labels(1, 0, 2, 2, 1, 0)
	for _, structure := range kfac.Structures() {
		for _, estimator := range []graph.FisherEstimator{graph.Exact, graph.MC} {
			for _, mode := range kfac.Modes() {
				t.Run(fmt.Sprintf("%s %s %s", structure, estimator, mode), func(t *testing.T) {
					cfg := kfac.Config{Mode: mode, Structure: structure, Estimator: estimator, Damping: 0.5}
					conv := convPath(t, convNet(&layers.Conv2D{Filters: 3, Kernel: [2]int{4, 5}, BiasInit: 0.1}), cfg, x, y)
					dense := convPath(t, layers.Sequential{&layers.Flatten{}, &layers.Dense{Units: 3, BiasInit: 0.1}, layers.Tanh(), &layers.Dense{Units: convClasses}}, cfg, x, y)
					assert.NotEqual(t, dense[0], dense[1])
					for k := range dense {
						assert.InDeltaSlice(t, dense[k], conv[k], 1e-9, "step %d", k)
					}
				})
			}
		}
	}
}

// TestConvolutionDuplicatedBatch: a batch given twice over is the same mean and
// the same factors, with several locations as with one.
func TestConvolutionDuplicatedBatch(t *testing.T) {
	x := normal(22, 3, 4, 5, 2)
	twice := graph.NewDense(graph.Float64, 6, 4, 5, 2)
	copy(twice.Float64s(), x.Float64s())
	copy(twice.Float64s()[3*4*5*2:], x.Float64s())
	for _, structure := range kfac.Structures() {
		for name := range convTable() {
			cfg := plain(0.1, 0.5)
			cfg.Structure = structure
			c, d := convTable()[name], convTable()[name]
			once := convPath(t, convNet(&c), cfg, x, labels(0, 2, 1))
			dup := convPath(t, convNet(&d), cfg, twice, labels(0, 2, 1, 0, 2, 1))
			for k := range once {
				assert.InDeltaSlice(t, once[k], dup[k], 1e-10, "%s, %s, step %d", structure, name, k)
			}
		}
	}
}
