package layers_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

var shapeProofs = map[string]proof{
	"residual": {layer: func() layers.Layer {
		return &layers.Residual{Body: layers.Sequential{&layers.Dense{Units: 5}, layers.Tanh(), &layers.Dense{Units: 4}}}
	}, shape: []int{4}},
	"shortcut": {layer: func() layers.Layer {
		return &layers.Residual{Body: layers.Sequential{&layers.Dense{Units: 5}, layers.Tanh()}, Shortcut: &layers.Dense{Units: 5, NoBias: true}}
	}, shape: []int{4}},
	"concat": {layer: func() layers.Layer {
		return &layers.Parallel{Branches: []layers.Layer{layers.Tanh(), layers.Identity(), &layers.Reshape{Shape: []int{3, 2, 1}}, layers.Sigmoid()}}
	}, shape: []int{3, 2, 1}},
	"concat of parameters": {layer: func() layers.Layer {
		return &layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 2}, layers.Sequential{&layers.Dense{Units: 3}, layers.Tanh()}}}
	}, shape: []int{4}},
	"sum": {layer: func() layers.Layer {
		return &layers.Parallel{Join: layers.Sum, Branches: []layers.Layer{layers.Tanh(), layers.Identity(), layers.Sigmoid()}}
	}, shape: []int{2, 3}},
	"one branch": {layer: func() layers.Layer { return &layers.Parallel{Branches: []layers.Layer{layers.Tanh()}} }, shape: []int{4}},
	"reshape":    {layer: func() layers.Layer { return &layers.Reshape{Shape: []int{3, -1}} }, shape: []int{2, 6}},
	"permute":    {layer: func() layers.Layer { return &layers.Permute{Axes: []int{3, 1, 2}} }, shape: []int{2, 3, 4}},
	"permute rows": {layer: func() layers.Layer {
		return layers.Sequential{&layers.Permute{Axes: []int{2, 1, 3}}, layers.Tanh()}
	}, shape: []int{30, 8, 3}},
	"permute in place": {layer: func() layers.Layer {
		return layers.Sequential{&layers.Permute{Axes: []int{1, 2}}, layers.Tanh()}
	}, shape: []int{3, 2}},
}

func TestShapeProofs(t *testing.T) {
	for name, c := range shapeProofs {
		t.Run(name, func(t *testing.T) { prove(t, c) })
	}
}

// TestPermuteIsAGather: every element by its indices, for all orders of three axes.
func TestPermuteIsAGather(t *testing.T) {
	const n = 2
	d := []int{3, 4, 5}
	x := normals(rand.New(rand.NewPCG(1, 2)), n*3*4*5)
	for _, axes := range [][]int{{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}} {
		b := newBuilder(t, graph.Float64, n, false, 1)
		y, err := (&layers.Permute{Axes: axes}).Build(b, input(t, b, x, n, 3, 4, 5))
		require.NoError(t, err)
		shape := y.Shape()
		got := run(t, b, layers.Identity(), y)
		for e := range n {
			for i := range shape[1] {
				for j := range shape[2] {
					for k := range shape[3] {
						var from [3]int
						from[axes[0]-1], from[axes[1]-1], from[axes[2]-1] = i, j, k
						assert.Equal(t, x[((e*d[0]+from[0])*d[1]+from[1])*d[2]+from[2]], got[((e*shape[1]+i)*shape[2]+j)*shape[3]+k], "%v", axes)
					}
				}
			}
		}
	}
}

