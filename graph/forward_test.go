package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// bilinearTimes is times with a tangent rule of its own, and none for reverse.
func bilinearTimes(b *graph.Builder, x, y *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "bilinear-times", Shape: x.Shape().Clone(),
		F32: product[float32](nil), F64: product[float64](nil), Tangent: graph.Bilinear(bilinearTimes),
	}, x, y)
}

// Numbers are small integers, so that every product is exact. times has only a
// reverse rule, bilinearTimes only a tangent rule.
func TestForwardOfValueUsedTwice(t *testing.T) {
	for name, mul := range map[string]func(b *graph.Builder, x, y *graph.Node) (*graph.Node, error){
		"from the reverse rule": func(b *graph.Builder, x, y *graph.Node) (*graph.Node, error) { return times(b, nil, x, y) },
		"own rule":              bilinearTimes,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBuilder(t)
			x, w := vector(b, "x", 2, -3), vector(b, "w", 5, 7)
			dx, dw := vector(b, "dx", 1, 10), vector(b, "dw", 100, 1000)
			square := must(t)(mul(b, x, x))
			residual := must(t)(b.Sum(x, must(t)(mul(b, x, w)))) // x + x⊙w
			for _, c := range []struct {
				name          string
				out           *graph.Node
				wrt, tangents []*graph.Node
				want          []float64
			}{
				{"x⊙x", square, []*graph.Node{x}, []*graph.Node{dx}, []float64{4, -60}},
				{"x + x⊙w along x", residual, []*graph.Node{x}, []*graph.Node{dx}, []float64{6, 80}},
				{"x + x⊙w along w", residual, []*graph.Node{w}, []*graph.Node{dw}, []float64{200, -3000}},
				{"x + x⊙w along both", residual, []*graph.Node{w, x}, []*graph.Node{dw, dx}, []float64{206, -2920}},
				{"x twice", residual, []*graph.Node{x, x}, []*graph.Node{dx, dx}, []float64{12, 160}},
				{"x + x", must(t)(b.Sum(x, x)), []*graph.Node{x}, []*graph.Node{dx}, []float64{2, 20}},
				{"(x⊙x)⊙(x⊙w)", must(t)(mul(b, square, must(t)(mul(b, x, w)))), []*graph.Node{x}, []*graph.Node{dx}, []float64{60, 1890}},
			} {
				dot := must(t)(b.Forward(c.out, c.wrt, c.tangents))
				compute(t, b, dot)
				assert.Equal(t, c.want, values(dot), c.name)
			}
		})
	}
}

// y = (x⊙w)⊙v + x⊙w: inputs, an intermediate and the output itself. Each moves
// on top of what the others make it move, so that reverse mode agrees:
// ⟨u, Jt⟩ = ⟨Jᵀu, t⟩.
func TestForwardWithRespectToAnyNode(t *testing.T) {
	b := newBuilder(t)
	x, w, v := vector(b, "x", 2, 1), vector(b, "w", 3, -2), vector(b, "v", 5, 4)
	h := must(t)(times(b, nil, x, w))
	y := must(t)(b.Sum(must(t)(times(b, nil, h, v)), h))
	u := vector(b, "u", 7, -3)
	wrt := []*graph.Node{w, h, v, y, x}
	var tangents []*graph.Node
	for i := range wrt {
		tangents = append(tangents, vector(b, "t", float64(i+1), float64(2*i-3)))
	}
	for count := 1; count <= len(wrt); count++ {
		dot := must(t)(b.Forward(y, wrt[:count], tangents[:count]))
		grads, err := b.Backward(y, u, wrt[:count]...)
		require.NoError(t, err)
		compute(t, b, append(grads, dot)...)
		var left, right float64
		for i, d := range values(dot) {
			left += values(u)[i] * d
		}
		for i, g := range grads {
			for j, d := range values(g) {
				right += d * values(tangents[i])[j]
			}
		}
		assert.Equal(t, left, right)
		assert.NotZero(t, left)
	}
	same := must(t)(b.Forward(y, []*graph.Node{y}, []*graph.Node{u}))
	assert.Same(t, u, same, "the tangent of the node itself")
}

