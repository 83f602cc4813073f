package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// A sequence computes what a program does, each node once, and only what is asked for.
func TestSequence(t *testing.T) {
	b := newBuilder(t)
	x, y := vector(b, "x", 2, 3), vector(b, "y", 5, 7)
	var shared, unused int
	product := must(t)(times(b, &shared, x, y))
	square := must(t)(times(b, nil, product, product))
	must(t)(times(b, &unused, square, square))
	cube := must(t)(times(b, nil, square, product))
	s, err := b.CompileSequence(cube, square, x)
	require.NoError(t, err)
	assert.Equal(t, 3*2*8, s.Bytes())
	for run := range 3 {
		graph.Value(x).Float64s()[0] = float64(run)
		require.NoError(t, s.Run())
		p := 5 * float64(run)
		assert.Equal(t, []float64{p * p, 21 * 21}, values(square))
		assert.Equal(t, []float64{p * p * p, 21 * 21 * 21}, values(cube))
	}
	assert.Equal(t, 3, shared)
	assert.Zero(t, unused)
	assert.Zero(t, testing.AllocsPerRun(20, func() { _ = s.Run() }))

	require.NoError(t, b.Bind(y, graph.Value(must(t)(vector(b, "z", 1, 10), nil))))
	require.NoError(t, s.Run())
	assert.Equal(t, []float64{4, 900}, values(square), "bound to other memory")
}

// After a sequence a program resumes with what is there.
func TestSequenceThenResume(t *testing.T) {
	b := newBuilder(t)
	x := vector(b, "x", 2)
	runs := 0
	y := must(t)(times(b, &runs, x, x))
	z := must(t)(times(b, nil, y, x))
	s, err := b.CompileSequence(y)
	require.NoError(t, err)
	p, err := b.Compile(z)
	require.NoError(t, err)
	require.NoError(t, s.Run())
	require.NoError(t, p.Resume())
	assert.Equal(t, []float64{8}, values(z))
	assert.Equal(t, 1, runs)
}

// Stock ops run on the tape machine.
func TestSequenceOfStockOps(t *testing.T) {
	b := newBuilder(t)
	x := vector(b, "x", 2, 3)
	y := must(t)(gorgonia.Square(must(t)(b.Snapshot(x))))
	_, err := b.CompileSequence(y)
	require.ErrorContains(t, err, "take a Snapshot")
	out := must(t)(b.Snapshot(y))
	s, err := b.CompileSequence(out)
	require.NoError(t, err)
	assert.Equal(t, 2*2*8, s.Bytes(), "of both snapshots")
	for range 2 {
		require.NoError(t, s.Run())
		assert.Equal(t, []float64{4, 9}, values(out))
	}
}

func TestSequenceErrors(t *testing.T) {
	b := newBuilder(t)
	_, err := b.CompileSequence(vector(newBuilder(t), "x", 1))
	assert.ErrorContains(t, err, "another builder's graph")
	_, err = b.CompileSequence(nil)
	assert.ErrorContains(t, err, "nil")
	empty, err := b.CompileSequence(vector(b, "x", 1))
	require.NoError(t, err)
	assert.NoError(t, empty.Run(), "an input is there already")
	bad, err := b.Apply(graph.Op{
		Name: "bad", Shape: []int{1}, F32: func([]float32, [][]float32) { panic("no") }, F64: func([]float64, [][]float64) { panic("no") },
	}, vector(b, "y", 1))
	s, err := b.CompileSequence(must(t)(bad, err))
	require.NoError(t, err)
	assert.EqualError(t, s.Run(), "graph: run: graph: op bad: no")
}

// A graph over a copy of the parameters stays as it is when these change.
func TestSubstitute(t *testing.T) {
	p, s := graph.NewParam("w", graph.Float64, 2), graph.NewBuffer("m", graph.Float64, 2)
	p.Value.Float64s()[0], s.Value.Float64s()[0] = 3, 5
	b := newBuilder(t)
	require.NoError(t, b.Substitute(p, p.Value.Clone().(*tensor.Dense)))
	require.NoError(t, b.SubstituteBuffer(s, s.Value.Clone().(*tensor.Dense)))
	y := must(t)(times(b, nil, b.Param(p), b.Buffer(s)))
	p.Value.Float64s()[0], s.Value.Float64s()[0] = 30, 50
	compute(t, b, y)
	assert.Equal(t, []float64{15, 0}, values(y))

	assert.ErrorContains(t, b.Substitute(p, p.Value), "w: it is part of the graph already")
	assert.ErrorContains(t, b.SubstituteBuffer(s, s.Value), "m: it is part of the graph already")
	other := graph.NewParam("v", graph.Float64, 2)
	assert.ErrorContains(t, b.Substitute(other, nil), "v: the tensor is nil")
	assert.ErrorContains(t, b.Substitute(other, graph.NewDense(graph.Float64, 3)), "v of shape (2): a tensor of shape (3)")
	assert.ErrorContains(t, b.Substitute(other, graph.NewDense(graph.Float32, 2)), "float32 in a float64 graph")
}
