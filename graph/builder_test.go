package graph_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

func TestNewBuilderErrors(t *testing.T) {
	for _, c := range []struct {
		cfg  graph.Config
		want string
	}{
		{graph.Config{Batch: 1}, "no element type: want float32 or float64"},
		{graph.Config{Batch: 1, DType: tensor.Int}, "int: want float32 or float64"},
		{graph.Config{DType: graph.Float32}, "batch size 0"},
		{graph.Config{DType: graph.Float32, Batch: -3}, "batch size -3"},
	} {
		_, err := graph.NewBuilder(c.cfg)
		assert.ErrorContains(t, err, c.want)
	}
}

func TestMisuseIsError(t *testing.T) {
	b, other := newBuilder(t), newBuilder(t)
	x, theirs := vector(b, "x", 1, 2), vector(other, "x", 1, 2)
	single := b.Param(graph.NewParam("single", graph.Float32, 2))
	fine := func(shape ...int) graph.Op { return op("fine", shape, func([]float64, [][]float64) {}) }
	for _, c := range []struct {
		name string
		call func() (*graph.Node, error)
		want string
	}{
		{"nil input", func() (*graph.Node, error) { return b.Apply(fine(2), x, nil) }, "op fine: a node is nil"},
		{"another graph's", func() (*graph.Node, error) { return b.Apply(fine(2), theirs) }, "another builder"},
		{"other float type", func() (*graph.Node, error) { return b.Apply(fine(2), single) }, "is float32 in a float64 graph"},
		{"scalar", func() (*graph.Node, error) { return b.Apply(fine(), x) }, "scalar output; use shape (1)"},
		{"no inputs", func() (*graph.Node, error) { return b.Apply(fine(2)) }, "op fine"},
		{"no function", func() (*graph.Node, error) { return b.Apply(graph.Op{Name: "empty", Shape: tensor.Shape{1}}, x) }, "op empty: F32 and F64"},
		{"snapshot of nil", func() (*graph.Node, error) { return b.Snapshot(nil) }, "snapshot: a node is nil"},
		{"snapshot of another graph's", func() (*graph.Node, error) { return b.Snapshot(theirs) }, "another builder"},
		{"reshape of nil", func() (*graph.Node, error) { return b.Reshape(nil, 2) }, "reshape: a node is nil"},
		{"reshape to another size", func() (*graph.Node, error) { return b.Reshape(x, 3) }, "reshape of (2) to (3)"},
		{"reshape to negative sizes", func() (*graph.Node, error) { return b.Reshape(x, -1, -2) }, "[-1 -2]: want positive sizes"},
		{"reshape to nothing", func() (*graph.Node, error) { return b.Reshape(x) }, "want positive sizes"},
		{"sum of nothing", func() (*graph.Node, error) { return b.Sum() }, "sum of no nodes"},
		{"sum with nil", func() (*graph.Node, error) { return b.Sum(nil, x) }, "sum: a node is nil"},
		{"sum of shapes", func() (*graph.Node, error) { return b.Sum(x, b.Ones(3)) }, "sum of (2) and (3)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := c.call()
			assert.ErrorContains(t, err, c.want)
			assert.Nil(t, n)
		})
	}
}

func TestOnce(t *testing.T) {
	type key struct{ i int }
	b, calls := newBuilder(t), 0
	build := func() (*graph.Node, error) { calls++; return b.Ones(1), nil }
	_, err := b.Once(key{1}, func() (*graph.Node, error) { return nil, errors.New("not yet") })
	assert.EqualError(t, err, "not yet")
	n := must(t)(b.Once(key{1}, build))
	assert.Same(t, n, must(t)(b.Once(key{1}, build)))
	assert.NotSame(t, n, must(t)(b.Once(key{2}, build)))
	assert.Equal(t, 2, calls)
}

func TestNamesAndDraws(t *testing.T) {
	b := newBuilder(t)
	assert.Equal(t, []string{"dense1", "dense2", "conv1"}, []string{b.UniqueName("dense"), b.UniqueName("dense"), b.UniqueName("conv")})
	assert.Zero(t, b.Draw())
	b.NewDraw()
	assert.EqualValues(t, 1, b.Draw())
	p := graph.NewParam("w", graph.Float64, 2, 3)
	assert.Same(t, b.Param(p), b.Param(p))
	assert.True(t, graph.IsInput(b.Param(p)))
	assert.Same(t, p.Value, graph.Value(b.Param(p)), "parameters are not copied")
	assert.Equal(t, 6, p.Size())
	assert.Equal(t, 10, graph.CountParams([]*graph.Param{p, graph.NewParam("b", graph.Float64, 4)}))
}

func TestTap(t *testing.T) {
	b, err := graph.NewBuilder(graph.Config{DType: graph.Float64, Batch: 5})
	require.NoError(t, err)
	a, _ := b.Input("a", 5, 2)
	s, _ := b.Input("s", 5, 3)
	w := graph.NewParam("w", graph.Float64, 2, 3)
	b.Tap("layer", a, s, w, nil)
	require.Len(t, b.Taps, 1)
	tap := b.Taps[0]
	gotA, gotS := tap.Nodes()
	assert.Same(t, a, gotA)
	assert.Same(t, s, gotS)
	assert.Equal(t, 5, tap.Examples)
	assert.Same(t, w, tap.Weight)
	assert.Nil(t, tap.Bias)
	assert.Equal(t, "gradient curvature", graph.PassGrad.String()+" "+graph.PassCurvature.String())
}

func TestEstimatorsAndFiniteness(t *testing.T) {
	for _, e := range []graph.FisherEstimator{graph.MC, graph.Exact, graph.GGN, graph.Empirical} {
		assert.NoError(t, e.Validate())
	}
	assert.ErrorContains(t, graph.FisherEstimator("kfra").Validate(), `"kfra": want mc, exact, ggn or empirical`)
	assert.NoError(t, graph.CheckFinite(-math.MaxFloat64))
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		var nonFinite *graph.NonFiniteError
		require.ErrorAs(t, graph.CheckFinite(v), &nonFinite)
		assert.Contains(t, nonFinite.Error(), "the loss is ")
	}
}