// One call for each direction: they do not disturb one another.
func TestForwardManyTimesInOneGraph(t *testing.T) {
	b := newBuilder(t)
	x, w := vector(b, "x", 2), vector(b, "w", 3)
	cube := must(t)(times(b, nil, x, must(t)(times(b, nil, x, x))))
	prod := must(t)(bilinearTimes(b, x, w))
	var all []*graph.Node
	var want []float64
	for i := 1; i <= 3; i++ {
		s := float64(i)
		for _, c := range []struct {
			out  *graph.Node
			rate float64
		}{{cube, 12}, {prod, 3}} {
			all = append(all, must(t)(b.Forward(c.out, []*graph.Node{x}, []*graph.Node{vector(b, "dx", s)})))
			want = append(want, s*c.rate)
		}
	}
	compute(t, b, all...)
	for i, n := range all {
		assert.Equal(t, want[i], values(n)[0], "call %d", i)
	}
}

// A tangent is made of kernels and has its own tangent and gradient: x³ has
// second derivative 6x in every way.
func TestForwardOfTangentAndGradient(t *testing.T) {
	b := newBuilder(t)
	x, one := vector(b, "x", 2), b.Ones(1)
	cube := must(t)(times(b, nil, x, must(t)(times(b, nil, x, x))))
	first := must(t)(b.Forward(cube, []*graph.Node{x}, []*graph.Node{one}))
	grad, err := b.Backward(cube, one, x)
	require.NoError(t, err)
	twice := must(t)(b.Forward(first, []*graph.Node{x}, []*graph.Node{one}))
	overReverse := must(t)(b.Forward(grad[0], []*graph.Node{x}, []*graph.Node{one}))
	underReverse, err := b.Backward(first, one, x)
	require.NoError(t, err)
	compute(t, b, twice, overReverse, underReverse[0])
	for _, n := range []*graph.Node{twice, overReverse, underReverse[0]} {
		assert.Equal(t, []float64{12}, values(n))
	}
}

func TestForwardWithoutInfluence(t *testing.T) {
	b := newBuilder(t)
	x, w, other := vector(b, "x", 2), vector(b, "w", 3), vector(b, "other", 1)
	constant := must(t)(b.Apply(graph.Op{
		Name: "mask", Shape: tensor.Shape{1}, Const: true,
		F64: func(out []float64, in [][]float64) { out[0] = in[0][0] }, F32: func([]float32, [][]float32) {},
	}, other))
	y := must(t)(times(b, nil, must(t)(times(b, nil, x, w)), constant))
	after := must(t)(times(b, nil, y, w))
	dt := vector(b, "t", 1)
	for name, wrt := range map[string][]*graph.Node{"behind a constant": {other}, "a consumer of the output": {after}, "nothing": {}} {
		dot, err := b.Forward(y, wrt, []*graph.Node{dt}[:len(wrt)])
		require.NoError(t, err)
		assert.Nil(t, dot, name)
	}
	dot := must(t)(b.Forward(y, []*graph.Node{constant, other}, []*graph.Node{dt, dt}))
	compute(t, b, dot)
	assert.Equal(t, []float64{6}, values(dot), "the constant's own tangent is one")
}

