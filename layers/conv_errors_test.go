package layers_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// What does not fit is an error that names the layer, its setting and the
// input's shape; no size overflows, and nothing is made on the way there.
func TestConv2DErrors(t *testing.T) {
	const huge = math.MaxInt
	three := [2]int{3, 3}
	image := []int{2, 4, 5, 3}
	for _, c := range []struct {
		name  string
		layer layers.Conv2D
		shape []int
		want  []string
	}{
		{"no filters", layers.Conv2D{Kernel: three}, image, []string{"0 filters"}},
		{"negative filters", layers.Conv2D{Filters: -2, Kernel: three}, image, []string{"-2 filters"}},
		{"no kernel", layers.Conv2D{Filters: 1}, image, []string{"kernel 0×0", "at least 1"}},
		{"negative kernel", layers.Conv2D{Filters: 1, Kernel: [2]int{3, -1}}, image, []string{"kernel 3×-1"}},
		{"negative stride", layers.Conv2D{Filters: 1, Kernel: three, Stride: [2]int{-1, 1}}, image, []string{"stride -1×1"}},
		{"negative dilation", layers.Conv2D{Filters: 1, Kernel: three, Dilation: [2]int{0, -4}}, image, []string{"dilation 1×-4"}},
		{"negative padding", layers.Conv2D{Filters: 1, Kernel: three, Padding: [2]int{0, -1}}, image, []string{"padding 0×-1", "at least 0"}},
		{"matrix", layers.Conv2D{Filters: 1, Kernel: three}, []int{2, 4}, []string{"(2, 4)", "N×height×width"}},
		{"five axes", layers.Conv2D{Filters: 1, Kernel: three}, []int{2, 4, 4, 4, 4}, []string{"(2, 4, 4, 4, 4)"}},
		{"another batch", layers.Conv2D{Filters: 1, Kernel: three}, []int{3, 4, 4, 1}, []string{"(3, 4, 4, 1)", "2 examples"}},
		{"kernel too high", layers.Conv2D{Filters: 1, Kernel: [2]int{5, 1}}, image, []string{"(2, 4, 5, 3)", "kernel 5×1", "4 elements padded to 4"}},
		{"kernel too wide", layers.Conv2D{Filters: 1, Kernel: [2]int{1, 8}, Padding: [2]int{9, 1}}, image, []string{"(2, 4, 5, 3)", "kernel 1×8", "5 elements padded to 7"}},
		{"dilated too far", layers.Conv2D{Filters: 1, Kernel: three, Dilation: [2]int{2, 2}}, image, []string{"at dilation 2"}},
		{"huge kernel", layers.Conv2D{Filters: 1, Kernel: [2]int{huge, huge}}, image, []string{"does not fit"}},
		{"huge dilation", layers.Conv2D{Filters: 1, Kernel: three, Dilation: [2]int{huge, huge}}, image, []string{"does not fit"}},
		{"huge padding", layers.Conv2D{Filters: 1, Kernel: three, Padding: [2]int{huge, 0}}, image, []string{"padding", "too large"}},
		{"huge number of filters", layers.Conv2D{Filters: huge, Kernel: three}, image, []string{"outputs at each of", "locations are too many"}},
		{"large padding", layers.Conv2D{Filters: 1, Kernel: three, Padding: [2]int{huge / 4, huge / 4}}, image, []string{"locations", "too many"}},
		{"large padding and kernel", layers.Conv2D{Filters: 1, Kernel: [2]int{huge / 4, 1}, Padding: [2]int{huge / 4, 0}}, image, []string{"too many"}},
		{"huge filters", layers.Conv2D{Filters: huge, Kernel: three}, image, []string{"too many"}},
		{"large filters", layers.Conv2D{Filters: huge >> 24, Kernel: [2]int{4, 5}}, image, []string{"weights are too many"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.layer.Name = "first"
			b := newBuilder(t, graph.Float64, 2, true, 1)
			y, err := c.layer.Build(b, b.Ones(c.shape...))
			require.Error(t, err)
			assert.Nil(t, y)
			assert.Empty(t, c.layer.Params())
			assert.Empty(t, b.Taps)
			for _, part := range append(c.want, "layers: first: ") {
				assert.ErrorContains(t, err, part)
			}
		})
	}
}

// A huge stride has one place to be in.
func TestConv2DHugeStride(t *testing.T) {
	l := &layers.Conv2D{Filters: 1, Kernel: [2]int{1, 2}, Stride: [2]int{math.MaxInt, math.MaxInt}, Init: layers.Constant(1)}
	b := newBuilder(t, graph.Float64, 1, true, 1)
	assert.Equal(t, []float64{2}, run(t, b, l, b.Ones(1, 3, 3)))
}

// Weights made for one number of channels do not take another's images.
func TestConv2DSharedWeights(t *testing.T) {
	l := &layers.Conv2D{Filters: 4, Kernel: [2]int{3, 2}, Name: "shared"}
	b := newBuilder(t, graph.Float64, 2, true, 1)
	_, err := l.Build(b, b.Ones(2, 4, 4, 3))
	require.NoError(t, err)
	y, err := l.Build(b, b.Ones(2, 7, 3, 3))
	require.NoError(t, err, "images of another size are welcome")
	assert.Equal(t, []int{2, 5, 2, 4}, []int(y.Shape()))
	_, err = l.Build(b, b.Ones(2, 4, 4, 2))
	for _, part := range []string{"layers: shared: ", "(2, 4, 4, 2)", "3×2×2 = 12", "(18, 4)"} {
		assert.ErrorContains(t, err, part)
	}
	single := newBuilder(t, graph.Float32, 2, true, 1)
	_, err = l.Build(single, single.Ones(2, 4, 4, 3))
	for _, part := range []string{"shared", "float32", "float64"} {
		assert.ErrorContains(t, err, part)
	}
}

func TestConv2DString(t *testing.T) {
	assert.Equal(t, "Conv2D(8, 3×5)", (&layers.Conv2D{Filters: 8, Kernel: [2]int{3, 5}}).String())
	assert.Equal(t, "Conv2D(8, 3×5, stride 2×1, padding 1×2, dilation 3×3) stem", (&layers.Conv2D{Filters: 8, Kernel: [2]int{3, 5},
		Stride: [2]int{2, 0}, Padding: [2]int{1, 2}, Dilation: [2]int{3, 3}, Name: "stem"}).String())
}
