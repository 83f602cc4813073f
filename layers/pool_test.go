package layers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// poolCase is a geometry: windows that tile the images, overlap, leave gaps and rows out, and lie over padding.
type poolCase struct {
	shape                   []int // N×H×W×C or N×H×W
	window, stride, padding [2]int
}

func poolCases() []poolCase {
	return []poolCase{
		{[]int{2, 4, 6, 3}, [2]int{2, 2}, [2]int{}, [2]int{}},
		{[]int{1, 5, 7, 2}, [2]int{2, 3}, [2]int{}, [2]int{}},
		{[]int{3, 6, 5}, [2]int{3, 2}, [2]int{1, 2}, [2]int{}},
		{[]int{2, 5, 4, 17}, [2]int{3, 3}, [2]int{2, 2}, [2]int{1, 1}},
		{[]int{2, 7, 7, 1}, [2]int{2, 1}, [2]int{3, 2}, [2]int{}},
		{[]int{2, 2, 3, 4}, [2]int{4, 3}, [2]int{1, 2}, [2]int{3, 2}},
		{[]int{1, 1, 1, 1}, [2]int{1, 1}, [2]int{}, [2]int{}},
		{[]int{2, 3, 4, 5}, [2]int{3, 4}, [2]int{}, [2]int{}},
	}
}

func (c poolCase) String() string { return fmt.Sprint(c.shape, c.window, c.stride, c.padding) }

// direct is the definition, window by window: the outputs, and the inputs' indices of each output's window.
func (c poolCase) direct() (out []int, members [][]int) {
	channels := 1
	if len(c.shape) == 4 {
		channels = c.shape[3]
	}
	h, w := c.shape[1], c.shape[2]
	stride := c.stride
	for i := range stride {
		if stride[i] == 0 {
			stride[i] = c.window[i]
		}
	}
	rows, cols := (h+2*c.padding[0]-c.window[0])/stride[0]+1, (w+2*c.padding[1]-c.window[1])/stride[1]+1
	for n := range c.shape[0] {
		for i := range rows {
			for j := range cols {
				for k := range channels {
					var list []int
					for u := range c.window[0] {
						for v := range c.window[1] {
							y, x := i*stride[0]-c.padding[0]+u, j*stride[1]-c.padding[1]+v
							if y >= 0 && y < h && x >= 0 && x < w {
								list = append(list, ((n*h+y)*w+x)*channels+k)
							}
						}
					}
					members = append(members, list)
				}
			}
		}
	}
	out = []int{c.shape[0], rows, cols, channels}
	return out[:len(c.shape)], members
}

func size(shape []int) int { return tensor.Shape(shape).TotalSize() }

// maxWeights are the definition's Jacobian: of each output, the weights of its window's elements.
func (c poolCase) maxWeights(x []float64) (weights []map[int]float64) {
	_, members := c.direct()
	for _, list := range members {
		best := list[0]
		for _, i := range list {
			if x[i] > x[best] || math.IsNaN(x[i]) && !math.IsNaN(x[best]) {
				best = i
			}
		}
		weights = append(weights, map[int]float64{best: 1})
	}
	return weights
}

func (c poolCase) meanWeights(whole bool) (weights []map[int]float64) {
	_, members := c.direct()
	for _, list := range members {
		n := len(list)
		if whole {
			n = c.window[0] * c.window[1]
		}
		w := map[int]float64{}
		for _, i := range list {
			w[i] = 1 / float64(n)
		}
		weights = append(weights, w)
	}
	return weights
}

// pooled is a pooling layer in a graph with its gradient and its tangent.
type pooled struct {
	b           *graph.Builder
	x, y        *graph.Node
	grad, along *graph.Node
}

func buildPool(t testing.TB, dtype tensor.Dtype, train bool, l layers.Layer, shape []int, x, u, move []float64) pooled {
	t.Helper()
	p := pooled{b: newBuilder(t, dtype, shape[0], train, 1)}
	p.x = input(t, p.b, x, shape...)
	var err error
	p.y, err = l.Build(p.b, p.x)
	require.NoError(t, err)
	grads, err := p.b.Backward(p.y, input(t, p.b, u[:p.y.Shape().TotalSize()], p.y.Shape()...), p.x)
	require.NoError(t, err)
	p.grad = grads[0]
	p.along, err = p.b.Forward(p.y, []*graph.Node{p.x}, []*graph.Node{input(t, p.b, move, shape...)})
	require.NoError(t, err)
	return p
}

