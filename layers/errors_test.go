package layers_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// A shape that does not fit is an error that names the layer and both shapes.
func TestShapeErrors(t *testing.T) {
	shared := &layers.Dense{Units: 3, Name: "shared"}
	b := newBuilder(t, graph.Float64, 2, true, 1)
	_, err := shared.Build(b, b.Ones(2, 4))
	require.NoError(t, err)
	single := newBuilder(t, graph.Float32, 2, true, 1)
	for _, c := range []struct {
		name  string
		b     *graph.Builder
		layer layers.Layer
		shape []int
		want  []string
	}{
		{"other width", b, shared, []int{2, 5}, []string{"shared", "(2, 5)", "(4, 3)"}},
		{"other float type", single, shared, []int{2, 4}, []string{"shared", "float32", "float64"}},
		{"image", b, &layers.Dense{Units: 3, Name: "first"}, []int{2, 28, 28}, []string{"first", "(2, 28, 28)", "Flatten"}},
		{"vector", b, &layers.Dense{Units: 3, Name: "first"}, []int{2}, []string{"first", "(2)"}},
		{"no units", b, &layers.Dense{Name: "empty"}, []int{2, 4}, []string{"empty", "0 units"}},
		{"negative units", b, &layers.Dense{Units: -1}, []int{2, 4}, []string{"dense1", "-1 units"}},
		{"in a sequence", b, layers.Sequential{layers.ReLU(), shared}, []int{2, 5}, []string{"shared", "(2, 5)", "(4, 3)"}},
		{"nil in a sequence", b, layers.Sequential{layers.ReLU(), nil}, []int{2, 5}, []string{"layer 1", "nil"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			y, err := c.layer.Build(c.b, c.b.Ones(c.shape...))
			require.Error(t, err)
			assert.Nil(t, y)
			for _, part := range c.want {
				assert.ErrorContains(t, err, part)
			}
		})
	}
}

// Parameters are listed in layer order, a shared layer's once; a nested
// sequence is not a row of the summary, its layers are.
func TestSequential(t *testing.T) {
	shared := &layers.Dense{Units: 4}
	net := layers.Sequential{shared, layers.Tanh(), layers.Sequential{shared, &layers.Dropout{Rate: 0.25}}, &layers.Dense{Units: 2, NoBias: true, Name: "out"}}
	b := newBuilder(t, graph.Float64, 3, false, 1)
	assert.Empty(t, net.Params())
	y, err := net.Build(b, b.Ones(3, 4))
	require.NoError(t, err)
	assert.Equal(t, []int{3, 2}, []int(y.Shape()))
	var names, rows []string
	for _, p := range net.Params() {
		names = append(names, p.Name)
	}
	for _, l := range b.Layers {
		rows = append(rows, l.Name)
	}
	assert.Equal(t, []string{"dense1.weight", "dense1.bias", "out.weight"}, names)
	assert.Equal(t, []string{"Dense(4) dense1", "Tanh", "Dense(4) dense1", "Dropout(0.25)", "Dense(2) out"}, rows)
	assert.Len(t, b.Taps, 3)
	assert.Empty(t, layers.Sequential{nil}.Params(), "nil is Build's error to report")

	x := b.Ones(3, 4)
	same, err := layers.Sequential{}.Build(b, x)
	require.NoError(t, err)
	assert.Same(t, x, same)
}

// A layer without a String method is named by its type.
type unnamed struct{}

func (*unnamed) Build(_ *graph.Builder, x *graph.Node) (*graph.Node, error) { return x, nil }
func (*unnamed) Params() []*graph.Param                                     { return nil }

func TestUnnamedLayer(t *testing.T) {
	b := newBuilder(t, graph.Float64, 1, true, 1)
	_, err := layers.Sequential{&unnamed{}}.Build(b, b.Ones(1, 2))
	require.NoError(t, err)
	assert.Equal(t, "*layers_test.unnamed", b.Layers[0].Name)
}