// TestShapeLayerErrors name the layer and both shapes.
func TestShapeLayerErrors(t *testing.T) {
	dense := func(units int) layers.Layer { return &layers.Dense{Units: units} }
	for _, c := range []struct {
		name  string
		layer layers.Layer
		shape []int
		want  []string
	}{
		{"no body", &layers.Residual{}, []int{2, 4}, []string{"residual1", "Body is nil"}},
		{"narrow body", &layers.Residual{Body: dense(3)}, []int{2, 4}, []string{"residual1", "(2, 3)", "(2, 4)", "Shortcut"}},
		{"narrow shortcut", &layers.Residual{Body: dense(3), Shortcut: dense(5)}, []int{2, 4}, []string{"residual1", "(2, 3)", "(2, 5)"}},
		{"an error in the body", &layers.Residual{Body: dense(0)}, []int{2, 4}, []string{"dense1", "0 units"}},
		{"an error in the shortcut", &layers.Residual{Body: dense(3), Shortcut: dense(0)}, []int{2, 4}, []string{"dense2", "0 units"}},
		{"no branches", &layers.Parallel{}, []int{2, 4}, []string{"parallel1", "no branches"}},
		{"a nil branch", &layers.Parallel{Branches: []layers.Layer{dense(1), nil}}, []int{2, 4}, []string{"parallel1", "branch 2 is nil"}},
		{"another join", &layers.Parallel{Branches: []layers.Layer{dense(1)}, Join: "product"}, []int{2, 4}, []string{"parallel1", `"product"`, `"concat"`, `"sum"`}},
		{"sum of widths", &layers.Parallel{Branches: []layers.Layer{dense(1), dense(2)}, Join: layers.Sum}, []int{2, 4}, []string{"parallel1, sum", "branch 2", "(2, 2)", "(2, 1)"}},
		{"concat of axes", &layers.Parallel{Branches: []layers.Layer{layers.Tanh(), &layers.Flatten{}}}, []int{2, 4, 3}, []string{"parallel1, concat", "(2, 4, 3)", "(2, 12)"}},
		{"concat of the batch", &layers.Parallel{Branches: []layers.Layer{layers.Tanh(), layers.Tanh()}}, []int{2}, []string{"parallel1, concat", "branch 1 makes shape (2), a number for each example", "two axes"}},
		{"no layer in a branch", &layers.Parallel{Branches: []layers.Layer{dense(1), (*layers.Conv2D)(nil)}}, []int{2, 4}, []string{"parallel1", "branch 2 is nil"}},
		{"no layer as the body", &layers.Residual{Body: (*layers.BatchNorm)(nil)}, []int{2, 4}, []string{"residual1", "Body is nil"}},
		{"no layer as the shortcut", &layers.Residual{Body: dense(4), Shortcut: (*layers.Dense)(nil)}, []int{2, 4}, []string{"residual1", "Shortcut is a *layers.Dense that is nil"}},
		{"no layer in a sequence", layers.Sequential{dense(4), (*layers.BatchNorm)(nil)}, []int{2, 4}, []string{"layer 1 of the sequence is nil"}},
		{"an error in a branch", &layers.Parallel{Branches: []layers.Layer{dense(0)}}, []int{2, 4}, []string{"dense1", "0 units"}},
		{"other size", &layers.Reshape{Shape: []int{3, 2}}, []int{2, 4}, []string{"reshape1", "(2, 4)", "[3 2]", "4 elements"}},
		{"too small", &layers.Reshape{Shape: []int{2}}, []int{2, 4}, []string{"reshape1", "(2, 4)", "[2]"}},
		{"no whole number", &layers.Reshape{Shape: []int{3, -1}}, []int{2, 4}, []string{"reshape1", "(2, 4)", "[3 -1]"}},
		{"two open sizes", &layers.Reshape{Shape: []int{-1, -1}}, []int{2, 4}, []string{"reshape1", "one of which may be −1"}},
		{"a size of 0", &layers.Reshape{Shape: []int{0, 4}}, []int{2, 4}, []string{"reshape1", "positive"}},
		{"beyond integers", &layers.Reshape{Shape: []int{1 << 62, 1 << 62, 1 << 62}}, []int{2, 4}, []string{"reshape1", "4 elements"}},
		{"no shape", &layers.Reshape{}, []int{2, 4}, []string{"reshape1", "4 elements"}},
		{"the batch", &layers.Permute{Axes: []int{0, 1}}, []int{2, 4, 3}, []string{"permute1", "(2, 4, 3)", "1 to 2", "axis 0 is the batch"}},
		{"twice", &layers.Permute{Axes: []int{2, 2}}, []int{2, 4, 3}, []string{"permute1", "[2 2]"}},
		{"too few", &layers.Permute{Axes: []int{1}}, []int{2, 4, 3}, []string{"permute1", "[1]"}},
		{"too many", &layers.Permute{Axes: []int{1, 2, 3}}, []int{2, 4, 3}, []string{"permute1", "[1 2 3]"}},
		{"far too many", &layers.Permute{Axes: make([]int, 1000)}, []int{2, 4, 3}, []string{"permute1", "[0 0 0 0 0 0 0 0 …]"}},
		{"none", &layers.Permute{}, []int{2, 4, 3}, []string{"permute1", "[]"}},
		{"the second of two", layers.Sequential{&layers.Residual{Body: dense(4)}, &layers.Residual{Body: dense(3)}}, []int{2, 4}, []string{"residual2", "(2, 3)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder(t, graph.Float64, 2, true, 1)
			y, err := c.layer.Build(b, b.Ones(c.shape...))
			require.Error(t, err)
			assert.Nil(t, y)
			for _, part := range c.want {
				assert.ErrorContains(t, err, part)
			}
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

// TestRowsOfContainers: the row of a container stands before those of its layers, and no
// parameter is counted twice.
func TestRowsOfContainers(t *testing.T) {
	net := layers.Sequential{
		&layers.Residual{Body: layers.Sequential{&layers.Dense{Units: 4}, layers.Tanh()}},
		&layers.Residual{
			Body:     layers.Sequential{&layers.Dense{Units: 3}, &layers.Residual{Body: layers.Tanh()}},
			Shortcut: &layers.Dense{Units: 3, NoBias: true},
		},
		&layers.Parallel{Branches: []layers.Layer{layers.Identity(), layers.Sequential{&layers.Dense{Units: 2}, layers.ReLU()}}},
		&skip{layers.Sequential{&layers.Dense{Units: 5}}},
	}
	b := newBuilder(t, graph.Float64, 2, false, 1)
	_, err := net.Build(b, b.Ones(2, 4))
	require.NoError(t, err)
	var names []string
	count := 0
	for _, row := range b.Layers {
		names, count = append(names, strings.Repeat("  ", row.Depth)+row.Name), count+graph.CountParams(row.Params)
	}
	assert.Equal(t, []string{
		"Residual", "  Dense(4) dense1", "  Tanh",
		"Residual", "  body: Dense(3) dense2", "  body: Residual", "    Tanh", "  shortcut: Dense(3) dense3",
		"Parallel(concat)", "  1: Identity", "  2: Dense(2) dense4", "  2: ReLU",
		"*layers_test.skip", "  Dense(5) dense5",
	}, names)
	assert.Equal(t, graph.CountParams(net.Params()), count)
	assert.Equal(t, []int{2, 5}, []int(b.Layers[8].Output))
	assert.Equal(t, []int{2, 3}, []int(b.Layers[10].Input), "a branch has the container's input")
}

// kept is a layer with a buffer.
type kept struct{ buffer *graph.Buffer }

func (*kept) Params() []*graph.Param { return nil }
func (k *kept) Build(_ *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return x, nil
}
func (k *kept) Buffers() []*graph.Buffer { return []*graph.Buffer{k.buffer} }

// TestContainersHandBuffersOn, each once.
func TestContainersHandBuffersOn(t *testing.T) {
	one, two := &kept{graph.NewBuffer("one", graph.Float64, 1)}, &kept{graph.NewBuffer("two", graph.Float64, 1)}
	want := []*graph.Buffer{one.buffer, two.buffer}
	for _, l := range []layers.Stateful{
		&layers.Residual{Body: layers.Sequential{one}, Shortcut: layers.Sequential{two, one}},
		&layers.Parallel{Branches: []layers.Layer{&layers.Residual{Body: one}, layers.Sequential{layers.Tanh(), two}, one}},
	} {
		assert.Equal(t, want, l.Buffers())
		assert.Empty(t, l.Params())
	}
	assert.Empty(t, (&layers.Residual{}).Params(), "a nil body is Build's error to report")
	assert.Empty(t, (&layers.Residual{}).Buffers())
}

// TestShapeKinds: settings come back from a file.
func TestShapeKinds(t *testing.T) {
	net := layers.Sequential{
		&layers.Reshape{Shape: []int{2, -1}}, &layers.Permute{Axes: []int{2, 1}}, &layers.Flatten{},
		&layers.Residual{Body: layers.Sequential{layers.Tanh()}},
		&layers.Residual{Body: &layers.Dense{Units: 3, Name: "a"}, Shortcut: &layers.Dense{Units: 3, Name: "b"}},
		&layers.Parallel{Branches: []layers.Layer{layers.Tanh(), layers.Identity()}},
		&layers.Parallel{Branches: []layers.Layer{layers.Tanh(), layers.Identity()}, Join: layers.Sum},
	}
	text, err := layers.Encode(net, layers.Kinds())
	require.NoError(t, err)
	got, err := layers.Decode(text, layers.Kinds())
	require.NoError(t, err)
	s := got.(layers.Sequential)
	require.Len(t, s, len(net))
	assert.Equal(t, net[0], s[0])
	assert.Equal(t, net[1], s[1])
	assert.Nil(t, s[3].(*layers.Residual).Shortcut)
	assert.Equal(t, net[4], s[4])
	assert.Equal(t, layers.Concat, s[5].(*layers.Parallel).Join)
	assert.Len(t, s[5].(*layers.Parallel).Branches, 2)
	assert.Equal(t, layers.Sum, s[6].(*layers.Parallel).Join)
	again, err := layers.Encode(got, layers.Kinds())
	require.NoError(t, err)
	assert.Equal(t, string(text), string(again))

	_, err = layers.Decode([]byte(`{"kind":"residual"}`), layers.Kinds())
	assert.ErrorContains(t, err, "0 layers within")
	_, err = layers.Encode(&layers.Residual{}, layers.Kinds())
	assert.ErrorContains(t, err, "a layer is nil")
}
