package layers_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// tangentNets are built anew for every test: layers keep their parameters.
var tangentNets = map[string]func() layers.Layer{
	"relu":     func() layers.Layer { return layers.ReLU() },
	"tanh":     func() layers.Layer { return layers.Tanh() },
	"sigmoid":  func() layers.Layer { return layers.Sigmoid() },
	"identity": func() layers.Layer { return layers.Identity() },
	"dense":    func() layers.Layer { return &layers.Dense{Units: 3, BiasInit: 0.3} },
	"no bias":  func() layers.Layer { return &layers.Dense{Units: 3, NoBias: true} },
	"dropout":  func() layers.Layer { return &layers.Dropout{Rate: 0.4} },
	"net": func() layers.Layer {
		return layers.Sequential{
			&layers.Dense{Units: 5}, layers.Tanh(), &layers.Dropout{Rate: 0.3},
			&layers.Dense{Units: 4, NoBias: true}, layers.Sigmoid(), &layers.Dense{Units: 3}, layers.ReLU(), &layers.Dense{Units: 2},
		}
	},
	"vector": func() layers.Layer {
		return &layers.Parallel{Branches: []layers.Layer{&layers.Dense{Units: 2}, &layers.Vector{Units: 3, Init: layers.Constant(0.3)}}}
	},
	"shared": func() layers.Layer {
		shared := &layers.Dense{Units: 4, BiasInit: 0.1}
		return layers.Sequential{shared, layers.Tanh(), shared, layers.Sigmoid(), shared}
	},
}

// moving is a layer behind a Flatten in a graph, with a tangent for its input
// and for every parameter.
type moving struct {
	b             *graph.Builder
	y             *graph.Node
	wrt, tangents []*graph.Node
	memory, moves []*tensor.Dense
}

func newMoving(t *testing.T, l layers.Layer, dtype tensor.Dtype) *moving {
	const n, in = 5, 4
	r := rand.New(rand.NewPCG(3, 4))
	m := &moving{b: newBuilder(t, dtype, n, true, 9)}
	x := input(t, m.b, normals(r, n*in), n, 2, 2)
	var err error
	m.y, err = layers.Sequential{&layers.Flatten{}, l}.Build(m.b, x)
	require.NoError(t, err)
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
	return m
}

// difference is the central difference of n along the tangents of which.
func (m *moving) difference(t *testing.T, n *graph.Node, which ...int) []float64 {
	t.Helper()
	const h = 1e-6
	p, err := m.b.Compile(n)
	require.NoError(t, err)
	move := func(by float64) []float64 {
		for _, i := range which {
			graph.Direction(m.memory[i:i+1]).AddScaled(by, graph.Direction(m.moves[i:i+1]))
		}
		require.NoError(t, p.Run())
		return doubles(graph.Value(n))
	}
	up, down := move(h), move(-2*h)
	move(h)
	for i := range up {
		up[i] = (up[i] - down[i]) / (2 * h)
	}
	return up
}

func (m *moving) forward(t *testing.T, n *graph.Node, which ...int) (*graph.Node, []float64) {
	t.Helper()
	var wrt, tangents []*graph.Node
	for _, i := range which {
		wrt, tangents = append(wrt, m.wrt[i]), append(tangents, m.tangents[i])
	}
	dot, err := m.b.Forward(n, wrt, tangents)
	require.NoError(t, err)
	require.NotNil(t, dot)
	if graph.IsInput(dot) {
		return dot, doubles(graph.Value(dot))
	}
	p, err := m.b.Compile(dot)
	require.NoError(t, err)
	require.NoError(t, p.Run())
	return dot, doubles(graph.Value(dot))
}

// subsets are every input alone, and all together.
func (m *moving) subsets() [][]int {
	var all []int
	var sets [][]int
	for i := range m.wrt {
		all = append(all, i)
		sets = append(sets, []int{i})
	}
	return append(sets, all)
}

