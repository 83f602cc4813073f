package graph_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// Two programs share a forward pass: the second resumes the first's, at no
// more than its own kernels, and has the bits of a run of its own.
func TestResumeComputesOnlyWhatIsMissing(t *testing.T) {
	b, shared, first, second := newBuilder(t), 0, 0, 0
	x, mem := b.Input("x", 2)
	h := must(t)(times(b, &shared, x, x))
	y, z := must(t)(times(b, &first, h, x)), must(t)(times(b, &second, h, h))
	py, pz := program(t)(b.Compile(y)), program(t)(b.Compile(z))
	for i, v := range []float64{3, -2} {
		mem.Float64s()[0] = v
		require.NoError(t, py.Run())
		require.NoError(t, pz.Resume())
		assert.Equal(t, []int{i + 1, i + 1, i + 1}, []int{shared, first, second})
		assert.Equal(t, []float64{v * v * v * v, 0}, values(z))
		require.NoError(t, pz.Resume())
		require.NoError(t, py.Resume())
		assert.Equal(t, []int{i + 1, i + 1, i + 1}, []int{shared, first, second}, "what Resume computes counts as computed")
	}
	mem.Float64s()[0] = 5
	require.NoError(t, pz.Run())
	assert.Equal(t, []float64{625, 0}, values(z), "Run computes everything")
	require.NoError(t, py.Resume())
	assert.Equal(t, []float64{125, 0}, values(y), "and a resumption of it what is not of its inputs")
	assert.Equal(t, []int{3, 3, 3}, []int{shared, first, second})
}

// A graph that nothing has run on yet has nothing to reuse.
func TestResumeBeforeRun(t *testing.T) {
	b := newBuilder(t)
	y := must(t)(times(b, nil, vector(b, "x", 3), vector(b, "y", 4)))
	require.NoError(t, program(t)(b.Compile(y)).Resume())
	assert.Equal(t, []float64{12}, values(y))
}

// Samples and masks are not drawn again.
func TestResumeDrawsNothing(t *testing.T) {
	b, r := newBuilder(t), rand.New(rand.NewPCG(1, 1))
	x := vector(b, "x", 1)
	sample := must(t)(b.Apply(op("sample", tensor.Shape{1}, func(out []float64, _ [][]float64) { out[0] = r.Float64() }), x))
	double := must(t)(b.Sum(sample, sample))
	p, q := program(t)(b.Compile(sample)), program(t)(b.Compile(double))
	require.NoError(t, p.Run())
	drawn := values(sample)[0]
	require.NoError(t, q.Resume())
	assert.Equal(t, []float64{drawn}, values(sample))
	assert.Equal(t, []float64{2 * drawn}, values(double))
	require.NoError(t, q.Run())
	assert.NotEqual(t, []float64{drawn}, values(sample))
}

// With stock ops in the graph, which may write over the snapshots that they
// read: kernels before, between and after them run once, and all values are
// those of a run from the beginning.
func TestResumeWithStockOps(t *testing.T) {
	b, runs := newBuilder(t), 0
	x, mem := b.Input("x", 3)
	copy(mem.Float64s(), []float64{0.5, -1, 2})
	stock := func(n *graph.Node) *graph.Node {
		own := must(t)(b.Snapshot(n))
		return must(t)(b.Snapshot(must(t)(gorgonia.HadamardProd(must(t)(gorgonia.Tanh(own)), own))))
	}
	h := must(t)(times(b, &runs, x, x))
	y := must(t)(times(b, &runs, stock(h), h))
	z := must(t)(times(b, &runs, stock(y), y))
	dot := must(t)(b.Forward(z, []*graph.Node{x}, []*graph.Node{b.Ones(3)}))
	grads, err := b.Backward(z, b.Ones(3), x)
	require.NoError(t, err)
	forward, tangent, both := program(t)(b.Compile(z, grads[0])), program(t)(b.Compile(dot)), program(t)(b.Compile(dot, z, grads[0]))
	require.NoError(t, both.Run())
	wantDot, wantZ, wantGrad := values(dot), values(z), values(grads[0])
	assert.InDeltaSlice(t, wantGrad, wantDot, 1e-13, "the Jacobian is diagonal")

	runs = 0
	require.NoError(t, forward.Run())
	once := runs
	require.NoError(t, tangent.Resume())
	both2 := runs
	for range 3 {
		require.NoError(t, tangent.Resume())
		require.NoError(t, forward.Resume())
		require.NoError(t, both.Resume())
		assert.Equal(t, wantDot, values(dot))
		assert.Equal(t, wantZ, values(z))
		assert.Equal(t, wantGrad, values(grads[0]))
	}
	assert.Equal(t, both2, runs)
	require.NoError(t, both.Run())
	assert.Equal(t, both2-once+once, runs-both2, "every kernel ran once in forward and tangent together")
}

// A gradient in a Param.Grad is written again: others may have changed it.
func TestResumeWritesParamGrad(t *testing.T) {
	b := newBuilder(t)
	p := graph.NewParam("p", graph.Float64, 1)
	p.Value.Float64s()[0] = 3
	y := must(t)(times(b, nil, b.Param(p), b.Param(p)))
	g, err := b.Backward(y, b.Ones(1), b.Param(p))
	require.NoError(t, err)
	grad := must(t)(b.Into(g[0], p))
	double := must(t)(b.Sum(grad, grad))
	run, resume := program(t)(b.Compile(y, grad)), program(t)(b.Compile(double))
	require.NoError(t, run.Run())
	p.Grad.Float64s()[0] = 1000 // clipped, say
	require.NoError(t, resume.Resume())
	assert.Equal(t, []float64{12}, values(double))
}

