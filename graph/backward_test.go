package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Numbers are small integers throughout, so that every product is exact.

func TestBackwardOfValueUsedTwice(t *testing.T) {
	b := newBuilder(t)
	x, w := vector(b, "x", 2, -3), vector(b, "w", 5, 7)
	square := must(t)(times(b, nil, x, x))
	residual := must(t)(b.Sum(x, must(t)(times(b, nil, x, w)))) // x + x⊙w
	for _, c := range []struct {
		name string
		out  *graph.Node
		want []float64
	}{
		{"x⊙x", square, []float64{4, -6}},
		{"x + x⊙w", residual, []float64{6, 8}},
		{"x + x", must(t)(b.Sum(x, x)), []float64{2, 2}},
		{"(x⊙x)⊙(x + x⊙w)", must(t)(times(b, nil, square, residual)), []float64{3 * 4 * 6, 3 * 9 * 8}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := b.Backward(c.out, b.Ones(2), x)
			require.NoError(t, err)
			compute(t, b, g[0])
			assert.Equal(t, c.want, values(g[0]))
		})
	}
}

// y = (x⊙w)⊙v + x⊙w: inputs, an intermediate and the output itself at once.
func TestBackwardWithRespectToAnyNode(t *testing.T) {
	b := newBuilder(t)
	x, w, v := vector(b, "x", 2), vector(b, "w", 3), vector(b, "v", 5)
	h := must(t)(times(b, nil, x, w))
	y := must(t)(b.Sum(must(t)(times(b, nil, h, v)), h))
	seed := vector(b, "seed", 7)
	g, err := b.Backward(y, seed, w, h, v, y, x, h)
	require.NoError(t, err)
	compute(t, b, g...)
	for i, want := range []float64{7 * 6 * 2, 7 * 6, 7 * 6, 7, 7 * 6 * 3, 7 * 6} {
		assert.Equal(t, []float64{want}, append([]float64{}, graph.Value(g[i]).Float64s()...), "wrt %d", i)
	}
	// The gradient at the intermediate does not flow past it a second time.
	only, err := b.Backward(y, seed, h)
	require.NoError(t, err)
	compute(t, b, only[0])
	assert.Equal(t, []float64{42}, values(only[0]))
}

// gorgonia's own Grad returns the first call's gradients for ever after.
func TestBackwardManyTimesInOneGraph(t *testing.T) {
	b := newBuilder(t)
	x, w := vector(b, "x", 2), vector(b, "w", 3)
	cube := must(t)(times(b, nil, x, must(t)(times(b, nil, x, x))))
	prod := must(t)(times(b, nil, x, w))
	var all []*graph.Node
	var want []float64
	for i := 1; i <= 3; i++ {
		s := float64(i)
		for _, c := range []struct {
			out  *graph.Node
			grad float64
		}{{cube, 12}, {prod, 3}} {
			g, err := b.Backward(c.out, vector(b, "seed", s), x)
			require.NoError(t, err)
			all, want = append(all, g[0]), append(want, s*c.grad)
		}
	}
	compute(t, b, all...)
	for i, g := range all {
		assert.Equal(t, want[i], values(g)[0], "call %d", i)
	}
}

// A gradient is made of kernels, so it can be differentiated again: x³ has
// second derivative 6x.
func TestBackwardOfGradient(t *testing.T) {
	b := newBuilder(t)
	x := vector(b, "x", 2)
	cube := must(t)(times(b, nil, x, must(t)(times(b, nil, x, x))))
	first, err := b.Backward(cube, b.Ones(1), x)
	require.NoError(t, err)
	second, err := b.Backward(first[0], b.Ones(1), x)
	require.NoError(t, err)
	compute(t, b, second[0])
	assert.Equal(t, []float64{12}, values(second[0]))
}

