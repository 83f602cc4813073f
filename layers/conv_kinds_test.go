package layers_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// Every setting of every convolution comes back from a file, and the settings' texts.
func TestConvolutionsEncodeAndDecode(t *testing.T) {
	for _, c := range []struct {
		layer layers.Layer
		text  string
	}{
		{&layers.Conv2D{Name: "a", Filters: 4, Kernel: [2]int{3, 2}, Stride: [2]int{2, 1}, Dilation: [2]int{1, 3}, Same: true, Groups: 2, NoBias: true},
			"Conv2D(4, 3×2, stride 2×1, dilation 1×3, same, groups 2) a"},
		{&layers.Conv1D{Name: "b", Filters: 4, Kernel: 3, Stride: 2, Padding: 1, Dilation: 3, Groups: 2, NoBias: true},
			"Conv1D(4, 3, stride 2, padding 1, dilation 3, groups 2) b"},
		{&layers.Conv1D{Filters: 4, Kernel: 3, Same: true}, "Conv1D(4, 3, same)"},
		{&layers.ConvTranspose2D{Name: "c", Filters: 4, Kernel: [2]int{3, 2}, Stride: [2]int{2, 1}, Padding: [2]int{1, 0}, OutputPadding: [2]int{1, 0},
			Dilation: [2]int{1, 3}, NoBias: true}, "ConvTranspose2D(4, 3×2, stride 2×1, padding 1×0, dilation 1×3, output padding 1×0) c"},
	} {
		text, err := layers.Encode(c.layer, layers.Kinds())
		require.NoError(t, err)
		got, err := layers.Decode(text, layers.Kinds())
		require.NoError(t, err)
		assert.Equal(t, c.layer, got)
		assert.Equal(t, c.text, name(got))
	}
}