// A kernel that failed has no value to reuse.
func TestResumeAfterError(t *testing.T) {
	b, fail := newBuilder(t), true
	x := vector(b, "x", 7)
	brittle := must(t)(b.Apply(op("brittle", tensor.Shape{1}, func(out []float64, in [][]float64) {
		if out[0] = -1; fail {
			panic(errors.New("not yet"))
		}
		out[0] = in[0][0]
	}), x))
	p := program(t)(b.Compile(brittle))
	require.Error(t, p.Run())
	fail = false
	require.NoError(t, p.Resume())
	assert.Equal(t, []float64{7}, values(brittle))
}

// Bind and Invalidate make Resume compute what depends on the input again, and
// nothing else: also kernels that were added in between, or are behind stock ops.
func TestBindAndInvalidate(t *testing.T) {
	b, fixed, moved := newBuilder(t), 0, 0
	x, u := vector(b, "x", 3, 5), vector(b, "u", 1, 1)
	h := must(t)(times(b, &fixed, x, x))
	tanh := must(t)(b.Snapshot(must(t)(gorgonia.Tanh(must(t)(b.Snapshot(u))))))
	y := must(t)(times(b, &moved, h, u))
	p := program(t)(b.Compile(y, tanh))
	require.NoError(t, p.Run())
	one := values(tanh)

	mine := dense([]float64{2, -1}, 2)
	require.NoError(t, b.Bind(u, mine))
	require.NoError(t, p.Resume())
	assert.Equal(t, []float64{18, -25}, values(y))
	assert.NotEqual(t, one, values(tanh))
	assert.Same(t, mine, graph.Value(u), "read where it is")

	after := must(t)(times(b, &moved, tanh, tanh))
	q := program(t)(b.Compile(after))
	require.NoError(t, q.Resume())
	mine.Float64s()[0], mine.Float64s()[1] = 1, 1
	require.NoError(t, p.Resume())
	assert.Equal(t, []float64{18, -25}, values(y), "nobody said that it had changed")
	require.NoError(t, b.Invalidate(u))
	require.NoError(t, p.Resume())
	require.NoError(t, q.Resume())
	assert.Equal(t, []float64{9, 25}, values(y))
	assert.Equal(t, []float64{one[0] * one[0], one[1] * one[1]}, values(after))
	assert.Equal(t, 1, fixed)
	assert.Equal(t, 5, moved)

	require.NoError(t, p.Run())
	assert.Equal(t, []float64{9, 25}, values(y), "Run reads the bound tensor too")
	assert.Zero(t, testing.AllocsPerRun(100, func() { _ = b.Bind(u, mine) }))
	const gorgonias = 2 // copies of the node's shape
	other := dense([]float64{1, 1}, 2)
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { _ = b.Bind(u, other); _ = b.Bind(u, mine) }), 2.0*gorgonias)
}

func TestInputOf(t *testing.T) {
	b := newBuilder(t)
	mine := dense([]float64{3}, 1)
	x, err := b.InputOf("mine", mine)
	require.NoError(t, err)
	y := must(t)(times(b, nil, x, x))
	compute(t, b, y)
	assert.Equal(t, []float64{9}, values(y))
	assert.Same(t, mine, graph.Value(x))
	_, err = b.InputOf("none", nil)
	assert.ErrorContains(t, err, "input none: the tensor is nil")
	_, err = b.InputOf("single", dense([]float32{3}, 1))
	assert.ErrorContains(t, err, "float32 in a float64 graph")
}

func TestBindErrors(t *testing.T) {
	b := newBuilder(t)
	x := vector(b, "x", 1, 2)
	m, _ := b.Input("m", 2, 1)
	p := b.Param(graph.NewParam("p", graph.Float64, 2))
	y := must(t)(times(b, nil, x, x))
	transposed := dense([]float64{1, 2, 3, 4}, 2, 2)
	require.NoError(t, transposed.T())
	square, _ := b.Input("square", 2, 2)
	two := dense([]float64{1, 2}, 2)
	for name, c := range map[string]struct {
		n    *graph.Node
		v    *tensor.Dense
		want string
	}{
		"parameter":  {p, two, "is a parameter"},
		"kernel":     {y, two, "is computed, not an input"},
		"nil node":   {nil, two, "the node is nil"},
		"another's":  {vector(newBuilder(t), "x", 1, 2), two, "another builder"},
		"nil tensor": {x, nil, "the tensor is nil"},
		"size":       {x, dense([]float64{1, 2, 3}, 3), "a tensor of shape (3) for an input of shape (2)"},
		"rank":       {m, two, "a tensor of shape (2) for an input of shape (2, 1)"},
		"type":       {x, dense([]float32{1, 2}, 2), "float32 in a float64 graph"},
		"layout":     {square, transposed, "not a contiguous row-major tensor"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.ErrorContains(t, b.Bind(c.n, c.v), c.want)
			if name == "parameter" || name == "kernel" || name == "nil node" {
				assert.ErrorContains(t, b.Invalidate(c.n), c.want)
			}
		})
	}
	compute(t, b, y)
	assert.Equal(t, []float64{1, 4}, values(y))
}

// program returns p and ends the test on an error.
func program(t testing.TB) func(p *graph.Program, err error) *graph.Program {
	return func(p *graph.Program, err error) *graph.Program {
		t.Helper()
		require.NoError(t, err)
		return p
	}
}
