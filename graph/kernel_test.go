package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

func TestPanicInOpIsError(t *testing.T) {
	b := newBuilder(t)
	fail := true
	x := vector(b, "x", 1, 2)
	y := must(t)(b.Apply(op("brittle", tensor.Shape{2}, func(out []float64, in [][]float64) {
		if fail {
			panic("out of beans")
		}
		copy(out, in[0])
	}), x))
	index := must(t)(b.Apply(op("outside", tensor.Shape{2}, func(out []float64, in [][]float64) { out[0] = in[0][2] }), x))
	p, err := b.Compile(y)
	require.NoError(t, err)
	err = p.Run()
	assert.ErrorContains(t, err, "op brittle: out of beans")
	fail = false
	require.NoError(t, p.Run(), "the program is usable after an error")
	assert.Equal(t, []float64{1, 2}, values(y))

	p, err = b.Compile(index)
	require.NoError(t, err)
	assert.ErrorContains(t, p.Run(), "op outside: runtime error: index out of range")
}

// gorgonia merges nodes of equal op hash and inputs, and inputs of equal name
// and shape.
func TestTwinsAreNotMerged(t *testing.T) {
	b, runs := newBuilder(t), 0
	x, x2 := vector(b, "x", 3), vector(b, "x", 5)
	p, p2 := b.Param(graph.NewParam("w", graph.Float64, 1)), b.Param(graph.NewParam("w", graph.Float64, 1))
	assert.NotSame(t, x, x2)
	assert.NotSame(t, p, p2)
	y, y2 := must(t)(times(b, &runs, x, x)), must(t)(times(b, &runs, x, x))
	assert.NotSame(t, y, y2)
	z := must(t)(times(b, nil, x2, x2))
	compute(t, b, y, y2, z)
	assert.Equal(t, 2, runs)
	assert.Equal(t, []float64{9}, values(y))
	assert.Equal(t, []float64{9}, values(y2))
	assert.Equal(t, []float64{25}, values(z))
	assert.NotSame(t, graph.Value(y), graph.Value(y2))
}

// A chain of a hundred kernels, each of whose operands is dead after its use:
// all their values are right after the run, the inputs' too.
func TestBuffersAreNotOverwritten(t *testing.T) {
	b := newBuilder(t)
	x := vector(b, "x", 1, -1)
	one := b.Ones(2)
	chain := []*graph.Node{x}
	for range 100 {
		chain = append(chain, must(t)(b.Sum(chain[len(chain)-1], one)))
	}
	p := compute(t, b, chain[len(chain)-1])
	require.NoError(t, p.Run())
	for i, n := range chain {
		assert.Equal(t, []float64{float64(1 + i), float64(-1 + i)}, values(n), "node %d", i)
	}
	assert.Equal(t, []float64{1, 1}, values(one))
}

// What a pruned program does not need is not run, and has no memory.
func TestProgramIsPruned(t *testing.T) {
	b, runs := newBuilder(t), 0
	x := vector(b, "x", 3)
	y := must(t)(times(b, nil, x, x))
	unwanted := must(t)(times(b, &runs, y, y))
	compute(t, b, y)
	assert.Zero(t, runs)
	assert.Nil(t, graph.Value(unwanted))
}

func TestIntoWritesTheGradient(t *testing.T) {
	b := newBuilder(t)
	p, q := graph.NewParam("p", graph.Float64, 2), graph.NewParam("q", graph.Float64, 2)
	copy(p.Value.Float64s(), []float64{1, 2})
	y := must(t)(b.Sum(b.Param(p), b.Param(q)))
	y = must(t)(times(b, nil, y, y))
	g, err := b.Backward(y, b.Ones(2), b.Param(p), b.Param(q))
	require.NoError(t, err)
	require.Same(t, g[0], g[1], "one gradient, two parameters")
	first := must(t)(b.Into(g[0], p))
	second := must(t)(b.Into(g[1], q))
	assert.Same(t, g[0], first, "a free buffer is taken over")
	assert.NotSame(t, first, second)
	compute(t, b, first, second)
	assert.Equal(t, []float64{2, 4}, p.Grad.Float64s())
	assert.Equal(t, []float64{2, 4}, q.Grad.Float64s())
	assert.Same(t, p.Grad, graph.Value(first))

	seed := must(t)(b.Into(b.Ones(2), p)) // an input has no kernel to take over
	compute(t, b, seed)
	assert.Equal(t, []float64{1, 1}, p.Grad.Float64s())
	_, err = b.Into(y, graph.NewParam("three", graph.Float64, 3))
	assert.ErrorContains(t, err, "into three")
	_, err = b.Into(nil, p)
	assert.Error(t, err)
}

func TestFloat32Kernel(t *testing.T) {
	b, err := graph.NewBuilder(graph.Config{DType: graph.Float32, Batch: 1})
	require.NoError(t, err)
	x, mem := b.Input("x", 2)
	copy(mem.Float32s(), []float32{3, 0.1})
	y := must(t)(times(b, nil, x, x))
	g, err := b.Backward(y, b.Ones(2), x)
	require.NoError(t, err)
	compute(t, b, y, g[0])
	assert.Equal(t, []float32{9, float32(0.1) * float32(0.1)}, graph.Value(y).Float32s())
	assert.Equal(t, []float32{6, 2 * float32(0.1)}, graph.Value(g[0]).Float32s())
}
