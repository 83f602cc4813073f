package layers_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// The elementwise functions against their definitions, at the ends of the
// range as well.
func TestActivationValues(t *testing.T) {
	x := []float64{-1000, -30, -1.5, -1e-9, 0, 1e-9, 0.5, 3, 30, 1000}
	for _, c := range []struct {
		layer *layers.Activation
		f     func(x float64) float64
	}{
		{layers.ReLU(), func(x float64) float64 { return math.Max(0, x) }},
		{layers.Tanh(), func(x float64) float64 { return 1 - 2/(math.Exp(2*x)+1) }},
		{layers.Sigmoid(), func(x float64) float64 { return math.Exp(-math.Log1p(math.Exp(-x))) }},
		{layers.Identity(), func(x float64) float64 { return x }},
	} {
		t.Run(c.layer.String(), func(t *testing.T) {
			b := newBuilder(t, graph.Float64, 2, true, 1)
			y := run(t, b, c.layer, input(t, b, x, 2, 5))
			for i, v := range x {
				assert.InDelta(t, c.f(v), y[i], 4e-16, "at %v", v) // rounding of the reference near 1
			}
			assert.Empty(t, c.layer.Params())
		})
	}
}

// The derivative at 0 of ReLU is 0, and NaN is not hidden.
func TestReLUCorners(t *testing.T) {
	b := newBuilder(t, graph.Float64, 1, true, 1)
	x := input(t, b, []float64{0, math.Copysign(0, -1), 2, math.NaN()}, 1, 4)
	y, err := layers.ReLU().Build(b, x)
	require.NoError(t, err)
	g, err := b.Backward(y, b.Ones(1, 4), x)
	require.NoError(t, err)
	p, err := b.Compile(y, g[0])
	require.NoError(t, err)
	require.NoError(t, p.Run())
	assert.Equal(t, []float64{0, 0, 1}, doubles(graph.Value(g[0]))[:3])
	assert.True(t, math.IsNaN(doubles(graph.Value(y))[3]))
}

// s = xW + b and its gradients in three plain loops.
func TestDense(t *testing.T) {
	for _, size := range [][3]int{{1, 1, 1}, {3, 4, 2}, {2, 1, 5}, {7, 33, 17}} {
		for _, noBias := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v noBias=%v", size, noBias), func(t *testing.T) {
				n, in, out := size[0], size[1], size[2]
				r := rand.New(rand.NewPCG(1, 1))
				b := newBuilder(t, graph.Float64, n, true, 1)
				x, seed := normals(r, n*in), normals(r, n*out)
				xn := input(t, b, x, n, in)
				d := &layers.Dense{Units: out, BiasInit: 0.25, NoBias: noBias}
				s, err := d.Build(b, xn)
				require.NoError(t, err)
				wrt := []*graph.Node{xn}
				for _, p := range d.Params() {
					wrt = append(wrt, b.Param(p))
				}
				grads, err := b.Backward(s, input(t, b, seed, n, out), wrt...)
				require.NoError(t, err)
				p, err := b.Compile(append(grads, s)...)
				require.NoError(t, err)
				require.NoError(t, p.Run())

				w := d.Params()[0].Value.Float64s()
				want, dx, dw, db := make([]float64, n*out), make([]float64, n*in), make([]float64, in*out), make([]float64, out)
				for e := range n {
					for j := range out {
						g := seed[e*out+j]
						if !noBias {
							want[e*out+j] = 0.25
						}
						db[j] += g
						for i := range in {
							want[e*out+j] += x[e*in+i] * w[i*out+j]
							dx[e*in+i] += g * w[i*out+j]
							dw[i*out+j] += g * x[e*in+i]
						}
					}
				}
				// At most 34 terms of size at most 10, summed in another order.
				const eps = 34 * 10 * 2.3e-16
				assert.InDeltaSlice(t, want, doubles(graph.Value(s)), eps)
				assert.InDeltaSlice(t, dx, doubles(graph.Value(grads[0])), eps)
				assert.InDeltaSlice(t, dw, doubles(graph.Value(grads[1])), eps)
				if noBias {
					assert.Len(t, d.Params(), 1)
				} else {
					assert.InDeltaSlice(t, db, doubles(graph.Value(grads[2])), eps)
				}
				require.Len(t, b.Taps, 1)
				tap := b.Taps[0]
				tapA, tapS := tap.Nodes()
				assert.Same(t, xn, tapA)
				assert.Same(t, s, tapS)
				assert.Same(t, d.Params()[0], tap.Weight)
				assert.Equal(t, noBias, tap.Bias == nil)
			})
		}
	}
}

func TestFlatten(t *testing.T) {
	b := newBuilder(t, graph.Float64, 2, true, 1)
	x := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	y, err := (&layers.Flatten{}).Build(b, input(t, b, x, 2, 3, 2))
	require.NoError(t, err)
	assert.Equal(t, []int{2, 6}, []int(y.Shape()))
	p, err := b.Compile(y)
	require.NoError(t, err)
	require.NoError(t, p.Run())
	assert.Equal(t, x, doubles(graph.Value(y)))
	m := input(t, b, x, 3, 4)
	same, err := (&layers.Flatten{}).Build(b, m)
	require.NoError(t, err)
	assert.Same(t, m, same)
	column, err := (&layers.Flatten{}).Build(b, input(t, b, x, 12))
	require.NoError(t, err)
	assert.Equal(t, []int{12, 1}, []int(column.Shape()))
}