// Truncation of a difference is h²·f‴/6 and rounding ε·f/h ≈ 1e-9 for values up
// to 4.
const differenceTolerance = 4e-9

// Jv by central differences, ⟨u, Jv⟩ = ⟨Jᵀu, v⟩, and the tangent of that
// gradient, a Hessian-vector product, by differences again.
func TestTangents(t *testing.T) {
	for name, layer := range tangentNets {
		t.Run(name, func(t *testing.T) {
			m := newMoving(t, layer(), graph.Float64)
			u := input(t, m.b, normals(rand.New(rand.NewPCG(5, 5)), m.y.Shape().TotalSize()), m.y.Shape()...)
			grads, err := m.b.Backward(m.y, u, m.wrt...)
			require.NoError(t, err)
			for _, which := range m.subsets() {
				_, dot := m.forward(t, m.y, which...)
				assert.InDeltaSlice(t, m.difference(t, m.y, which...), dot, differenceTolerance, "moving %v", which)
				var left, right float64
				for i, v := range doubles(graph.Value(u)) {
					left += v * dot[i]
				}
				for _, i := range which {
					p, err := m.b.Compile(copyOf(t, m.b, grads[i]))
					require.NoError(t, err)
					require.NoError(t, p.Run())
					right += graph.Direction{m.moves[i]}.Dot(graph.Direction{graph.Value(grads[i])})
				}
				assert.InDelta(t, left, right, 1e-13, "moving %v", which)
			}
			if name == "identity" {
				return
			}
			for i := range m.wrt {
				dot, err := m.b.Forward(grads[i], m.wrt, m.tangents)
				require.NoError(t, err)
				want := m.difference(t, grads[i], m.subsets()[len(m.wrt)]...)
				got := make([]float64, len(want))
				if dot != nil { // a piecewise linear layer has no second derivative
					_, got = m.forward(t, grads[i], m.subsets()[len(m.wrt)]...)
				}
				assert.InDeltaSlice(t, want, got, 10*differenceTolerance, "the gradient at %d", i)
			}
		})
	}
}

// copyOf gives something to compile where n is an input.
func copyOf(t *testing.T, b *graph.Builder, n *graph.Node) *graph.Node {
	t.Helper()
	s, err := b.Snapshot(n)
	require.NoError(t, err)
	return s
}

// A tangent is made of ops that have tangents and gradients: the second
// tangent agrees with differences of the first.
func TestTangentsOfTangents(t *testing.T) {
	for _, name := range []string{"net", "shared", "dense"} {
		m := newMoving(t, tangentNets[name](), graph.Float64)
		all := m.subsets()[len(m.wrt)]
		first, _ := m.forward(t, m.y, all...)
		_, second := m.forward(t, first, all...)
		assert.InDeltaSlice(t, m.difference(t, first, all...), second, 10*differenceTolerance, name)
	}
}

// One seed gives both float types the same weights, masks and tangents up to
// rounding: sums of a dozen terms of size 4 in each of four layers.
func TestFloat32TangentsAgreeWithFloat64(t *testing.T) {
	const tolerance = 4 * 12 * 4 * 1.2e-7
	for name, layer := range tangentNets {
		t.Run(name, func(t *testing.T) {
			single, double := newMoving(t, layer(), graph.Float32), newMoving(t, layer(), graph.Float64)
			for _, which := range single.subsets() {
				_, got := single.forward(t, single.y, which...)
				_, want := double.forward(t, double.y, which...)
				assert.InDeltaSlice(t, want, got, tolerance)
			}
		})
	}
}

// Forward mode asks for nothing beside the way: no product with the tangent of
// an input that has none, and none for what only feeds it.
func TestTangentOfBiasAlone(t *testing.T) {
	m := newMoving(t, &layers.Dense{Units: 3}, graph.Float64)
	_, dot := m.forward(t, m.y, 2)
	for e := range 5 {
		assert.Equal(t, doubles(m.moves[2]), dot[3*e:3*e+3])
	}
}
