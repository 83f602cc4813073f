package layers_test

import (
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// TestNormalizationErrors name the layer, its setting and the shapes.
func TestNormalizationErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		layer layers.Layer
		shape []int
		want  []string
	}{
		{"vector", &layers.BatchNorm{}, []int{2}, []string{"layers: batchnorm1: ", "(2)", "N×…×channels"}},
		{"another batch", &layers.LayerNorm{Name: "top"}, []int{3, 4}, []string{"layers: top: ", "(3, 4)", "2 examples"}},
		{"negative epsilon", &layers.GroupNorm{Groups: 1, Epsilon: -1}, []int{2, 4}, []string{"layers: groupnorm1: ", "epsilon -1"}},
		{"no epsilon", &layers.BatchNorm{Epsilon: math.NaN()}, []int{2, 4}, []string{"epsilon NaN"}},
		{"infinite epsilon", &layers.BatchNorm{Epsilon: math.Inf(1)}, []int{2, 4}, []string{"epsilon +Inf"}},
		{"momentum", &layers.BatchNorm{Momentum: 1.5}, []int{2, 4}, []string{"layers: batchnorm1: ", "momentum 1.5"}},
		{"no momentum", &layers.BatchNorm{Momentum: math.NaN()}, []int{2, 4}, []string{"momentum NaN"}},
		{"no groups", &layers.GroupNorm{}, []int{2, 4}, []string{"layers: groupnorm1: ", "0 groups"}},
		{"groups", &layers.GroupNorm{Groups: 3}, []int{2, 5, 4}, []string{"(2, 5, 4)", "3 groups do not divide its 4 channels"}},
		{"one value", &layers.GroupNorm{Groups: 4}, []int{2, 4}, []string{"(2, 4)", "no variance"}},
		{"one channel", &layers.LayerNorm{}, []int{2, 3, 1}, []string{"layers: layernorm1: ", "no variance"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBuilder(t, graph.Float64, 2, true, 1)
			y, err := c.layer.Build(b, b.Ones(c.shape...))
			require.Error(t, err)
			assert.Nil(t, y)
			assert.Empty(t, b.Taps)
			for _, part := range c.want {
				assert.ErrorContains(t, err, part)
			}
		})
	}
	for _, l := range []layers.Layer{
		&layers.BatchNorm{Name: "shared", NoScale: true, NoShift: true}, &layers.LayerNorm{Name: "shared"}, &layers.GroupNorm{Groups: 2, Name: "shared", NoScale: true},
	} {
		b := newBuilder(t, graph.Float64, 2, false, 1)
		_, err := l.Build(b, b.Ones(2, 3, 4))
		require.NoError(t, err)
		_, err = l.Build(b, b.Ones(2, 5, 4))
		require.NoError(t, err, "other locations are welcome")
		_, err = l.Build(b, b.Ones(2, 3, 6))
		for _, part := range []string{"layers: shared: ", "(2, 3, 6)", "6 channels", "shared.", "of 4"} {
			assert.ErrorContains(t, err, part)
		}
		single := newBuilder(t, graph.Float32, 2, false, 1)
		_, err = l.Build(single, single.Ones(2, 3, 4))
		for _, part := range []string{"shared", "float32", "float64"} {
			assert.ErrorContains(t, err, part)
		}
	}
	twice := &layers.BatchNorm{Name: "twice"}
	b := newBuilder(t, graph.Float64, 2, true, 1)
	_, err := layers.Sequential{twice, twice}.Build(b, b.Ones(2, 3))
	assert.ErrorContains(t, err, "buffer twice.running_mean has two updates")
}

// TestNormalizationStrings are what the summary shows.
func TestNormalizationStrings(t *testing.T) {
	assert.Equal(t, "BatchNorm", (&layers.BatchNorm{}).String())
	assert.Equal(t, "LayerNorm top", (&layers.LayerNorm{Name: "top"}).String())
	assert.Equal(t, "GroupNorm(4) g", (&layers.GroupNorm{Groups: 4, Name: "g"}).String())
}

