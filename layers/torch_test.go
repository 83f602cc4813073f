package layers_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// torchCase is what a layer of PyTorch gave; testdata/pool_norm_torch.py says how. Images are N×H×W×C.
type torchCase struct {
	Shape, Out              []int
	X, U, Y, DX             []float64
	Weight, Bias            []float64
	DWeight, DBias          []float64
	Window, Stride, Padding [2]int
	Mean, Var               []float64 // of BatchNorm, after the step
}

type torchCases struct {
	Max, Avg                           []torchCase
	AvgCountingPadding                 []torchCase `json:"avg_counting_padding"`
	LayerNorm, GroupNorm, InstanceNorm []torchCase
	BatchNorm                          struct {
		Train []torchCase
		Eval  torchCase
	}
}

func fromTorch(t *testing.T) (c torchCases) {
	t.Helper()
	text, err := os.ReadFile("testdata/pool_norm_torch.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &c))
	return c
}

// torchTolerance: values are of size 10 and are written with 15 digits.
const torchTolerance = 1e-12

// check builds the layer in a graph of its own, with the case's weights, and compares it.
func (c torchCase) check(t *testing.T, l layers.Layer, train bool) {
	t.Helper()
	b := newBuilder(t, graph.Float64, c.Shape[0], train, 1)
	x := input(t, b, c.X, c.Shape...)
	y, err := l.Build(b, x)
	require.NoError(t, err)
	require.Equal(t, c.Out, []int(y.Shape()))
	wrt := []*graph.Node{x}
	want := [][]float64{c.DX}
	for i, p := range l.Params() {
		copy(p.Value.Float64s(), [][]float64{c.Weight, c.Bias}[i])
		wrt, want = append(wrt, b.Param(p)), append(want, [][]float64{c.DWeight, c.DBias}[i])
	}
	grads, err := b.Backward(y, input(t, b, c.U, c.Out...), wrt...)
	require.NoError(t, err)
	p, err := b.Compile(append(append(grads, y), b.Updates()...)...)
	require.NoError(t, err)
	require.NoError(t, p.Run())
	assert.InDeltaSlice(t, c.Y, doubles(graph.Value(y)), torchTolerance)
	for i, g := range grads {
		assert.InDeltaSlice(t, want[i], doubles(graph.Value(g)), torchTolerance, "the gradient at %d", i)
	}
	if train {
		b.Commit()
	}
}

func TestPoolsAgreeWithPyTorch(t *testing.T) {
	all := fromTorch(t)
	require.NotEmpty(t, all.Max)
	for _, c := range all.Max {
		c.check(t, &layers.MaxPool2D{Window: c.Window, Stride: c.Stride, Padding: c.Padding}, true)
		c.check(t, &layers.MaxPool2D{Window: c.Window, Stride: c.Stride, Padding: c.Padding}, false)
	}
	require.NotEmpty(t, all.Avg)
	for _, c := range all.Avg {
		c.check(t, &layers.AvgPool2D{Window: c.Window, Stride: c.Stride, Padding: c.Padding}, true)
	}
	require.NotEmpty(t, all.AvgCountingPadding)
	for _, c := range all.AvgCountingPadding {
		c.check(t, &layers.AvgPool2D{Window: c.Window, Stride: c.Stride, Padding: c.Padding, CountPadding: true}, true)
	}
}

func TestNormalizationsAgreeWithPyTorch(t *testing.T) {
	all := fromTorch(t)
	l := &layers.BatchNorm{}
	require.Len(t, all.BatchNorm.Train, 2)
	for _, c := range all.BatchNorm.Train {
		c.check(t, l, true)
		assert.InDeltaSlice(t, c.Mean, l.Buffers()[0].Value.Float64s(), torchTolerance)
		assert.InDeltaSlice(t, c.Var, l.Buffers()[1].Value.Float64s(), torchTolerance)
	}
	all.BatchNorm.Eval.check(t, l, false)
	assert.Equal(t, "batchnorm1.running_mean", l.Buffers()[0].Name)
	assert.Equal(t, "batchnorm1.running_var", l.Buffers()[1].Name)

	require.Len(t, all.LayerNorm, 2)
	for _, c := range all.LayerNorm {
		c.check(t, &layers.LayerNorm{}, true)
		c.check(t, &layers.LayerNorm{}, false)
	}
	require.Len(t, all.GroupNorm, 2)
	for i, c := range all.GroupNorm {
		c.check(t, &layers.GroupNorm{Groups: 2 + i}, true)
	}
	require.Len(t, all.InstanceNorm, 1)
	for _, c := range all.InstanceNorm {
		c.check(t, &layers.GroupNorm{Groups: c.Shape[len(c.Shape)-1]}, true)
	}
}
