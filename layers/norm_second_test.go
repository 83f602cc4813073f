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

// curved are the gradients of ⟨u, softplus y⟩ at all that moves, and their tangents as the given ones move. Of ⟨u, y⟩ some of
// the second derivatives would be zero.
func curved(t *testing.T, m *moving, which []int) (grads, seconds []*graph.Node) {
	t.Helper()
	soft, err := layers.Softplus().Build(m.b, m.y)
	require.NoError(t, err)
	u := normals(rand.New(rand.NewPCG(5, 5)), m.y.Shape().TotalSize())
	grads, err = m.b.Backward(soft, input(t, m.b, u, m.y.Shape()...), m.wrt...)
	require.NoError(t, err)
	var wrt, tangents []*graph.Node
	for _, i := range which {
		wrt, tangents = append(wrt, m.wrt[i]), append(tangents, m.tangents[i])
	}
	seconds, err = m.b.ForwardAll(grads, wrt, tangents)
	require.NoError(t, err)
	return grads, seconds
}

// TestNormalizationsOfSecondOrder: how the gradients change along every input and parameter, by itself and together,
// against central differences of the gradients.
func TestNormalizationsOfSecondOrder(t *testing.T) {
	for name, c := range normCases() {
		t.Run(name, func(t *testing.T) {
			m, _ := normed(t, c, graph.Float64)
			for _, which := range m.subsets() {
				grads, seconds := curved(t, m, which)
				for i, g := range grads {
					require.NotNil(t, seconds[i], "the gradient at %d, moving %v", i, which)
					p, err := m.b.Compile(seconds[i])
					require.NoError(t, err)
					require.NoError(t, p.Run())
					got := doubles(graph.Value(seconds[i]))
					want := m.difference(t, g, which...)
					// Derivatives of the fourth order are 1/σ⁴ times as large, and σ is about 2, but of few values
					// less.
					assert.InDeltaSlice(t, want, got, 2e-8*(1+largest(want)), "the gradient at %d, moving %v", i, which)
				}
			}
		})
	}
}

func largest(x []float64) (most float64) {
	for _, v := range x {
		most = max(most, math.Abs(v))
	}
	return most
}

// TestNormalizationsOfSecondOrderAgree: float32 has float64's products with the matrix of second derivatives up to
// rounding, and these are symmetric.
func TestNormalizationsOfSecondOrderAgree(t *testing.T) {
	for name, c := range normCases() {
		var results [2][]float64
		for k, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			m, _ := normed(t, c, dtype)
			all := m.subsets()[len(m.wrt)]
			_, along := curved(t, m, all)
			var other []*graph.Node // a second direction
			r := rand.New(rand.NewPCG(6, 6))
			for _, w := range m.wrt {
				other = append(other, input(t, m.b, normals(r, w.Shape().TotalSize()), w.Shape()...))
			}
			one := m.tangents
			m.tangents = other
			_, across := curved(t, m, all)
			p, err := m.b.Compile(append(append([]*graph.Node{}, along...), across...)...)
			require.NoError(t, err)
			require.NoError(t, p.Run())
			var left, right, size float64
			for i := range along {
				a, b := doubles(graph.Value(along[i])), doubles(graph.Value(across[i]))
				left += dot(a, doubles(graph.Value(other[i])))
				right += dot(b, doubles(graph.Value(one[i])))
				size = max(size, largest(a))
				results[k] = append(results[k], a...)
			}
			if k == 1 {
				assert.InDelta(t, left, right, 1e-11*size, name)
			}
		}
		assert.InDeltaSlice(t, results[1], results[0], 1e-5*largest(results[1]), name)
		assert.NotEqual(t, results[1], results[0], name)
	}
}