func (p pooled) run(t testing.TB) (y, grad, along []float64) {
	t.Helper()
	program, err := p.b.Compile(p.y, p.grad, p.along)
	require.NoError(t, err)
	require.NoError(t, program.Run())
	return doubles(graph.Value(p.y)), doubles(graph.Value(p.grad)), doubles(graph.Value(p.along))
}

// checkPool compares a pool with the weights that the definition has for its outputs.
func checkPool(t *testing.T, c poolCase, l layers.Layer, x []float64, weights []map[int]float64, out []int) {
	t.Helper()
	r := rand.New(rand.NewPCG(4, 2))
	u, move := normals(r, len(weights)), normals(r, len(x))
	want, grad, along := make([]float64, len(weights)), make([]float64, len(x)), make([]float64, len(weights))
	for o, w := range weights {
		for i, v := range w {
			want[o] += v * x[i]
			grad[i] += v * u[o]
			along[o] += v * move[i]
		}
	}
	for _, train := range []bool{true, false} {
		p := buildPool(t, graph.Float64, train, l, c.shape, x, u, move)
		require.Equal(t, out, []int(p.y.Shape()))
		gotY, gotGrad, gotAlong := p.run(t)
		assertClose(t, want, gotY, 1e-14, "outputs")
		assertClose(t, grad, gotGrad, 1e-14, "gradient")
		assertClose(t, along, gotAlong, 1e-14, "tangent")
		assert.InDelta(t, dot(u, gotAlong), dot(gotGrad, move), 1e-12)

		single := buildPool(t, graph.Float32, train, l, c.shape, x, u, move)
		sy, sg, sa := single.run(t)
		// Sums of at most 12 elements of size 4, of which each is rounded.
		const tolerance = 2 * 12 * 4 * 0x1p-24
		assertClose(t, want, sy, tolerance, "outputs in float32")
		assertClose(t, grad, sg, tolerance, "gradient in float32")
		assertClose(t, along, sa, tolerance, "tangent in float32")
	}
}

// assertClose is InDeltaSlice, with NaN for NaN.
func assertClose(t *testing.T, want, got []float64, delta float64, about string) {
	t.Helper()
	require.Len(t, got, len(want), about)
	for i := range want {
		if math.IsNaN(want[i]) {
			assert.True(t, math.IsNaN(got[i]), "%s: element %d", about, i)
			continue
		}
		assert.InDelta(t, want[i], got[i], delta, "%s: element %d", about, i)
	}
}

// TestPools: outputs, gradients and tangents against the definition.
func TestPools(t *testing.T) {
	for _, c := range poolCases() {
		t.Run(c.String(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 5))
			out, _ := c.direct()
			x := normals(r, size(c.shape))
			checkPool(t, c, &layers.MaxPool2D{Window: c.window, Stride: c.stride, Padding: c.padding}, x, c.maxWeights(x), out)
			for i := range x {
				x[i] = float64(r.IntN(3) - 4) // many are equal, all are below the zeros of padding
			}
			checkPool(t, c, &layers.MaxPool2D{Window: c.window, Stride: c.stride, Padding: c.padding}, x, c.maxWeights(x), out)
			checkPool(t, c, &layers.AvgPool2D{Window: c.window, Stride: c.stride, Padding: c.padding}, x, c.meanWeights(false), out)
			checkPool(t, c, &layers.AvgPool2D{Window: c.window, Stride: c.stride, Padding: c.padding, CountPadding: true}, x, c.meanWeights(true), out)

			all := poolCase{shape: c.shape, window: [2]int{c.shape[1], c.shape[2]}}
			flat, _ := all.direct()
			channels := 1
			if len(flat) == 4 {
				channels = flat[3]
			}
			checkPool(t, all, &layers.GlobalAvgPool{}, x, all.meanWeights(false), []int{c.shape[0], channels})
		})
	}
}

// TestMaxPoolOfNaN: the first NaN of a window is its maximum, wherever it stands; −∞ alone is an element like others.
func TestMaxPoolOfNaN(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(-1)
	for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
		for _, channels := range []int{1, 24} {
			var x, want, grad []float64
			for _, w := range [][3][]float64{
				{{1, nan, 3, nan}, {nan}, {0, 5, 0, 0}}, {{nan, 9, 9, 9}, {nan}, {5, 0, 0, 0}}, {{1, 2, 3, nan}, {nan}, {0, 0, 0, 5}},
				{{inf, inf, inf, inf}, {inf}, {5, 0, 0, 0}}, {{inf, inf, -3, -3}, {-3}, {0, 0, 5, 0}},
			} {
				for i := range 4 {
					for range channels {
						x, grad = append(x, w[0][i]), append(grad, w[2][i])
					}
				}
				for range channels {
					want = append(want, w[1][0])
				}
			}
			u := make([]float64, len(want))
			for i := range u {
				u[i] = 5
			}
			p := buildPool(t, dtype, true, &layers.MaxPool2D{Window: [2]int{2, 2}}, []int{5, 2, 2, channels}, x, u, make([]float64, len(x)))
			y, g, _ := p.run(t)
			for i := range want {
				assert.True(t, want[i] == y[i] || math.IsNaN(want[i]) && math.IsNaN(y[i]), "output %d: %v", i, y[i])
			}
			assert.Equal(t, grad, g)
		}
	}
}

