package layers_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// normCase is a normalisation and an input for it. part says which elements have a mean in common.
type normCase struct {
	make  func() layers.Layer
	shape []int
	train bool
	part  func(n, location, channel int) [3]int
}

func byChannel(_, _, c int) [3]int  { return [3]int{c} }
func byLocation(n, t, _ int) [3]int { return [3]int{n, t} }
func byGroup(width int) func(n, t, c int) [3]int {
	return func(n, _, c int) [3]int { return [3]int{n, c / width} }
}

func normCases() map[string]normCase {
	batch := func() layers.Layer { return &layers.BatchNorm{} }
	layer := func() layers.Layer { return &layers.LayerNorm{} }
	return map[string]normCase{
		"batch":              {batch, []int{5, 3}, true, byChannel},
		"batch of images":    {batch, []int{3, 2, 4, 5}, true, byChannel},
		"batch of one":       {batch, []int{1, 3, 2, 2}, true, byChannel},
		"many channels":      {batch, []int{2, 3, 70}, true, byChannel},
		"one channel":        {batch, []int{2, 3, 3, 1}, true, byChannel},
		"no scale":           {func() layers.Layer { return &layers.BatchNorm{NoScale: true} }, []int{4, 2, 3}, true, byChannel},
		"no shift":           {func() layers.Layer { return &layers.BatchNorm{NoShift: true} }, []int{4, 2, 3}, true, byChannel},
		"neither":            {func() layers.Layer { return &layers.BatchNorm{NoScale: true, NoShift: true} }, []int{4, 2, 3}, true, byChannel},
		"evaluation":         {batch, []int{2, 3, 3, 4}, false, nil},
		"evaluation of one":  {batch, []int{1, 4}, false, nil},
		"layer":              {layer, []int{4, 5}, true, byLocation},
		"layer of locations": {layer, []int{2, 3, 2, 5}, true, byLocation},
		"layer, one":         {layer, []int{1, 19}, false, byLocation},
		"group":              {func() layers.Layer { return &layers.GroupNorm{Groups: 2} }, []int{3, 2, 2, 6}, true, byGroup(3)},
		"group of vectors":   {func() layers.Layer { return &layers.GroupNorm{Groups: 3, NoShift: true} }, []int{2, 12}, true, byGroup(4)},
		"one group":          {func() layers.Layer { return &layers.GroupNorm{Groups: 1} }, []int{2, 5, 3}, true, byGroup(3)},
		"instance":           {func() layers.Layer { return &layers.GroupNorm{Groups: 4} }, []int{2, 3, 3, 4}, true, byGroup(1)},
		"large epsilon":      {func() layers.Layer { return &layers.LayerNorm{Epsilon: 0.5} }, []int{3, 4}, true, byLocation},
	}
}

// directly is the definition.
func (c normCase) directly(x []float64, l layers.Layer, epsilon float64) []float64 {
	channels := c.shape[len(c.shape)-1]
	locations := len(x) / channels / c.shape[0]
	at := func(i int) (n, t, k int) { return i / channels / locations, i / channels % locations, i % channels }
	values := map[[3]int][]float64{}
	var mean, variance func(int) float64
	if c.part != nil {
		for i, v := range x {
			p := c.part(at(i))
			values[p] = append(values[p], v)
		}
		mean = func(i int) (m float64) {
			list := values[c.part(at(i))]
			for _, v := range list {
				m += v / float64(len(list))
			}
			return m
		}
		variance = func(i int) (s float64) {
			list, m := values[c.part(at(i))], mean(i)
			for _, v := range list {
				s += (v - m) * (v - m) / float64(len(list))
			}
			return s
		}
	} else {
		buffers := l.(layers.Stateful).Buffers()
		mean = func(i int) float64 { return buffers[0].Value.Float64s()[i%channels] }
		variance = func(i int) float64 { return buffers[1].Value.Float64s()[i%channels] }
	}
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = (v - mean(i)) / math.Sqrt(variance(i)+epsilon)
	}
	for _, p := range l.Params() {
		for i := range y {
			if v := p.Value.Float64s()[i%channels]; p.Name[len(p.Name)-6:] == "weight" {
				y[i] *= v
			} else {
				y[i] += v
			}
		}
	}
	return y
}

// randomise gives parameters and buffers values of their own, the same in both float types.
func randomise(t testing.TB, l layers.Layer) {
	r := rand.New(rand.NewPCG(8, 8))
	set := func(v *tensor.Dense, least float64) {
		x := normals(r, v.DataSize())
		for i := range x {
			x[i] = max(x[i], least)
		}
		require.NoError(t, graph.CopyInto(v, tensor.New(tensor.WithShape(v.Shape()...), tensor.WithBacking(x))))
	}
	for _, p := range l.Params() {
		set(p.Value, math.Inf(-1))
	}
	if s, ok := l.(layers.Stateful); ok {
		for i, b := range s.Buffers() {
			set(b.Value, []float64{-3, 0.1}[i])
		}
	}
}

// normed is a normalisation in a graph, with a tangent for the input and each parameter.
func normed(t testing.TB, c normCase, dtype tensor.Dtype) (*moving, layers.Layer) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	m := &moving{b: newBuilder(t, dtype, c.shape[0], c.train, 9)}
	values := normals(r, size(c.shape))
	for i := range values {
		values[i] = 2*values[i] + 3
	}
	x := input(t, m.b, values, c.shape...)
	l := c.make()
	var err error
	m.y, err = l.Build(m.b, x)
	require.NoError(t, err)
	randomise(t, l)
	m.wrt = []*graph.Node{x}
	for _, p := range l.Params() {
		m.wrt = append(m.wrt, m.b.Param(p))
	}
	for _, w := range m.wrt {
		v := graph.Value(w)
		m.tangents = append(m.tangents, input(t, m.b, normals(r, v.DataSize()), v.Shape()...))
		m.memory = append(m.memory, v)
		m.moves = append(m.moves, graph.Value(m.tangents[len(m.tangents)-1]))
	}
	return m, l
}

