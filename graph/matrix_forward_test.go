package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// ForwardAll goes through a node on the way to several outs once, and gives what one call
// for each gives.
func TestForwardAllVisitsOnce(t *testing.T) {
	b := newBuilder(t)
	walks := 0
	x, w, dx := vector(b, "x", 2, -3), vector(b, "w", 5, 7), vector(b, "dx", 1, 10)
	counted := func(b *graph.Builder, x, y *graph.Node) (*graph.Node, error) {
		return b.Apply(graph.Op{
			Name: "counted", Shape: x.Shape().Clone(), F32: product[float32](nil), F64: product[float64](nil),
			Tangent: func(t *graph.Tangent) (*graph.Node, error) {
				walks++
				return graph.Bilinear(bilinearTimes)(t)
			},
		}, x, y)
	}
	square := must(t)(counted(b, x, x))
	outs := []*graph.Node{must(t)(bilinearTimes(b, square, w)), w, square, must(t)(b.Sum(square, x))}
	dots, err := b.ForwardAll(outs, []*graph.Node{x}, []*graph.Node{dx})
	require.NoError(t, err)
	assert.Equal(t, 1, walks)
	require.Len(t, dots, 4)
	assert.Nil(t, dots[1], "w does not depend on x")
	for i, out := range outs {
		if i == 1 {
			continue
		}
		alone := must(t)(b.Forward(out, []*graph.Node{x}, []*graph.Node{dx}))
		compute(t, b, dots[i], alone)
		assert.Equal(t, values(alone), values(dots[i]))
	}
	_, err = b.ForwardAll([]*graph.Node{square, nil}, []*graph.Node{x}, []*graph.Node{dx})
	assert.EqualError(t, err, "graph: forward: a node is nil")
	none, err := b.ForwardAll(nil, []*graph.Node{x}, []*graph.Node{dx})
	require.NoError(t, err)
	assert.Empty(t, none)
}
