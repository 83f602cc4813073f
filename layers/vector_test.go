package layers_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// Every example has the vector, whatever the shape of its input, and the gradient is the sum over the examples.
func TestVector(t *testing.T) {
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		for _, shape := range [][]int{{3, 4}, {3, 2, 2}, {3}} {
			b := newBuilder(t, dtype, 3, true, 1)
			x, _ := b.Input("x", shape...)
			v := &layers.Vector{Units: 2, Init: layers.Constant(-0.5)}
			assert.Empty(t, v.Params())
			y, err := v.Build(b, x)
			require.NoError(t, err)
			require.Equal(t, []int{3, 2}, []int(y.Shape()))
			require.Len(t, v.Params(), 1)
			assert.Equal(t, "vector1.value", v.Params()[0].Name)
			require.NoError(t, graph.CopyInto(v.Params()[0].Value, tensor.New(tensor.WithBacking([]float64{1, -2}))))
			seed := input(t, b, []float64{1, 2, 3, 4, 5, 6}, 3, 2)
			grads, err := b.Backward(y, seed, x, b.Param(v.Params()[0]))
			require.NoError(t, err)
			assert.Nil(t, grads[0], "the input has no influence")
			p, err := b.Compile(y, grads[1])
			require.NoError(t, err)
			require.NoError(t, p.Run())
			assert.Equal(t, []float64{1, -2, 1, -2, 1, -2}, doubles(graph.Value(y)))
			assert.Equal(t, []float64{9, 12}, doubles(graph.Value(grads[1])))
			require.Len(t, b.Taps, 1)
			assert.Equal(t, graph.Shift, b.Taps[0].Kind)
			assert.Same(t, v.Params()[0], b.Taps[0].Weight)
		}
	}
	assert.Equal(t, "Vector(2)", (&layers.Vector{Units: 2}).String())
	assert.Equal(t, "Vector(2) scale", (&layers.Vector{Units: 2, Name: "scale"}).String())
}

func TestVectorErrors(t *testing.T) {
	for _, units := range []int{0, -1, 1 << 62} {
		b := newBuilder(t, graph.Float64, 1, true, 1)
		_, err := (&layers.Vector{Units: units}).Build(b, b.Ones(1, 1))
		assert.EqualError(t, err, fmt.Sprintf("layers: vector1: %d units: want a positive number that memory has room for", units))
	}
	v := &layers.Vector{Units: 2, Name: "v"}
	b := newBuilder(t, graph.Float64, 1, true, 1)
	_, err := v.Build(b, b.Ones(1, 1))
	require.NoError(t, err)
	b = newBuilder(t, graph.Float32, 1, true, 1)
	_, err = v.Build(b, b.Ones(1, 1))
	assert.EqualError(t, err, "layers: v: 2 units (float32): the parameter is of 2 (float64)")
}

// A description has the units and the name.
func TestVectorKind(t *testing.T) {
	net := layers.Sequential{&layers.Vector{Units: 3, Name: "v", Init: layers.Constant(1)}}
	text, err := layers.Encode(net, layers.Kinds())
	require.NoError(t, err)
	got, err := layers.Decode(text, layers.Kinds())
	require.NoError(t, err)
	assert.Equal(t, layers.Sequential{&layers.Vector{Units: 3, Name: "v"}}, got)
}