// h = x⊙w, y = h⊙v: no kernel runs for what does not move.
func TestForwardVisitsOnlyWhatIsNeeded(t *testing.T) {
	for _, c := range []struct {
		name string
		wrt  func(x, w, v *graph.Node) []*graph.Node
		runs int // beyond the two of y and h
	}{
		{"last weight", func(_, _, v *graph.Node) []*graph.Node { return []*graph.Node{v} }, 1},
		{"first weight", func(_, w, _ *graph.Node) []*graph.Node { return []*graph.Node{w} }, 2},
		{"both", func(_, w, v *graph.Node) []*graph.Node { return []*graph.Node{w, v} }, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, runs := newBuilder(t), 0
			x, w, v := vector(b, "x", 2), vector(b, "w", 3), vector(b, "v", 5)
			y := must(t)(times(b, &runs, must(t)(times(b, &runs, x, w)), v))
			wrt := c.wrt(x, w, v)
			dot := must(t)(b.Forward(y, wrt, []*graph.Node{vector(b, "t", 1), vector(b, "t", 1)}[:len(wrt)]))
			compute(t, b, dot, y)
			assert.Equal(t, 2+c.runs, runs)
		})
	}
}

func TestForwardOfReshape(t *testing.T) {
	b := newBuilder(t)
	x, _ := b.Input("x", 2, 3)
	dx, mem := b.Input("dx", 2, 3)
	copy(mem.Float64s(), []float64{1, 2, 3, 4, 5, 6})
	y := must(t)(b.Sum(must(t)(b.Reshape(x, 3, 2)), must(t)(b.Snapshot(must(t)(b.Reshape(x, 3, 2))))))
	dot := must(t)(b.Forward(y, []*graph.Node{x}, []*graph.Node{dx}))
	compute(t, b, dot)
	assert.Equal(t, []float64{2, 4, 6, 8, 10, 12}, values(dot))
	assert.Equal(t, []int{3, 2}, []int(dot.Shape()))
}

func TestForwardErrors(t *testing.T) {
	b := newBuilder(t)
	x := vector(b, "x", 2, 3)
	idle := func([]float64, [][]float64) {}
	stuck := must(t)(b.Apply(op("stuck", tensor.Shape{2}, idle), x))
	crooked := op("crooked", tensor.Shape{2}, idle)
	crooked.Tangent = func(*graph.Tangent) (*graph.Node, error) { return b.Ones(3), nil }
	// A gradient that goes through an op without a rule, and through a constant.
	half := func(middle graph.Op) *graph.Node {
		o := op("half", tensor.Shape{2}, idle)
		o.Diff = func(d *graph.Diff) ([]*graph.Node, error) {
			g, err := d.Apply(middle, d.Grad)
			return []*graph.Node{g}, err
		}
		return must(t)(b.Apply(o, x))
	}
	ruleless := op("ruleless", tensor.Shape{2}, idle)
	frozen := op("frozen", tensor.Shape{2}, idle)
	frozen.Const = true
	elsewhere := newBuilder(t)
	for name, c := range map[string]struct {
		out, wrt, dot *graph.Node
		want          string
	}{
		"no rule":             {stuck, x, b.Ones(2), "forward through stuck: the op has no derivative rule"},
		"wrong shape":         {must(t)(b.Apply(crooked, x)), x, b.Ones(2), "forward through crooked: tangent of shape (3) for an output of shape (2)"},
		"gradient's rule":     {half(ruleless), x, b.Ones(2), "backward through ruleless"},
		"gradient's constant": {half(frozen), x, b.Ones(2), "forward through half: the op has no tangent rule, and frozen in its gradient"},
		"wrong tangent":       {x, x, b.Ones(3), "tangent of shape (3) for"},
		"nil out":             {nil, x, b.Ones(2), "nil"},
		"nil wrt":             {x, nil, b.Ones(2), "nil"},
		"nil tangent":         {x, x, nil, "nil"},
		"another builder's":   {x, x, vector(elsewhere, "t", 1, 2), "another builder"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.Forward(c.out, []*graph.Node{c.wrt}, []*graph.Node{c.dot})
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err := b.Forward(x, []*graph.Node{x}, nil)
	assert.ErrorContains(t, err, "0 tangents for 1 nodes")
	_, err = b.Forward(stuck, []*graph.Node{vector(b, "unrelated", 1)}, []*graph.Node{b.Ones(1)})
	assert.NoError(t, err, "an op that nothing moves needs no rule")
}
