package graph_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/gokfac/gokfac/graph"
)

// TestDataError comes out of a run as the op raised it, where another panic names the op;
// the next run is as if nothing had been.
func TestDataError(t *testing.T) {
	b, err := graph.NewBuilder(graph.Config{DType: graph.Float64, Batch: 1})
	require.NoError(t, err)
	x, v := b.Input("x", 1)
	raised := &graph.DataError{Layer: "words", Problem: "no such row"}
	y, err := b.Apply(graph.Op{
		Name: "picky", Shape: []int{1}, F32: func([]float32, [][]float32) {},
		F64: func(out []float64, in [][]float64) {
			switch in[0][0] {
			case 1:
				panic(raised)
			case 2:
				panic("a fault")
			}
			out[0] = in[0][0]
		},
	}, x)
	require.NoError(t, err)
	behind, err := gorgonia.Tanh(must(t)(b.Snapshot(y)))
	require.NoError(t, err)
	for _, out := range []*graph.Node{y, must(t)(b.Snapshot(behind))} { // our runner, and gorgonia's
		p, err := b.Compile(out)
		require.NoError(t, err)
		v.Float64s()[0] = 1
		err = p.Run()
		var data *graph.DataError
		require.True(t, errors.As(err, &data))
		assert.Same(t, raised, data)
		assert.Equal(t, "words: no such row", err.Error())
		v.Float64s()[0] = 2
		err = p.Run()
		assert.ErrorContains(t, err, "graph: run: ")
		assert.ErrorContains(t, err, "graph: op picky: a fault")
		v.Float64s()[0] = 3
		require.NoError(t, p.Run())
		assert.Equal(t, 3.0, graph.Value(y).Float64s()[0])
	}
}
