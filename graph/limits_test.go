package graph_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// TestLimits: elements of all arrays count together, whatever overflows, and a refused parameter is none.
func TestLimits(t *testing.T) {
	refused := errors.New("not in the file")
	b, err := graph.NewBuilder(graph.Config{DType: graph.Float32, Batch: 1, Limits: &graph.Limits{
		Elements: 100, Param: func(name string, shape ...int) error {
			if name != "w" || len(shape) != 2 {
				return refused
			}
			return nil
		}}})
	require.NoError(t, err)
	p, err := b.NewParam("w", 3, 4)
	require.NoError(t, err)
	assert.Equal(t, 12, p.Size())
	_, err = b.NewParam("v", 1<<40, 4)
	assert.ErrorIs(t, err, refused)
	require.NoError(t, b.Reserve(9, 10))
	assert.ErrorContains(t, b.Reserve(11), "limited to 100")
	assert.ErrorContains(t, b.Reserve(math.MaxInt, math.MaxInt), "limited to 100")
	x, _ := b.Input("x", 2, 2)
	_, err = b.Reshape(x, 4)
	require.NoError(t, err, "4 of the last 10")
	_, err = b.Sum(x, x)
	require.NoError(t, err, "4 more")
	_, err = b.Sum(x, x)
	assert.ErrorContains(t, err, "limited to 100")
	b, err = graph.NewBuilder(graph.Config{DType: graph.Float32, Batch: 1})
	require.NoError(t, err)
	assert.NoError(t, b.Reserve(math.MaxInt, math.MaxInt))
}
