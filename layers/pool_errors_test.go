package layers_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// TestPoolErrors name the layer, the input's shape and the window. No size overflows.
func TestPoolErrors(t *testing.T) {
	const huge = math.MaxInt
	image := []int{2, 4, 5, 3}
	two := [2]int{2, 2}
	for _, c := range []struct {
		name                    string
		window, stride, padding [2]int
		shape                   []int
		want                    []string
	}{
		{"no window", [2]int{}, two, [2]int{}, image, []string{"window 0×0", "at least 1×1"}},
		{"negative window", [2]int{2, -1}, two, [2]int{}, image, []string{"window 2×-1"}},
		{"negative stride", two, [2]int{1, -1}, [2]int{}, image, []string{"stride 1×-1"}},
		{"negative padding", two, two, [2]int{-1, 0}, image, []string{"padding -1×0"}},
		{"all padding", two, two, [2]int{0, 2}, image, []string{"padding 0×2", "below the window's"}},
		{"too high", [2]int{5, 2}, two, [2]int{}, image, []string{"(2, 4, 5, 3)", "window 5×2", "larger than the images of 4×5"}},
		{"too wide", [2]int{2, 10}, two, [2]int{1, 2}, image, []string{"window 2×10", "padded by 1×2"}},
		{"huge", [2]int{huge, huge}, two, [2]int{huge - 1, 0}, image, []string{"places"}},
		{"large", [2]int{1 << 13, 1 << 12}, two, [2]int{}, image, []string{"at most 16777216 places"}},
		{"matrix", two, two, [2]int{}, []int{2, 4}, []string{"(2, 4)", "N×height×width"}},
		{"five axes", two, two, [2]int{}, []int{2, 4, 4, 4, 4}, []string{"(2, 4, 4, 4, 4)"}},
		{"another batch", two, two, [2]int{}, []int{3, 4, 4, 1}, []string{"(3, 4, 4, 1)", "2 examples"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, l := range map[string]layers.Layer{
				"maxpool1": &layers.MaxPool2D{Window: c.window, Stride: c.stride, Padding: c.padding},
				"avgpool1": &layers.AvgPool2D{Window: c.window, Stride: c.stride, Padding: c.padding},
			} {
				b := newBuilder(t, graph.Float64, 2, true, 1)
				y, err := l.Build(b, b.Ones(c.shape...))
				require.Error(t, err)
				assert.Nil(t, y)
				for _, part := range append(c.want, "layers: "+name+": ") {
					assert.ErrorContains(t, err, part)
				}
			}
		})
	}
	for _, shape := range [][]int{{2, 3}, {3, 2, 2}} {
		b := newBuilder(t, graph.Float64, 2, true, 1)
		_, err := (&layers.GlobalAvgPool{}).Build(b, b.Ones(shape...))
		assert.ErrorContains(t, err, "layers: globalavgpool1: ")
	}
	b := newBuilder(t, graph.Float64, 1, true, 1)
	assert.Equal(t, []float64{1, 1, 1}, run(t, b, &layers.MaxPool2D{Window: [2]int{1, 2}, Stride: [2]int{huge, huge}}, b.Ones(1, 3, 3, 3)))
}

// TestPoolStrings: the summary has the settings that are not the default.
func TestPoolStrings(t *testing.T) {
	assert.Equal(t, "MaxPool2D(2×2)", (&layers.MaxPool2D{Window: [2]int{2, 2}, Stride: [2]int{2, 0}}).String())
	assert.Equal(t, "MaxPool2D(3×3, stride 2×2, padding 1×1)", (&layers.MaxPool2D{Window: [2]int{3, 3}, Stride: [2]int{2, 2}, Padding: [2]int{1, 1}}).String())
	assert.Equal(t, "AvgPool2D(2×3, stride 1×3)", (&layers.AvgPool2D{Window: [2]int{2, 3}, Stride: [2]int{1, 0}}).String())
	assert.Equal(t, "GlobalAvgPool", (&layers.GlobalAvgPool{}).String())
}

// TestPoolsInFiles: settings come back, the stride as it is.
func TestPoolsInFiles(t *testing.T) {
	net := layers.Sequential{
		&layers.MaxPool2D{Window: [2]int{3, 2}, Stride: [2]int{1, 0}, Padding: [2]int{1, 0}},
		&layers.AvgPool2D{Window: [2]int{2, 2}, CountPadding: true}, &layers.GlobalAvgPool{},
	}
	text, err := layers.Encode(net, layers.Kinds())
	require.NoError(t, err)
	back, err := layers.Decode(text, layers.Kinds())
	require.NoError(t, err)
	assert.Equal(t, layers.Sequential{
		&layers.MaxPool2D{Window: [2]int{3, 2}, Stride: [2]int{1, 2}, Padding: [2]int{1, 0}},
		&layers.AvgPool2D{Window: [2]int{2, 2}, Stride: [2]int{2, 2}, CountPadding: true}, &layers.GlobalAvgPool{},
	}, back)
}

// TestPoolsOfManyExamples: a mini-batch that is shared among goroutines gives each example's bits.
func TestPoolsOfManyExamples(t *testing.T) {
	for name, l := range map[string]layers.Layer{
		"max": &layers.MaxPool2D{Window: [2]int{3, 3}, Stride: [2]int{2, 2}, Padding: [2]int{1, 1}}, "avg": &layers.AvgPool2D{Window: [2]int{2, 2}}, "global": &layers.GlobalAvgPool{},
	} {
		shape := []int{9, 14, 13, 19}
		r := rand.New(rand.NewPCG(6, 6))
		x, move := normals(r, size(shape)), normals(r, size(shape))
		all := buildPool(t, graph.Float32, true, l, shape, x, normals(r, size(shape)), move)
		y, g, along := all.run(t)
		u := make([]float64, len(y))
		for e := range 9 {
			part := func(s []float64) []float64 { return s[e*len(s)/9 : (e+1)*len(s)/9] }
			r := rand.New(rand.NewPCG(6, 6))
			normals(r, 2*size(shape))
			copy(u, normals(r, size(shape))[:len(u)])
			one := buildPool(t, graph.Float32, true, l, []int{1, 14, 13, 19}, part(x), part(u), part(move))
			oneY, oneG, oneAlong := one.run(t)
			assert.Equal(t, part(y), oneY, name)
			assert.Equal(t, part(g), oneG, name)
			assert.Equal(t, part(along), oneAlong, name)
		}
	}
}

// TestPoolsAllocateNothing once their memory is there.
func TestPoolsAllocateNothing(t *testing.T) {
	runtime.GC()
	for name, l := range map[string]layers.Layer{
		"max": &layers.MaxPool2D{Window: [2]int{2, 2}}, "avg": &layers.AvgPool2D{Window: [2]int{3, 3}, Stride: [2]int{1, 1}}, "global": &layers.GlobalAvgPool{},
	} {
		shape := []int{8, 16, 16, 32}
		x := make([]float64, size(shape))
		p := buildPool(t, graph.Float32, true, l, shape, x, x, x)
		program, err := p.b.Compile(p.y, p.grad, p.along)
		require.NoError(t, err)
		assert.LessOrEqual(t, testing.AllocsPerRun(20, func() { _ = program.Run() }), 0.0, name)
	}
}
