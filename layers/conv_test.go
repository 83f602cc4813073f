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

// Output, windows and the three gradients, and the tap, against the definition.
func TestConv2D(t *testing.T) {
	for _, c := range convCases() {
		t.Run(c.String(), func(t *testing.T) {
			x, g := c.random(1)
			l := c.layer()
			m := buildOn(t, newBuilder(t, graph.Float64, c.n, true, 7), l, x, g, c.n, c.h, c.w, c.c)
			var bias []float64
			if !c.noBias {
				bias = l.Params()[1].Value.Float64s()
			}
			tolerance := c.tolerance(0x1p-53)
			want := c.direct(x, l.Params()[0].Value.Float64s(), bias, g)
			outH, outW := c.out()
			assert.Equal(t, []int{c.n, outH, outW, c.filters}, []int(m.y.Shape()))
			assert.InDeltaSlice(t, want.y, doubles(graph.Value(m.y)), tolerance)
			assert.Equal(t, m.x.Shape(), m.g[0].Shape())
			assert.InDeltaSlice(t, want.dx, doubles(graph.Value(m.g[0])), tolerance)
			assert.InDeltaSlice(t, want.dw, doubles(graph.Value(m.g[1])), tolerance)
			if c.noBias {
				assert.Len(t, l.Params(), 1)
			} else {
				assert.InDeltaSlice(t, want.db, doubles(graph.Value(m.g[2])), tolerance)
			}

			require.Len(t, m.b.Taps, 1)
			tap := m.b.Taps[0]
			a, s := tap.Nodes()
			assert.Equal(t, want.patches, doubles(graph.Value(a)))
			assert.Equal(t, []int{c.n * outH * outW, c.filters}, []int(s.Shape()))
			assert.Equal(t, doubles(graph.Value(m.y)), doubles(graph.Value(s)))
			assert.Equal(t, outH*outW, tap.Locations())
			assert.Same(t, l.Params()[0], tap.Weight)
			assert.Equal(t, c.noBias, tap.Bias == nil)
			assert.Equal(t, "conv1", tap.Name)
		})
	}
}

// Every gradient against central differences of ⟨g, y⟩, which is linear in
// each of x, W and b: any step is free of truncation errors.
func TestConv2DFiniteDifferences(t *testing.T) {
	for _, c := range convCases() {
		if c.n*c.h*c.w*c.c > 200 {
			continue
		}
		t.Run(c.String(), func(t *testing.T) {
			x, g := c.random(2)
			l := c.layer()
			m := buildOn(t, newBuilder(t, graph.Float64, c.n, true, 7), l, x, g, c.n, c.h, c.w, c.c)
			inner := func() (sum float64) {
				require.NoError(t, m.run.Run())
				for i, y := range graph.Value(m.y).Float64s() {
					sum += g[i] * y
				}
				return sum
			}
			at := []*tensor.Dense{graph.Value(m.x)}
			for _, p := range l.Params() {
				at = append(at, p.Value)
			}
			var grads [][]float64 // before the point moves
			for _, n := range m.g {
				grads = append(grads, doubles(graph.Value(n)))
			}
			for k, v := range at {
				for i, old := range v.Float64s() {
					v.Float64s()[i] = old + 1
					up := inner()
					v.Float64s()[i] = old - 1
					down := inner()
					v.Float64s()[i] = old
					require.InDelta(t, (up-down)/2, grads[k][i], 1e-10, "tensor %d, element %d", k, i)
				}
			}
		})
	}
}

// A hand-computed case, for those who distrust loops on both sides.
func TestConv2DByHand(t *testing.T) {
	l := &layers.Conv2D{Filters: 1, Kernel: [2]int{2, 2}, Padding: [2]int{0, 1}, Stride: [2]int{1, 2}, Init: layers.Constant(1), BiasInit: 100}
	b := newBuilder(t, graph.Float64, 1, true, 1)
	l.Init = func(_ *rand.Rand, in, out int, w []float64) {
		assert.Equal(t, 4, in)
		assert.Equal(t, 1, out)
		copy(w, []float64{1, 10, 2, 20}) // correlation: no flip
	}
	y := run(t, b, l, input(t, b, []float64{
		1, 2, 3,
		4, 5, 6,
		7, 8, 9}, 1, 3, 3))
	assert.Equal(t, []float64{
		100 + 10*1 + 20*4, 100 + 1*2 + 10*3 + 2*5 + 20*6,
		100 + 10*4 + 20*7, 100 + 1*5 + 10*6 + 2*8 + 20*9}, y)
}

// A batch of N×H×W is one of one channel, its gradient of its own shape.
func TestConv2DOneChannel(t *testing.T) {
	c := convCase{3, 5, 4, 1, 2, [2]int{3, 2}, [2]int{1, 1}, [2]int{1, 0}, [2]int{1, 1}, false}
	x, g := c.random(3)
	with := buildOn(t, newBuilder(t, graph.Float64, 3, true, 7), c.layer(), x, g, 3, 5, 4, 1)
	without := buildOn(t, newBuilder(t, graph.Float64, 3, true, 7), c.layer(), x, g, 3, 5, 4)
	assert.Equal(t, doubles(graph.Value(with.y)), doubles(graph.Value(without.y)))
	assert.Equal(t, []int{3, 5, 4}, []int(without.g[0].Shape()))
	for i := range with.g {
		assert.Equal(t, doubles(graph.Value(with.g[i])), doubles(graph.Value(without.g[i])))
	}
}

// A second run on other images leaves nothing of the first behind, padding
// included.
func TestConv2DRunsAgain(t *testing.T) {
	c := convCase{2, 4, 5, 2, 3, [2]int{3, 3}, [2]int{2, 1}, [2]int{1, 1}, [2]int{1, 1}, false}
	x, g := c.random(4)
	other, _ := c.random(5)
	m := buildOn(t, newBuilder(t, graph.Float64, 2, true, 7), c.layer(), x, g, 2, 4, 5, 2)
	first := [][]float64{doubles(graph.Value(m.y)), doubles(graph.Value(m.g[0])), doubles(graph.Value(m.g[1]))}
	copy(graph.Value(m.x).Float64s(), other)
	require.NoError(t, m.run.Run())
	assert.NotEqual(t, first[0], doubles(graph.Value(m.y)))
	copy(graph.Value(m.x).Float64s(), x)
	require.NoError(t, m.run.Run())
	for i, n := range []*graph.Node{m.y, m.g[0], m.g[1]} {
		assert.Equal(t, first[i], doubles(graph.Value(n)))
	}
}

// Rounding alone tells float32 from float64.
func TestConv2DFloat32AgreesWithFloat64(t *testing.T) {
	for _, c := range convCases() {
		x, g := c.random(6)
		out := map[bool][][]float64{}
		for _, single := range []bool{true, false} {
			dtype := graph.Float64
			if single {
				dtype = graph.Float32
			}
			m := buildOn(t, newBuilder(t, dtype, c.n, true, 7), c.layer(), x, g, c.n, c.h, c.w, c.c)
			for _, n := range append(m.g, m.y) {
				out[single] = append(out[single], doubles(graph.Value(n)))
			}
		}
		for i, want := range out[false] {
			assert.InDeltaSlice(t, want, out[true][i], c.tolerance(0x1p-24), c.String())
		}
		assert.NotEqual(t, out[false][0], out[true][0], "both in one precision?")
	}
}
