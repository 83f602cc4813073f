package layers_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// sameAsDense runs both layers with the same weights on the same elements, cut
// into rows of features for the dense one, and compares all that an optimizer
// sees.
func sameAsDense(t *testing.T, c convCase, rows, features int) {
	t.Helper()
	x, g := c.random(8)
	conv, dense := c.layer(), &layers.Dense{Units: c.filters, BiasInit: 0.25, NoBias: c.noBias}
	m := buildOn(t, newBuilder(t, graph.Float64, c.n, true, 7), conv, x, g, c.n, c.h, c.w, c.c)
	d := buildOn(t, newBuilder(t, graph.Float64, c.n, true, 7), dense, x, g, rows, features)
	for i, p := range dense.Params() {
		assert.Equal(t, p.Value.Shape(), conv.Params()[i].Value.Shape())
		assert.Equal(t, doubles(p.Value), doubles(conv.Params()[i].Value), "one seed, one initialiser")
	}
	assert.Equal(t, doubles(graph.Value(d.y)), doubles(graph.Value(m.y)))
	for i := range d.g {
		assert.Equal(t, doubles(graph.Value(d.g[i])), doubles(graph.Value(m.g[i])))
	}

	a, s := m.b.Taps[0].Nodes()
	da, ds := d.b.Taps[0].Nodes()
	assert.Equal(t, da.Shape(), a.Shape())
	assert.Equal(t, doubles(graph.Value(da)), doubles(graph.Value(a)))
	assert.Equal(t, tapGradient(t, d, g, ds), tapGradient(t, m, g, s))
	assert.Equal(t, d.b.Taps[0].Locations(), m.b.Taps[0].Locations())
}

// tapGradient is G: the gradient of ⟨g, y⟩ at the tap's s.
func tapGradient(t *testing.T, m built, g []float64, s *graph.Node) []float64 {
	t.Helper()
	at, err := m.b.Backward(m.y, input(t, m.b, g, m.y.Shape()...), s)
	require.NoError(t, err)
	if !graph.IsInput(at[0]) { // the dense layer's is the cotangent itself
		p, err := m.b.Compile(at[0])
		require.NoError(t, err)
		require.NoError(t, p.Run())
	}
	assert.Equal(t, s.Shape(), at[0].Shape())
	return doubles(graph.Value(at[0]))
}

func TestConv2DOverTheWholeImageIsDense(t *testing.T) {
	ones := [2]int{1, 1}
	for _, c := range []convCase{
		{3, 4, 5, 2, 6, [2]int{4, 5}, ones, [2]int{}, ones, false},
		{1, 3, 3, 1, 2, [2]int{3, 3}, [2]int{2, 4}, [2]int{}, ones, true}, // a stride that has no second step to take
	} {
		sameAsDense(t, c, c.n, c.h*c.w*c.c)
	}
}

func TestConv2DOfOnePixelIsDenseAtEveryLocation(t *testing.T) {
	ones := [2]int{1, 1}
	for _, c := range []convCase{
		{3, 4, 5, 2, 6, ones, ones, [2]int{}, ones, false},
		{2, 3, 3, 4, 2, ones, ones, [2]int{}, [2]int{2, 3}, true}, // a dilation of a single element is none
	} {
		sameAsDense(t, c, c.n*c.h*c.w, c.c)
	}
}
