package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/gokfac/gokfac/graph"
)

// TestChildrenAfterNodesWereRemoved: Log takes the node that it simplifies out of the graph, and
// gorgonia's own index of the others is wrong from then on.
func TestChildrenAfterNodesWereRemoved(t *testing.T) {
	g := gorgonia.NewGraph()
	vector := func(name string) *graph.Node {
		return gorgonia.NewVector(g, gorgonia.Float64, gorgonia.WithShape(3), gorgonia.WithName(name))
	}
	p, y := vector("p"), vector("y")
	cost, err := gorgonia.BinaryXent(p, y)
	require.NoError(t, err)
	var walk func(n *graph.Node, depth int)
	seen := map[*graph.Node]bool{}
	walk = func(n *graph.Node, depth int) {
		if seen[n] {
			return
		}
		seen[n] = true
		in := graph.Children(n)
		if n.Op() != nil {
			require.Len(t, in, n.Op().Arity(), "%v", n)
		}
		for _, c := range in {
			walk(c, depth+1)
		}
	}
	// Every node is looked up once before and once after another removal.
	walk(cost, 0)
	clear(seen)
	q := vector("q")
	again, err := gorgonia.BinaryXent(q, y)
	require.NoError(t, err)
	sum, err := gorgonia.Add(cost, again)
	require.NoError(t, err)
	walk(sum, 0)
	assert.True(t, seen[p] && seen[q] && seen[y])
}