// What does not fit is one line that names the layer, its setting and the input's shape.
func TestConvolutionErrors(t *testing.T) {
	const huge = math.MaxInt
	three := [2]int{3, 3}
	image, sequence := []int{2, 4, 5, 4}, []int{2, 7, 4}
	for _, c := range []struct {
		name  string
		layer layers.Layer
		shape []int
		want  []string
	}{
		{"channels in groups", &layers.Conv2D{Name: "first", Filters: 6, Kernel: three, Groups: 3}, image, []string{"(2, 4, 5, 4)", "4 channels cannot be cut into 3 groups"}},
		{"filters in groups", &layers.Conv2D{Name: "first", Filters: 6, Kernel: three, Groups: 4}, image, []string{"6 filters cannot be cut into 4 groups"}},
		{"negative groups", &layers.Conv2D{Name: "first", Filters: 6, Kernel: three, Groups: -1}, image, []string{"-1 groups"}},
		{"padding and Same", &layers.Conv2D{Name: "first", Filters: 6, Kernel: three, Same: true, Padding: [2]int{1, 0}}, image, []string{"padding 1×0 and Same"}},
		{"huge Same", &layers.Conv2D{Name: "first", Filters: 6, Kernel: [2]int{huge, 3}, Same: true}, image, []string{"(2, 4, 5, 4)", "too large"}},
		{"huge dilated Same", &layers.Conv2D{Name: "first", Filters: 6, Kernel: three, Dilation: [2]int{huge, 1}, Same: true}, image, []string{"too large"}},
		{"large Same", &layers.Conv2D{Name: "first", Filters: 6, Kernel: [2]int{huge / 8, 1}, Same: true}, image, []string{"too many"}},

		{"no filters", &layers.Conv1D{Name: "first", Kernel: 3}, sequence, []string{"0 filters"}},
		{"no kernel", &layers.Conv1D{Name: "first", Filters: 2}, sequence, []string{"kernel 0: want"}},
		{"an image", &layers.Conv1D{Name: "first", Filters: 2, Kernel: 3}, image, []string{"(2, 4, 5, 4)", "N×length×channels"}},
		{"a vector", &layers.Conv1D{Name: "first", Filters: 2, Kernel: 3}, []int{2}, []string{"N×length"}},
		{"another batch", &layers.Conv1D{Name: "first", Filters: 2, Kernel: 3}, []int{3, 7, 4}, []string{"(3, 7, 4)", "2 examples"}},
		{"kernel too long", &layers.Conv1D{Name: "first", Filters: 2, Kernel: 10, Padding: 1}, sequence, []string{"(2, 7, 4)", "kernel 10", "7 elements padded to 9"}},
		{"sequence's groups", &layers.Conv1D{Name: "first", Filters: 3, Kernel: 3, Groups: 3}, sequence, []string{"(2, 7, 4)", "4 channels cannot be cut into 3 groups"}},
		{"huge filters", &layers.Conv1D{Name: "first", Filters: huge, Kernel: 3}, sequence, []string{"too many"}},

		{"no filters", &layers.ConvTranspose2D{Name: "first", Kernel: three}, image, []string{"0 filters"}},
		{"no kernel", &layers.ConvTranspose2D{Name: "first", Filters: 2}, image, []string{"kernel 0×0"}},
		{"negative stride", &layers.ConvTranspose2D{Name: "first", Filters: 2, Kernel: three, Stride: [2]int{1, -1}}, image, []string{"stride 1×-1"}},
		{"matrix", &layers.ConvTranspose2D{Name: "first", Filters: 2, Kernel: three}, []int{2, 4}, []string{"(2, 4)", "N×height×width"}},
		{"output padding", &layers.ConvTranspose2D{Name: "first", Filters: 2, Kernel: three, Stride: [2]int{2, 1}, OutputPadding: [2]int{1, 1}}, image,
			[]string{"output padding 1×1", "stride 2×1", "dilation 1×1"}},
		{"negative output padding", &layers.ConvTranspose2D{Name: "first", Filters: 2, Kernel: three, OutputPadding: [2]int{-1, 0}}, image, []string{"output padding -1×0"}},
		{"nothing left", &layers.ConvTranspose2D{Name: "first", Filters: 2, Kernel: three, Padding: [2]int{3, 0}}, image, []string{"(2, 4, 5, 4)", "padding 3 leaves nothing of an output of 6"}},
		{"huge stride", &layers.ConvTranspose2D{Name: "first", Filters: 2, Kernel: three, Stride: [2]int{huge, 1}}, image, []string{"too large"}},
		{"huge kernel", &layers.ConvTranspose2D{Name: "first", Filters: 2, Kernel: [2]int{huge, 1}}, image, []string{"too large"}},
		{"huge padding", &layers.ConvTranspose2D{Name: "first", Filters: 2, Kernel: three, Padding: [2]int{huge, 1}}, image, []string{"too large"}},
		{"large stride", &layers.ConvTranspose2D{Name: "first", Filters: 2, Kernel: three, Stride: [2]int{huge >> 20, huge >> 20}}, image, []string{"is too large"}},
		{"huge filters", &layers.ConvTranspose2D{Name: "first", Filters: huge, Kernel: three}, image, []string{"too many"}},
	} {
		t.Run(c.name, func(t *testing.T) {
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

// Weights made for one number of channels do not take another's input.
func TestConvolutionsSharedWeights(t *testing.T) {
	b := newBuilder(t, graph.Float64, 2, true, 1)
	for _, c := range []struct {
		layer       layers.Layer
		first, then []int
		want        []string
	}{
		{&layers.Conv1D{Filters: 4, Kernel: 3, Name: "shared"}, []int{2, 7, 4}, []int{2, 7, 3}, []string{"(2, 7, 3)", "3×3 = 9 elements for 4 filters", "(12, 4)"}},
		{&layers.Conv2D{Filters: 4, Kernel: [2]int{3, 2}, Groups: 2, Name: "shared"}, []int{2, 4, 4, 4}, []int{2, 4, 4, 2},
			[]string{"(2, 4, 4, 2)", "3×2×2 = 12 elements for 4 filters, groups 2", "(24, 2)"}},
		{&layers.ConvTranspose2D{Filters: 4, Kernel: [2]int{3, 2}, Name: "shared"}, []int{2, 4, 4, 4}, []int{2, 4, 4, 2},
			[]string{"(2, 4, 4, 2)", "2 channels for windows of 3×2×4 = 24", "(4, 24)"}},
	} {
		_, err := c.layer.Build(b, b.Ones(c.first...))
		require.NoError(t, err)
		_, err = c.layer.Build(b, b.Ones(c.then...))
		for _, part := range append(c.want, "layers: shared: ") {
			assert.ErrorContains(t, err, part)
		}
	}
}

// Initialisers see the map of one group at a time.
func TestConv2DGroupsAreInitialisedOneByOne(t *testing.T) {
	l := &layers.Conv2D{Filters: 6, Kernel: [2]int{3, 3}, Groups: 3, Init: layers.Orthogonal(1)}
	b := newBuilder(t, graph.Float64, 1, true, 1)
	_, err := l.Build(b, b.Ones(1, 5, 5, 6))
	require.NoError(t, err)
	w := l.Params()[0].Value
	require.Equal(t, []int{54, 2}, []int(w.Shape()))
	for g := range 3 {
		part := w.Float64s()[g*36 : (g+1)*36]
		var one, both float64
		for i := range 18 {
			one, both = one+part[2*i]*part[2*i], both+part[2*i]*part[2*i+1]
		}
		assert.InDelta(t, 1, one, 1e-12)
		assert.InDelta(t, 0, both, 1e-12)
	}
}
