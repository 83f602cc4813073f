package kfac_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
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