func TestBackwardWithoutInfluence(t *testing.T) {
	b := newBuilder(t)
	x, w, other := vector(b, "x", 2), vector(b, "w", 3), vector(b, "other", 1)
	constant := must(t)(b.Apply(graph.Op{
		Name: "mask", Shape: tensor.Shape{1}, Const: true,
		F64: func(out []float64, in [][]float64) { out[0] = in[0][0] }, F32: func([]float32, [][]float32) {},
	}, other))
	y := must(t)(times(b, nil, must(t)(times(b, nil, x, w)), constant))
	after := must(t)(times(b, nil, y, w))
	g, err := b.Backward(y, b.Ones(1), other, x, constant, after)
	require.NoError(t, err)
	assert.Nil(t, g[0], "behind a constant")
	assert.NotNil(t, g[1])
	assert.NotNil(t, g[2], "the constant's own gradient is one")
	assert.Nil(t, g[3], "a consumer of the output")
	none, err := b.Backward(y, b.Ones(1))
	require.NoError(t, err)
	assert.Empty(t, none)
}

// Two layers h = x⊙w, y = h⊙v: the walk asks only for what lies between the
// wanted nodes and the output, and runs no kernel for x's own gradient.
func TestBackwardVisitsOnlyWhatIsNeeded(t *testing.T) {
	for _, c := range []struct {
		name string
		wrt  func(x, w, v *graph.Node) []*graph.Node
		runs int // gradient kernels
	}{
		{"both weights", func(_, w, v *graph.Node) []*graph.Node { return []*graph.Node{w, v} }, 3},
		{"last weight", func(_, _, v *graph.Node) []*graph.Node { return []*graph.Node{v} }, 1},
		{"all", func(x, w, v *graph.Node) []*graph.Node { return []*graph.Node{x, w, v} }, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, runs := newBuilder(t), 0
			x, w, v := vector(b, "x", 2), vector(b, "w", 3), vector(b, "v", 5)
			y := must(t)(times(b, &runs, must(t)(times(b, &runs, x, w)), v))
			wrt := c.wrt(x, w, v)
			g, err := b.Backward(y, b.Ones(1), wrt...)
			require.NoError(t, err)
			compute(t, b, append(g, y)...)
			assert.Equal(t, 2+c.runs, runs)
		})
	}
}

func TestBackwardErrors(t *testing.T) {
	b := newBuilder(t)
	x := vector(b, "x", 2, 3)
	stuck := must(t)(b.Apply(op("stuck", tensor.Shape{2}, func([]float64, [][]float64) {}), x))
	crooked := func(grads ...*graph.Node) *graph.Node {
		o := op("crooked", tensor.Shape{2}, func([]float64, [][]float64) {})
		o.Diff = func(*graph.Diff) ([]*graph.Node, error) { return grads, nil }
		return must(t)(b.Apply(o, x))
	}
	elsewhere := newBuilder(t)
	for name, c := range map[string]struct {
		out, seed, wrt *graph.Node
		want           string
	}{
		"no rule":           {stuck, b.Ones(2), x, "backward through stuck: the op has no derivative rule"},
		"wrong count":       {crooked(x, x), b.Ones(2), x, "2 gradients for 1 inputs"},
		"wrong shape":       {crooked(b.Ones(3)), b.Ones(2), x, "gradient of shape (3) for input 0 of shape (2)"},
		"wrong seed":        {x, b.Ones(3), x, "seed (3) for an output of shape (2)"},
		"nil out":           {nil, b.Ones(2), x, "nil"},
		"nil seed":          {x, nil, x, "nil"},
		"nil wrt":           {x, b.Ones(2), nil, "nil"},
		"another builder's": {x, b.Ones(2), vector(elsewhere, "x", 1, 2), "another builder"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.Backward(c.out, c.seed, c.wrt)
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err := b.Backward(stuck, b.Ones(2), vector(b, "unrelated", 1))
	assert.NoError(t, err, "an op that no wanted node reaches needs no rule")
}
