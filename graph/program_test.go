package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

func TestRunRecomputes(t *testing.T) {
	b, runs := newBuilder(t), 0
	x, mem := b.Input("x", 2)
	y := must(t)(times(b, &runs, x, x))
	p, err := b.Compile(y)
	require.NoError(t, err)
	for i, v := range []float64{3, -2, -2} {
		mem.Float64s()[0] = v
		require.NoError(t, p.Run())
		assert.Equal(t, []float64{v * v, 0}, values(y))
		assert.Equal(t, i+1, runs)
	}
}

// Programs of one graph share its kernels: the last run of either is what a
// node holds.
func TestProgramsShareBuffers(t *testing.T) {
	b := newBuilder(t)
	x, mem := b.Input("x", 1)
	square := must(t)(times(b, nil, x, x))
	cube := must(t)(times(b, nil, square, x))
	mem.Float64s()[0] = 2
	first := compute(t, b, square)
	mem.Float64s()[0] = 3
	compute(t, b, cube, square, square)
	assert.Equal(t, []float64{9}, values(square))
	assert.Equal(t, []float64{27}, values(cube))
	mem.Float64s()[0] = 1
	require.NoError(t, first.Run())
	assert.Equal(t, []float64{1}, values(square))
	assert.Equal(t, []float64{27}, values(cube), "not the first program's business")
}

func TestCompileErrors(t *testing.T) {
	b, other := newBuilder(t), newBuilder(t)
	x := vector(b, "x", 1)
	theirs := must(t)(other.Snapshot(vector(other, "x", 1)))
	for name, c := range map[string]struct {
		outs []*graph.Node
		want string
	}{
		"nothing":     {nil, "nothing to compute"},
		"only inputs": {[]*graph.Node{x}, "nothing to compute"},
		"nil":         {[]*graph.Node{nil}, "nil"},
		"another's":   {[]*graph.Node{theirs}, "another builder"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.Compile(c.outs...)
			assert.ErrorContains(t, err, c.want)
		})
	}
	y := must(t)(b.Snapshot(x))
	compute(t, b, x, y)
	assert.Equal(t, []float64{1}, values(y), "an input among the wanted is skipped")
}

func TestReshapeAndSum(t *testing.T) {
	b := newBuilder(t)
	x, mem := b.Input("x", 2, 3)
	copy(mem.Float64s(), []float64{1, 2, 3, 4, 5, 6})
	y := must(t)(b.Reshape(x, 3, 2))
	three := must(t)(b.Sum(y, y, must(t)(b.Snapshot(y))))
	seed, weights := b.Input("seed", 3, 2)
	copy(weights.Float64s(), []float64{1, 0, 0, 10, 0, 100})
	g, err := b.Backward(three, seed, x)
	require.NoError(t, err)
	compute(t, b, three, g[0])
	assert.Equal(t, []float64{3, 6, 9, 12, 15, 18}, values(three))
	assert.Equal(t, []int{3, 2}, []int(three.Shape()))
	assert.Equal(t, []float64{3, 0, 0, 30, 0, 300}, values(g[0]))
	assert.Equal(t, []int{2, 3}, []int(g[0].Shape()))
}

// A program of kernels runs on the caller's goroutine: it allocates nothing, and a layer's kernels run in the order in
// which they were made, whatever the order of the wanted nodes.
func TestProgramRunsInOrder(t *testing.T) {
	b := newBuilder(t)
	x, mem := b.Input("x", 2)
	var order []string
	made := func(name string, in ...*graph.Node) *graph.Node {
		f := func(out []float64, in [][]float64) {
			order = append(order, name)
			copy(out, in[0])
		}
		return must(t)(b.Apply(graph.Op{Name: name, Shape: x.Shape(), F32: func(out []float32, in [][]float32) { copy(out, in[0]) }, F64: f}, in...))
	}
	first := made("first", x)
	second := made("second", x, first)
	third := made("third", first)
	p, err := b.Compile(third, second)
	require.NoError(t, err)
	require.NoError(t, p.Run())
	assert.Equal(t, []string{"first", "second", "third"}, order)
	order = make([]string, 0, 1000)
	assert.Zero(t, testing.AllocsPerRun(20, func() { order = order[:0]; _ = p.Run() }))
	mem.Float64s()[0] = 7
	require.NoError(t, p.Run())
	assert.Equal(t, []float64{7, 0}, values(third))
}

// A reshaped input or value is its memory, also after Bind; a reshaped parameter, gradient of a parameter or Snapshot has
// its own.
func TestReshapeIsAView(t *testing.T) {
	b := newBuilder(t)
	x, mem := b.Input("x", 2, 3)
	copy(mem.Float64s(), []float64{1, 2, 3, 4, 5, 6})
	flat := must(t)(b.Reshape(x, 6))
	again := must(t)(b.Reshape(flat, 3, 2))
	p, err := b.Compile(flat, again)
	require.NoError(t, err)
	require.NoError(t, p.Run())
	assert.Equal(t, mem.Float64s(), values(again))
	assert.Same(t, &mem.Float64s()[0], &graph.Value(flat).Float64s()[0])
	assert.Same(t, &mem.Float64s()[0], &graph.Value(again).Float64s()[0])
	assert.Zero(t, testing.AllocsPerRun(20, func() { _ = p.Run() }))

	other := graph.NewDense(graph.Float64, 2, 3)
	copy(other.Float64s(), []float64{9, 8, 7, 6, 5, 4})
	require.NoError(t, b.Bind(x, other))
	require.NoError(t, p.Resume())
	assert.Same(t, &other.Float64s()[0], &graph.Value(flat).Float64s()[0])
	assert.Equal(t, other.Float64s(), values(again))

	param := &graph.Param{Name: "w", Value: graph.NewDense(graph.Float64, 2, 3), Grad: graph.NewDense(graph.Float64, 2, 3)}
	w := must(t)(b.Reshape(b.Param(param), 6))
	into, err := b.Into(must(t)(b.Reshape(must(t)(b.InputOf("g", other)), 2, 3)), param)
	require.NoError(t, err)
	p, err = b.Compile(w, into)
	require.NoError(t, err)
	require.NoError(t, p.Run())
	assert.NotSame(t, &param.Value.Float64s()[0], &graph.Value(w).Float64s()[0])
	assert.Equal(t, other.Float64s(), param.Grad.Float64s())
	assert.NotSame(t, &other.Float64s()[0], &param.Grad.Float64s()[0])

	// What others write into Param.Grad is seen in no other node: neither where the view is made first nor after that.
	sum := must(t)(b.Sum(x, x))
	before := must(t)(b.Reshape(sum, 6))
	into, err = b.Into(sum, param)
	require.NoError(t, err)
	after := must(t)(b.Reshape(into, 6))
	border := must(t)(b.Reshape(must(t)(b.Snapshot(x)), 6))
	p, err = b.Compile(before, into, after, border)
	require.NoError(t, err)
	require.NoError(t, p.Run())
	want := []float64{18, 16, 14, 12, 10, 8}
	assert.Equal(t, want, param.Grad.Float64s())
	clear(param.Grad.Float64s())
	assert.Equal(t, want, values(before))
	assert.Equal(t, want, values(after))
	assert.Same(t, &graph.Value(sum).Float64s()[0], &graph.Value(before).Float64s()[0])
	assert.NotSame(t, &other.Float64s()[0], &graph.Value(border).Float64s()[0])
}