// TestNormalizations: the output against the definition, the tangent and so the gradient against central differences
// through the statistics, and the taps.
func TestNormalizations(t *testing.T) {
	for name, c := range normCases() {
		t.Run(name, func(t *testing.T) {
			m, l := normed(t, c, graph.Float64)
			epsilon := 1e-5
			if name == "large epsilon" {
				epsilon = 0.5
			}
			u := normals(rand.New(rand.NewPCG(5, 5)), m.y.Shape().TotalSize())
			grads, err := m.b.Backward(m.y, input(t, m.b, u, m.y.Shape()...), m.wrt...)
			require.NoError(t, err)
			p, err := m.b.Compile(append(grads, m.y)...)
			require.NoError(t, err)
			require.NoError(t, p.Run())
			require.Equal(t, c.shape, []int(m.y.Shape()))
			assert.InDeltaSlice(t, c.directly(doubles(m.memory[0]), l, epsilon), doubles(graph.Value(m.y)), 1e-12)
			for _, which := range m.subsets() {
				_, along := m.forward(t, m.y, which...)
				// x̂ bends by up to 1/σ³, σ ≥ 0.1: the third derivative is larger than that of other layers.
				assert.InDeltaSlice(t, m.difference(t, m.y, which...), along, 1e-7, "moving %v", which)
				require.NoError(t, p.Run())
				var right float64
				for _, i := range which {
					right += dot(doubles(graph.Value(grads[i])), doubles(m.moves[i]))
				}
				assert.InDelta(t, dot(u, along), right, 1e-11, "moving %v", which)
			}
		})
	}
}

// TestNormalizationTaps show x̂ and the gradient at y as matrices, and say what the map is.
func TestNormalizationTaps(t *testing.T) {
	for name, c := range normCases() {
		m, l := normed(t, c, graph.Float64)
		params := l.Params()
		if len(params) == 0 {
			assert.Empty(t, m.b.Taps, name)
			continue
		}
		require.Len(t, m.b.Taps, 1, name)
		tap := m.b.Taps[0]
		assert.Same(t, params[0], tap.Weight, name)
		assert.True(t, tap.Aside, name)
		switch name {
		case "no scale":
			assert.Equal(t, graph.Shift, tap.Kind)
			assert.Nil(t, tap.Bias)
		case "no shift", "group of vectors":
			assert.Equal(t, graph.Scale, tap.Kind)
			assert.Nil(t, tap.Bias)
		default:
			assert.Equal(t, graph.Scale, tap.Kind)
			assert.Same(t, params[1], tap.Bias)
		}
		a, s := tap.Nodes()
		channels := c.shape[len(c.shape)-1]
		matrix := []int{size(c.shape) / channels, channels}
		assert.Equal(t, matrix, []int(a.Shape()), name)
		assert.Equal(t, matrix, []int(s.Shape()), name)
		u := input(t, m.b, normals(rand.New(rand.NewPCG(5, 5)), size(c.shape)), c.shape...)
		grads, err := m.b.Backward(m.y, u, append([]*graph.Node{s}, m.wrt...)...)
		require.NoError(t, err)
		p, err := m.b.Compile(append(grads, a, s)...)
		require.NoError(t, err)
		require.NoError(t, p.Run())
		assert.Equal(t, doubles(graph.Value(u)), doubles(graph.Value(grads[0])), name)
		// The parameters' gradients are what a and g say, and s is a∘w + b.
		x, g, y := doubles(graph.Value(a)), doubles(graph.Value(grads[0])), doubles(graph.Value(s))
		dw, db := make([]float64, channels), make([]float64, channels)
		for i := range x {
			dw[i%channels] += x[i] * g[i]
			db[i%channels] += g[i]
			want := x[i]
			for _, p := range params {
				if v := p.Value.Float64s()[i%channels]; p == params[0] && name != "no scale" {
					want *= v
				} else {
					want += v
				}
			}
			assert.InDelta(t, want, y[i], 1e-12, name)
		}
		want := [][]float64{dw, db}
		if name == "no scale" {
			want = [][]float64{db}
		}
		for i := range params {
			assert.InDeltaSlice(t, want[i], doubles(graph.Value(grads[2+i])), 1e-12, name)
		}
	}
}

// TestNormalizationsInFloat32 agree with float64 up to rounding: a dozen roundings of values up to 30.
func TestNormalizationsInFloat32(t *testing.T) {
	const tolerance = 12 * 30 * 0x1p-24
	for name, c := range normCases() {
		single, _ := normed(t, c, graph.Float32)
		double, _ := normed(t, c, graph.Float64)
		assert.InDeltaSlice(t, double.value(t, double.y), single.value(t, single.y), tolerance, name)
		for _, which := range single.subsets() {
			_, got := single.forward(t, single.y, which...)
			_, want := double.forward(t, double.y, which...)
			assert.InDeltaSlice(t, want, got, tolerance, name)
		}
	}
}

func (m *moving) value(t testing.TB, n *graph.Node) []float64 {
	t.Helper()
	p, err := m.b.Compile(n)
	require.NoError(t, err)
	require.NoError(t, p.Run())
	return doubles(graph.Value(n))
}
