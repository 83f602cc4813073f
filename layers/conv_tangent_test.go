package layers_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// dot is ⟨a, b⟩.
func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// Forward mode, the images and each parameter moving alone and together:
// against central differences of the output along the tangents, and against
// reverse mode, ⟨u, Jv⟩ = ⟨Jᵀu, v⟩.
func TestConv2DTangent(t *testing.T) {
	for _, c := range convCases() {
		t.Run(c.String(), func(t *testing.T) {
			x, u := c.random(9)
			l := c.layer()
			m := buildOn(t, newBuilder(t, graph.Float64, c.n, true, 7), l, x, u, c.n, c.h, c.w, c.c)
			wrt, values := []*graph.Node{m.x}, [][]float64{graph.Value(m.x).Float64s()}
			for _, p := range l.Params() {
				wrt, values = append(wrt, m.b.Param(p)), append(values, p.Value.Float64s())
			}
			r := rand.New(rand.NewPCG(10, 1))
			var tangents []*graph.Node
			var moves, grads [][]float64
			for i, n := range wrt {
				moves = append(moves, normals(r, len(values[i])))
				tangents = append(tangents, input(t, m.b, moves[i], n.Shape()...))
				grads = append(grads, doubles(graph.Value(m.g[i])))
			}
			check := func(first, end int) {
				jv, err := m.b.Forward(m.y, wrt[first:end], tangents[first:end])
				require.NoError(t, err)
				p, err := m.b.Compile(jv)
				require.NoError(t, err)
				require.NoError(t, p.Run())
				assert.Equal(t, m.y.Shape(), jv.Shape())
				got := doubles(graph.Value(jv))

				var transposed float64
				for i := first; i < end; i++ {
					transposed += dot(grads[i], moves[i])
				}
				assert.InDelta(t, transposed, dot(u, got), 1e-10)

				// The output is quadratic in all of them: central differences
				// are exact for any step.
				move := func(step float64) []float64 {
					for i := first; i < end; i++ {
						for j, v := range moves[i] {
							values[i][j] += step * v
						}
					}
					require.NoError(t, m.run.Run())
					return doubles(graph.Value(m.y))
				}
				up := move(1)
				down := move(-2)
				move(1)
				for i := range got {
					require.InDelta(t, (up[i]-down[i])/2, got[i], 1e-11, "output %d", i)
				}
			}
			for i := range wrt {
				check(i, i+1)
			}
			check(0, len(wrt))
		})
	}
}

// Both orders of the modes: the tangent of a gradient is the gradient of a
// tangent.
func TestConv2DTangentOfGradient(t *testing.T) {
	one := [2]int{1, 1}
	c := convCase{2, 4, 5, 2, 3, [2]int{3, 2}, [2]int{2, 1}, one, one, false}
	x, u := c.random(11)
	l := c.layer()
	m := buildOn(t, newBuilder(t, graph.Float64, c.n, true, 7), l, x, u, c.n, c.h, c.w, c.c)
	w := m.b.Param(l.Params()[0])
	r := rand.New(rand.NewPCG(12, 1))
	move := normals(r, w.Shape().TotalSize())
	tangent := input(t, m.b, move, w.Shape()...)
	// d/dW along move of ∂⟨u, y⟩/∂x is ∂⟨u, x∗move⟩/∂x: col2im of u·moveᵀ.
	moved, err := m.b.Forward(m.g[0], []*graph.Node{w}, []*graph.Node{tangent})
	require.NoError(t, err)
	jv, err := m.b.Forward(m.y, []*graph.Node{w}, []*graph.Node{tangent})
	require.NoError(t, err)
	back, err := m.b.Backward(jv, input(t, m.b, u, m.y.Shape()...), m.x)
	require.NoError(t, err)
	p, err := m.b.Compile(moved, back[0])
	require.NoError(t, err)
	require.NoError(t, p.Run())
	want := c.direct(x, move, nil, u).dx
	assert.InDeltaSlice(t, want, doubles(graph.Value(moved)), 1e-12)
	assert.InDeltaSlice(t, want, doubles(graph.Value(back[0])), 1e-12)
}