// TestMaxPoolChoices: the gradient is right where the forward pass ran before anybody had asked for it, where it ran in a
// program of its own, and where the input changed in between.
func TestMaxPoolChoices(t *testing.T) {
	b := newBuilder(t, graph.Float64, 1, false, 1)
	x := input(t, b, []float64{1, 4, 3, 2}, 1, 2, 2, 1)
	y, err := (&layers.MaxPool2D{Window: [2]int{2, 2}}).Build(b, x)
	require.NoError(t, err)
	forward, err := b.Compile(y)
	require.NoError(t, err)
	require.NoError(t, forward.Run())
	grads, err := b.Backward(y, b.Ones(1, 1, 1, 1), x)
	require.NoError(t, err)
	back, err := b.Compile(grads[0])
	require.NoError(t, err)
	require.NoError(t, back.Resume())
	assert.Equal(t, []float64{0, 1, 0, 0}, doubles(graph.Value(grads[0])))
	for i := range 4 {
		copy(graph.Value(x).Float64s(), []float64{1, 4, 3, 2})
		graph.Value(x).Float64s()[i] = 7
		want := make([]float64, 4)
		want[i] = 1
		if i%2 == 0 {
			require.NoError(t, forward.Run())
			require.NoError(t, back.Resume())
		} else {
			require.NoError(t, back.Run())
		}
		assert.Equal(t, want, doubles(graph.Value(grads[0])))
	}
}

// TestPoolsOfGradients: the maps from u to the gradient and from v to the tangent are linear; their own derivatives are
// the other rule, and the second derivative of the layer is zero.
func TestPoolsOfGradients(t *testing.T) {
	for name, l := range map[string]layers.Layer{
		"max": &layers.MaxPool2D{Window: [2]int{3, 2}, Stride: [2]int{2, 1}, Padding: [2]int{1, 0}},
		"avg": &layers.AvgPool2D{Window: [2]int{3, 2}, Stride: [2]int{2, 1}, Padding: [2]int{1, 0}},
	} {
		r := rand.New(rand.NewPCG(2, 2))
		shape := []int{2, 5, 4, 3}
		x, move := normals(r, size(shape)), normals(r, size(shape))
		b := newBuilder(t, graph.Float64, 2, true, 1)
		in := input(t, b, x, shape...)
		y, err := l.Build(b, in)
		require.NoError(t, err)
		u, v := normals(r, y.Shape().TotalSize()), input(t, b, move, shape...)
		seed := input(t, b, u, y.Shape()...)
		g, err := b.Backward(y, seed, in)
		require.NoError(t, err)
		jv, err := b.Forward(y, []*graph.Node{in}, []*graph.Node{v})
		require.NoError(t, err)

		second, err := b.Forward(g[0], []*graph.Node{in}, []*graph.Node{v})
		require.NoError(t, err)
		assert.Nil(t, second, name)
		along, err := b.Forward(g[0], []*graph.Node{seed}, []*graph.Node{input(t, b, u, y.Shape()...)})
		require.NoError(t, err)
		back, err := b.Backward(g[0], v, seed)
		require.NoError(t, err)
		backOfTangent, err := b.Backward(jv, seed, v)
		require.NoError(t, err)
		again, err := b.Forward(jv, []*graph.Node{v}, []*graph.Node{input(t, b, move, shape...)})
		require.NoError(t, err)
		p, err := b.Compile(g[0], jv, along, back[0], backOfTangent[0], again)
		require.NoError(t, err)
		require.NoError(t, p.Run())
		assert.Equal(t, doubles(graph.Value(g[0])), doubles(graph.Value(along)), name)
		assert.Equal(t, doubles(graph.Value(jv)), doubles(graph.Value(back[0])), name)
		assert.Equal(t, doubles(graph.Value(g[0])), doubles(graph.Value(backOfTangent[0])), name)
		assert.Equal(t, doubles(graph.Value(jv)), doubles(graph.Value(again)), name)
	}
}
