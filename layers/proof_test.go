package layers_test

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/layers"
)

// proof is what every layer is tried with: a layer, built anew each time, on inputs of a
// shape. fixed inputs, such as numbers of rows, do not move.
type proof struct {
	layer func() layers.Layer
	shape []int // of an example
	fixed []float64
}

// moving is the layer in a graph, with a tangent for all that moves.
func (c proof) moving(t *testing.T, dtype tensor.Dtype, n int, train bool) (*moving, layers.Layer) {
	r := rand.New(rand.NewPCG(3, 4))
	m := &moving{b: newBuilder(t, dtype, n, train, 9)}
	shape := append([]int{n}, c.shape...)
	size := tensor.Shape(shape).TotalSize()
	values := normals(r, size)
	if c.fixed != nil {
		for i := range values {
			values[i] = c.fixed[i%len(c.fixed)]
		}
	}
	x := input(t, m.b, values, shape...)
	l := c.layer()
	var err error
	m.y, err = l.Build(m.b, x)
	require.NoError(t, err)
	if c.fixed == nil {
		m.wrt = append(m.wrt, x)
	}
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

// backward adds the gradient of ⟨u, y⟩ for a random u.
func (m *moving) backward(t *testing.T) (u []float64, grads []*graph.Node) {
	shape := m.y.Shape()
	u = normals(rand.New(rand.NewPCG(5, 5)), shape.TotalSize())
	grads, err := m.b.Backward(m.y, input(t, m.b, u, shape...), m.wrt...)
	require.NoError(t, err)
	for i, g := range grads {
		require.NotNil(t, g)
		grads[i] = copyOf(t, m.b, g)
	}
	return u, grads
}

// prove holds a layer's rules against differences and against each other, for batches of
// 1 and more, in training and in evaluation.
func prove(t *testing.T, c proof) {
	for _, n := range []int{1, 3} {
		for _, train := range []bool{true, false} {
			m, _ := c.moving(t, graph.Float64, n, train)
			u, grads := m.backward(t)
			for _, which := range m.subsets() {
				_, jv := m.forward(t, m.y, which...)
				assert.InDeltaSlice(t, m.difference(t, m.y, which...), jv, differenceTolerance, "n = %d, train %v, moving %v", n, train, which)
				var transposed float64
				for _, i := range which {
					p, err := m.b.Compile(grads[i])
					require.NoError(t, err)
					require.NoError(t, p.Run())
					transposed += dot(doubles(graph.Value(grads[i])), doubles(m.moves[i]))
				}
				assert.InDelta(t, transposed, dot(u, jv), 1e-12, "n = %d, train %v, moving %v", n, train, which)
			}
			all := m.subsets()[len(m.wrt)]
			for i, g := range grads {
				second, err := m.b.Forward(g, m.wrt, m.tangents)
				require.NoError(t, err)
				want := m.difference(t, g, all...)
				got := make([]float64, len(want))
				if second != nil { // a linear layer has no second derivative
					_, got = m.forward(t, g, all...)
				}
				assert.InDeltaSlice(t, want, got, 10*differenceTolerance, "n = %d, train %v: the gradient at %d", n, train, i)
			}
		}
	}
	c.proveBits(t)
}

// everything is the output, the gradients and the tangent of a float type.
func (c proof) everything(t *testing.T, dtype tensor.Dtype, n int) (*graph.Program, func() []float64) {
	m, _ := c.moving(t, dtype, n, true)
	_, outs := m.backward(t)
	jv, err := m.b.Forward(m.y, m.wrt, m.tangents)
	require.NoError(t, err)
	outs = append(outs, m.y, jv)
	p, err := m.b.Compile(outs...)
	require.NoError(t, err)
	require.NoError(t, p.Run())
	return p, func() (all []float64) {
		for _, o := range outs {
			if v := graph.Value(o); v != nil {
				all = append(all, doubles(v)...)
			}
		}
		return all
	}
}

// proveBits: float32 agrees with float64 up to rounding, a run allocates nothing, and the
// number of workers changes no bit.
func (c proof) proveBits(t *testing.T) {
	// Sums of some dozen terms of a size of at most 10, in up to four layers.
	const tolerance = 4 * 12 * 10 * 1.2e-7
	_, single := c.everything(t, graph.Float32, 3)
	_, double := c.everything(t, graph.Float64, 3)
	assert.InDeltaSlice(t, double(), single(), tolerance)

	const many = 64 // examples: enough for pieces where the layer is wide
	p, values := c.everything(t, graph.Float32, many)
	if !raceEnabled && isa.Active() != isa.Generic { // gonum's products of many rows allocate
		assert.Zero(t, testing.AllocsPerRun(10, func() { _ = p.Run() }), "allocations of a run")
	}
	var bits [][]float64
	for _, workers := range []int{1, 2} {
		previous := runtime.GOMAXPROCS(workers)
		require.NoError(t, p.Run())
		runtime.GOMAXPROCS(previous)
		bits = append(bits, values())
	}
	assert.Equal(t, bits[0], bits[1], "other bits with two workers")
}
