package graph_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// A stock op may not read what it does not own: the tape machine would let it
// write into an input, a weight or a kernel's buffer.
func TestCompileRefusesStockOpsInPlace(t *testing.T) {
	for name, read := range map[string]func(b *graph.Builder) *graph.Node{
		"input": func(b *graph.Builder) *graph.Node { return vector(b, "x", 1, 2) },
		"parameter": func(b *graph.Builder) *graph.Node {
			return b.Param(graph.NewParam("w", graph.Float64, 2))
		},
		"kernel": func(b *graph.Builder) *graph.Node {
			return must(t)(times(b, nil, vector(b, "x", 1, 2), vector(b, "y", 1, 2)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBuilder(t)
			x := read(b)
			y := must(t)(b.Snapshot(must(t)(gorgonia.Tanh(x))))
			_, err := b.Compile(y)
			assert.ErrorContains(t, err, "tanh")
			assert.ErrorContains(t, err, "in place")
			own := must(t)(b.Snapshot(must(t)(gorgonia.Tanh(must(t)(b.Snapshot(x))))))
			_, err = b.Compile(own)
			assert.NoError(t, err)
		})
	}
}

func TestCompileRefusesStockResult(t *testing.T) {
	b := newBuilder(t)
	x := vector(b, "x", 1, 2)
	y := must(t)(gorgonia.Tanh(must(t)(b.Snapshot(x))))
	_, err := b.Compile(y)
	assert.ErrorContains(t, err, "Snapshot")
	assert.Nil(t, graph.Value(y))
}

// The gradient of Σ tanh(x)⊙x by gorgonia's own rules, over several runs with
// other inputs, and the inputs stay what the caller wrote.
func TestStockGradient(t *testing.T) {
	b := newBuilder(t)
	x, mem := b.Input("x", 3)
	own := must(t)(b.Snapshot(x))
	y := must(t)(b.Snapshot(must(t)(gorgonia.HadamardProd(must(t)(gorgonia.Tanh(own)), own))))
	g, err := b.Backward(y, b.Ones(3), x)
	require.NoError(t, err)
	p, err := b.Compile(y, g[0])
	require.NoError(t, err)
	for _, in := range [][]float64{{0.3, -1, 2}, {-0.7, 0.1, 0}, {0.3, -1, 2}} {
		copy(mem.Float64s(), in)
		require.NoError(t, p.Run())
		assert.Equal(t, in, mem.Float64s())
		for i, v := range in {
			th := math.Tanh(v)
			assert.InDelta(t, v*th, values(y)[i], 1e-15)
			// Two roundings of numbers of size 3: 1e-15.
			assert.InDelta(t, th+v*(1-th*th), values(g[0])[i], 4e-15)
		}
	}
}

// A snapshot that the caller wants to read after the run is not given to a
// stock op: s + u would be written over s.
func TestCompileRefusesStockOpOnWantedSnapshot(t *testing.T) {
	b := newBuilder(t)
	s := must(t)(b.Snapshot(vector(b, "x", 1, 2)))
	u := must(t)(b.Snapshot(vector(b, "y", 10, 20)))
	sum := must(t)(b.Snapshot(must(t)(gorgonia.Add(s, u))))
	_, err := b.Compile(s, sum)
	assert.ErrorContains(t, err, "in place")

	again := must(t)(b.Snapshot(must(t)(gorgonia.Add(must(t)(b.Snapshot(s)), u))))
	p := compute(t, b, s, again)
	require.NoError(t, p.Run())
	assert.Equal(t, []float64{11, 22}, values(again))
	assert.Equal(t, []float64{1, 2}, values(s))
}

// A stock Reshape shares its operand's memory without telling the compiler:
// the sum would be written over s before s is read again.
func TestCompileRefusesStockReshapeOfSharedValue(t *testing.T) {
	b := newBuilder(t)
	s := must(t)(b.Snapshot(vector(b, "x", 1, 2)))
	u := must(t)(b.Snapshot(must(t)(b.Reshape(vector(b, "y", 10, 20), 2, 1))))
	square := func(r *graph.Node) *graph.Node { // (s + u)⊙s
		sum := must(t)(b.Snapshot(must(t)(gorgonia.Add(r, u))))
		return must(t)(times(b, nil, must(t)(b.Reshape(sum, 2)), s))
	}
	_, err := b.Compile(square(must(t)(gorgonia.Reshape(s, tensor.Shape{2, 1}))))
	assert.ErrorContains(t, err, "Builder.Reshape")

	own := must(t)(b.Snapshot(s))
	y := square(must(t)(gorgonia.Reshape(own, tensor.Shape{2, 1})))
	compute(t, b, y)
	assert.Equal(t, []float64{11, 44}, values(y))
}

// A stock op may return a view whose memory is not in row-major order.
func TestStockTransposeIsReadRowMajor(t *testing.T) {
	b := newBuilder(t)
	x, mem := b.Input("x", 2, 3)
	copy(mem.Float64s(), []float64{1, 2, 3, 4, 5, 6})
	tr := must(t)(b.Snapshot(must(t)(gorgonia.Transpose(must(t)(b.Snapshot(x)), 1, 0))))
	sl := must(t)(b.Snapshot(must(t)(gorgonia.Slice(must(t)(b.Snapshot(x)), nil, gorgonia.S(1, 3)))))
	p := compute(t, b, tr, sl)
	require.NoError(t, p.Run())
	assert.Equal(t, []float64{1, 4, 2, 5, 3, 6}, values(tr))
	assert.Equal(t, []float64{2, 3, 5, 6}, values(sl))
	assert.Equal(t, []float64{1, 2, 3, 4, 5, 6}, mem.Float64s())
}
