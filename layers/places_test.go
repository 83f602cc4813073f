package layers_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// placedMasks runs a layer on ones of n examples with these places.
func placedMasks(t *testing.T, dtype tensor.Dtype, l layers.Layer, n int, example []int, p graph.Places) []float64 {
	t.Helper()
	b := newBuilder(t, dtype, n, true, 1)
	b.Streams.Places = &p
	y, err := l.Build(b, b.Ones(append([]int{n}, example...)...))
	require.NoError(t, err)
	program, err := b.Compile(y)
	require.NoError(t, err)
	b.NewDraw()
	require.NoError(t, program.Run())
	return doubles(graph.Value(y))
}

// inRows joins the examples of an axis with the next one, and drops out their rows.
type inRows struct{ rate float64 }

func (inRows) Params() []*graph.Param { return nil }

func (l inRows) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	s := x.Shape()
	rows, err := b.Reshape(x, s[0]*s[1], s[2])
	if err != nil {
		return nil, err
	}
	return (&layers.Dropout{Rate: l.rate}).Build(b, rows)
}

// Processes that share a mini-batch draw the masks that one draws for the whole: of the
// mini-batch's step, whatever the pass, and for each layer its own.
func TestMasksByPlace(t *testing.T) {
	half := &layers.Dropout{Rate: 0.5}
	for name, c := range map[string]struct {
		layer   layers.Layer
		example []int
	}{
		"dropout":           {half, []int{33}},
		"images":            {half, []int{4, 5, 2}},
		"rows of sequences": {inRows{0.5}, []int{4, 9}},
		"channels":          {&layers.Dropout2D{Rate: 0.5}, []int{3, 3, 32}},
		"two layers":        {layers.Sequential{&layers.Dropout{Rate: 0.4}, &layers.Dropout{Rate: 0.3}}, []int{33}},
	} {
		for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			t.Run(name+" "+dtype.String(), func(t *testing.T) {
				const n = 7
				place := graph.Places{Active: true, Seed: 3, Step: 5, Stride: 1}
				whole := placedMasks(t, dtype, c.layer, n, c.example, place)
				size := len(whole) / n
				for rank := range 2 {
					share := graph.Places{Active: true, Seed: 3, Step: 5, Pass: 9, First: rank, Stride: 2}
					own := placedMasks(t, dtype, c.layer, (n+1-rank)/2, c.example, share)
					for i := range len(own) / size {
						assert.Equal(t, whole[(rank+2*i)*size:][:size], own[i*size:][:size], "example %d of share %d", i, rank)
					}
				}
				assert.NotEqual(t, whole[:size], whole[size:2*size], "two examples")
				next := place
				next.Step++
				assert.NotEqual(t, whole, placedMasks(t, dtype, c.layer, n, c.example, next), "the next mini-batch")
			})
		}
	}
	b := newBuilder(t, graph.Float64, 4, true, 1)
	b.Streams.Places = &graph.Places{Active: true}
	first, err := half.Build(b, b.Ones(4, 16))
	require.NoError(t, err)
	second, err := half.Build(b, b.Ones(4, 16))
	require.NoError(t, err)
	p, err := b.Compile(first, second)
	require.NoError(t, err)
	require.NoError(t, p.Run())
	assert.NotEqual(t, doubles(graph.Value(first)), doubles(graph.Value(second)), "two layers")
}
