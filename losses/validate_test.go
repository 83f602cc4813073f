package losses_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

func TestValidate(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		loss    string
		outputs int
		y       []float64
		want    string // of the error; "" for none
	}{
		{"softmax", 3, []float64{0, 2, 1}, ""},
		{"softmax", 3, []float64{0, 3, 1}, "label 3 of example 1: want a whole number from 0 to 2"},
		{"softmax", 3, []float64{-1, 3, 1}, "label -1 of example 0"},
		{"softmax", 3, []float64{0, 0, 0.5}, "label 0.5 of example 2"},
		{"softmax", 3, []float64{nan}, "label NaN"},
		{"softmax", 3, []float64{inf}, "label +Inf"},
		{"sigmoid", 2, []float64{0, 1, 0.5, 0.25}, ""},
		{"sigmoid", 2, []float64{0, 1, 0.5, 1.25}, "target 1.25 of example 1: want a number from 0 to 1"},
		{"sigmoid", 2, []float64{-0.001, 1, 0.5, 1}, "of example 0"},
		{"sigmoid", 2, []float64{0, 0, 0, 0, nan, 0}, "target NaN of example 2"},
		{"squared", 2, []float64{-1e300, 1, 0, 1e300}, ""},
		{"squared", 2, []float64{0, 0, 0, nan}, "target NaN of example 1: want a finite number"},
		{"squared", 2, []float64{0, inf, 0, 0}, "target +Inf of example 0"},
		{"squared", 2, []float64{0, 0, -inf, 0}, "target -Inf of example 1"},
		{"gaussian", 4, []float64{-1e300, 1, 0, 1e300}, ""},
		{"gaussian", 4, []float64{0, 0, 0, nan}, "target NaN of example 1: want a finite number"},
		{"gaussian", 4, []float64{0, inf, 0, 0}, "target +Inf of example 0"},
		{"gaussian", 2, []float64{0, 0, -inf, 0}, "target -Inf of example 2"},
	} {
		err := all[c.loss].Validate(tensor.New(tensor.WithBacking(c.y)), c.outputs)
		if c.want == "" {
			assert.NoError(t, err)
		} else {
			assert.ErrorContains(t, err, c.want)
		}
	}
	single := tensor.New(tensor.WithBacking([]float32{0, 2, 7}))
	assert.ErrorContains(t, all["softmax"].Validate(single, 7), "label 7 of example 2: want a whole number from 0 to 6")
	assert.NoError(t, all["softmax"].Validate(single, 8))
}

func TestTargetShape(t *testing.T) {
	for name, want := range map[string]tensor.Shape{"softmax": {5}, "squared": {5, 3}, "sigmoid": {5, 3}, "gaussian": {5, 3}} {
		shape, err := all[name].TargetShape(tensor.Shape{5, outputsOf(name, 3)})
		require.NoError(t, err)
		assert.Equal(t, want, shape)
		_, err = all[name].TargetShape(tensor.Shape{5, 3, 2})
		assert.ErrorContains(t, err, "outputs of shape (5, 3, 2): want a matrix")
		_, err = all[name].TargetShape(tensor.Shape{5})
		assert.Error(t, err)
	}
}

// A DiagonalGaussian refuses outputs that are no pairs, wherever it is asked.
func TestDiagonalGaussianWantsPairs(t *testing.T) {
	l := losses.DiagonalGaussian{}
	for _, c := range []int{1, 3} {
		b := newBuilder(t, 2, 1)
		z := b.Ones(2, c)
		_, err := l.TargetShape(z.Shape())
		want := fmt.Sprintf("losses: diagonal Gaussian: %d output units: want an even number: the means, then as many logarithms of deviations", c)
		assert.EqualError(t, err, want)
		for _, call := range []func() (*graph.Node, error){
			func() (*graph.Node, error) { return l.Build(b, z, z) }, func() (*graph.Node, error) { return l.Mean(b, z) },
			func() (*graph.Node, error) { return l.LogDeviation(b, z) }, func() (*graph.Node, error) { return l.Sample(b, z) },
			func() (*graph.Node, error) { return l.FactorProduct(b, z, z) }, func() (*graph.Node, error) { return l.KL(b, z, z) },
		} {
			_, err := call()
			assert.EqualError(t, err, want)
		}
	}
}

// Probabilities at any finite logits are probabilities.
func TestMeans(t *testing.T) {
	b := newBuilder(t, 2, 1)
	z, mem := input(t, b, []float64{1000, -1000, 0, 1, 2, 3}, 2, 3)
	soft, sig := must(t)(all["softmax"].Mean(b, z)), must(t)(all["sigmoid"].Mean(b, z))
	compute(t, b, soft, sig)
	assert.Equal(t, []float64{1, 0, 0}, values(soft)[:3])
	sum := 1 + math.E + math.E*math.E
	assert.InDeltaSlice(t, []float64{1 / sum, math.E / sum, math.E * math.E / sum}, values(soft)[3:], 4e-16)
	assert.Equal(t, []float64{1, 0, 0.5}, values(sig)[:3])
	assert.Same(t, z, must(t)(all["squared"].Mean(b, z)))
	pairs, _ := input(t, b, []float64{1, 2, 300, -3, 4, 5, 600, -7}, 2, 4)
	mean, log := must(t)(all["gaussian"].Mean(b, pairs)), must(t)(losses.DiagonalGaussian{}.LogDeviation(b, pairs))
	compute(t, b, mean, log)
	assert.Equal(t, []float64{1, 2, 4, 5}, values(mean))
	assert.Equal(t, []float64{300, -3, 600, -7}, values(log))
	assert.Same(t, mem, graph.Value(z))
}