// TestNormalizationsInFiles: settings come back, defaults as their values.
func TestNormalizationsInFiles(t *testing.T) {
	net := layers.Sequential{
		&layers.BatchNorm{Name: "a", NoShift: true}, &layers.BatchNorm{Name: "b", Momentum: 0.01, Epsilon: 1e-3, NoScale: true},
		&layers.LayerNorm{Name: "c", Epsilon: 1e-6}, &layers.GroupNorm{Name: "d", Groups: 3},
	}
	text, err := layers.Encode(net, layers.Kinds())
	require.NoError(t, err)
	back, err := layers.Decode(text, layers.Kinds())
	require.NoError(t, err)
	assert.Equal(t, layers.Sequential{
		&layers.BatchNorm{Name: "a", Momentum: 0.1, Epsilon: 1e-5, NoShift: true}, &layers.BatchNorm{Name: "b", Momentum: 0.01, Epsilon: 1e-3, NoScale: true},
		&layers.LayerNorm{Name: "c", Epsilon: 1e-6}, &layers.GroupNorm{Name: "d", Groups: 3, Epsilon: 1e-5},
	}, back)
}

// TestNormalizationNumbers: constant channels, means far larger than deviations, and values whose squares overflow.
func TestNormalizationNumbers(t *testing.T) {
	pattern := []float64{-1, 1, 1, -1, 1, -1, -1, 1}
	for _, c := range []struct {
		name            string
		offset, scale   float64
		want, tolerance float64 // of |x̂|
	}{
		{"constant", 0.1, 0, 0, 0},
		{"large constant", 1e6 + 0.3, 0, 0, 0},
		{"huge constant", 3e38, 0, 0, 0},
		{"large mean", 1 << 20, 4, 1, 1e-5},
		{"huge", 0, 1e30, 1, 1e-6},
		{"huge with a mean", 1e38, 1e35, 1, 1e-4},
		{"tiny", 0, 1e-30, 0, 1e-6},
	} {
		for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			for name, l := range map[string]layers.Layer{
				"batch": &layers.BatchNorm{}, "group": &layers.GroupNorm{Groups: 1}, "layer": &layers.LayerNorm{},
			} {
				// Each example has the pattern at its 200 locations in both channels; a layer norm sees it along its channels.
				var x []float64
				shape := []int{1, 1600, 2}
				if name == "layer" {
					shape = []int{1, 2, 1600}
				}
				for i := range 3200 {
					x = append(x, c.offset+c.scale*pattern[i/2%8])
				}
				b := newBuilder(t, dtype, 1, true, 1)
				y := run(t, b, l, input(t, b, x, shape...))
				for i, v := range y {
					require.InDelta(t, c.want*pattern[i/2%8], v, c.tolerance, "%s, %s, %v, element %d", c.name, name, dtype, i)
				}
			}
		}
	}
}

// TestNormalizationOfNaN: what is not a number shows, in its part alone.
func TestNormalizationOfNaN(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		b := newBuilder(t, graph.Float32, 2, true, 1)
		y := run(t, b, &layers.BatchNorm{}, input(t, b, []float64{1, 2, bad, 3, 4, 6}, 2, 1, 3))
		assert.True(t, math.IsNaN(y[2]) && math.IsNaN(y[5]))
		assert.InDeltaSlice(t, []float64{-1, -1, 1, 1}, []float64{y[0], y[1], y[3], y[4]}, 1e-5)
	}
}

// TestNormalizationsAllocateNothing once their memory is there.
func TestNormalizationsAllocateNothing(t *testing.T) {
	runtime.GC()
	for name, l := range map[string]layers.Layer{
		"batch": &layers.BatchNorm{}, "layer": &layers.LayerNorm{}, "group": &layers.GroupNorm{Groups: 4},
	} {
		c := normCase{make: func() layers.Layer { return l }, shape: []int{8, 9, 9, 32}, train: true}
		m, _ := normed(t, c, graph.Float32)
		grads, err := m.b.Backward(m.y, m.b.Ones(c.shape...), m.wrt...)
		require.NoError(t, err)
		along, err := m.b.Forward(m.y, m.wrt, m.tangents)
		require.NoError(t, err)
		p, err := m.b.Compile(append(append(grads, m.y, along), m.b.Updates()...)...)
		require.NoError(t, err)
		assert.LessOrEqual(t, testing.AllocsPerRun(20, func() { _ = p.Run() }), 0.0, name)
	}
}
