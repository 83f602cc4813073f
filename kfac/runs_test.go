package kfac

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// affineLayer is an affine map of the given width.
func affineLayer(units int) *layers.Dense { return &layers.Dense{Units: units} }

// TestRuns: chains are runs of maps of which each is fed by the one before it
// alone.
func TestRuns(t *testing.T) {
	shared, tied := affineLayer(4), affineLayer(4)
	for name, c := range map[string]struct {
		net   layers.Layer
		input []int
		want  [][]int // taps
	}{
		"one":             {layers.Sequential{affineLayer(3)}, []int{4}, [][]int{{0}}},
		"three":           {layers.Sequential{affineLayer(5), layers.Tanh(), affineLayer(4), layers.ReLU(), affineLayer(3)}, []int{4}, [][]int{{0, 1, 2}}},
		"linear":          {layers.Sequential{affineLayer(5), affineLayer(3)}, []int{4}, [][]int{{0, 1}}},
		"dropout between": {layers.Sequential{affineLayer(5), &layers.Dropout{Rate: 0.5}, affineLayer(3)}, []int{4}, [][]int{{0, 1}}},
		"convolution":     {layers.Sequential{&layers.Conv2D{Filters: 2, Kernel: [2]int{2, 2}}, &layers.Flatten{}, affineLayer(4), affineLayer(3)}, []int{3, 3, 1}, [][]int{{0}, {1, 2}}},
		"a map used twice": {layers.Sequential{affineLayer(4), affineLayer(4), shared, layers.Tanh(), shared, affineLayer(4), affineLayer(3)}, []int{4},
			[][]int{{0, 1}, {4, 5}}},
		"fed from two sides": {layers.Sequential{affineLayer(4), &skip{layers.Sequential{affineLayer(4), layers.Tanh()}}, affineLayer(3)}, []int{4},
			[][]int{{0, 1}, {2}}},
		"past a shared map": {layers.Sequential{tied, affineLayer(4), tied, affineLayer(3)}, []int{4}, [][]int{{1}, {3}}},
	} {
		m, err := trainer.NewModel(c.net, losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: c.input, Seed: 1})
		require.NoError(t, err, name)
		x := graph.NewDense(graph.Float32, append([]int{2}, c.input...)...)
		obj, err := m.Batch(x, tensor.New(tensor.WithShape(2), tensor.WithBacking([]int32{0, 2})))
		require.NoError(t, err, name)
		ls, err := placedLayers(obj.Taps(), obj.Params(), obj.Loose())
		require.NoError(t, err, name)
		var got [][]int
		for _, run := range runs(ls, obj.Taps()) {
			var taps []int
			for _, l := range run {
				taps = append(taps, l.tap)
			}
			got = append(got, taps)
		}
		assert.Equal(t, c.want, got, name)
	}
}

// skip is x + f(x).
type skip struct{ layers.Sequential }

func (s *skip) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	y, err := s.Sequential.Build(b, x)
	if err != nil {
		return nil, err
	}
	return b.Apply(graph.Op{
		Name: "sum", Shape: x.Shape().Clone(),
		F32: func(out []float32, in [][]float32) {
			for i := range out {
				out[i] = in[0][i] + in[1][i]
			}
		},
		F64:  func([]float64, [][]float64) { panic("float32 only") },
		Diff: func(d *graph.Diff) ([]*graph.Node, error) { return []*graph.Node{d.Grad, d.Grad}, nil },
	}, x, y)
}

// TestLayersOf: what a tap names must be among the parameters, and what is
// loose is left to its own block.
func TestLayersOf(t *testing.T) {
	n := newNetwork[float64](t, 1, 2, affine{in: 3, out: 2, bias: true}, affine{in: 2, out: 4})
	params, taps := n.params, n.grad.Taps
	assert.Equal(t, []*layer{
		{name: "map1", tap: 0, weight: 0, bias: 1, in: 3, rows: 4, out: 2, locations: 1, groups: 1},
		{name: "map2", tap: 1, weight: 2, bias: -1, in: 2, rows: 2, out: 4, locations: 1, groups: 1},
	}, n.layers)
	for want, c := range map[string][]*graph.Param{"tap map2 has a weight": params[:2], "tap map1 has a bias": {params[0], params[2]}} {
		_, err := placedLayers(taps, c, nil)
		assert.ErrorContains(t, err, want)
	}
	ls, err := placedLayers(taps, params, params[:2])
	require.NoError(t, err)
	assert.Equal(t, n.layers[1:], ls)
	ls, err = placedLayers(taps, params, params[1:2])
	require.NoError(t, err)
	assert.Equal(t, &layer{name: "map1", tap: 0, weight: 0, bias: -1, in: 3, rows: 3, out: 2, locations: 1, groups: 1}, ls[0])
}
