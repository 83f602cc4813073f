package layers_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

func TestDropout2DProofs(t *testing.T) {
	prove(t, proof{layer: func() layers.Layer { return layers.Sequential{&layers.Dropout2D{Rate: 0.4}, layers.Tanh()} }, shape: []int{3, 2, 5}})
	prove(t, proof{layer: func() layers.Layer { return layers.Sequential{layers.Tanh(), &layers.Dropout2D{Rate: 0.4}} }, shape: []int{6, 5}})
}

// TestDropout2DDropsChannels: all pixels of a channel share a fate, channels and examples
// do not, the expected share is dropped, and one mini-batch has one mask.
func TestDropout2DDropsChannels(t *testing.T) {
	const n, h, w, c, rate = 100, 3, 4, 50, 0.3
	b := newBuilder(t, graph.Float64, n, true, 5)
	y, err := (&layers.Dropout2D{Rate: rate}).Build(b, b.Ones(n, h, w, c))
	require.NoError(t, err)
	p, err := b.Compile(y)
	require.NoError(t, err)
	var masks [][]float64
	for range 2 {
		b.NewDraw()
		require.NoError(t, p.Run())
		got := doubles(graph.Value(y))
		require.NoError(t, p.Run())
		require.Equal(t, got, doubles(graph.Value(y)), "one mini-batch, one mask")
		masks = append(masks, got)
		kept := 0
		for e := range n {
			for ch := range c {
				first := got[e*h*w*c+ch]
				if first != 0 {
					require.Equal(t, 1/(1-rate), first)
					kept++
				}
				for at := range h * w {
					require.Equal(t, first, got[(e*h*w+at)*c+ch])
				}
			}
		}
		// Five standard deviations of a binomial count.
		assert.InDelta(t, n*c*(1-rate), kept, 5*math.Sqrt(n*c*rate*(1-rate)))
	}
	assert.NotEqual(t, masks[0], masks[1], "a new mini-batch, a new mask")
	assert.NotEqual(t, masks[0][:c], masks[0][h*w*c:h*w*c+c], "each example has a mask of its own")
}

func TestDropout2DIdentityAndErrors(t *testing.T) {
	for _, c := range []struct {
		train bool
		rate  float64
	}{{false, 0.9}, {true, 0}} {
		b := newBuilder(t, graph.Float64, 2, c.train, 1)
		x := b.Ones(2, 3, 3, 2)
		y, err := (&layers.Dropout2D{Rate: c.rate}).Build(b, x)
		require.NoError(t, err)
		assert.Same(t, x, y)
	}
	b := newBuilder(t, graph.Float64, 2, false, 1)
	for _, rate := range []float64{-0.1, 1, math.NaN()} {
		_, err := (&layers.Dropout2D{Rate: rate}).Build(b, b.Ones(2, 3, 3, 2))
		assert.ErrorContains(t, err, ": rate")
	}
	_, err := (&layers.Dropout2D{Rate: 0.5}).Build(b, b.Ones(2, 3))
	assert.ErrorContains(t, err, "dropout2d4: input of shape (2, 3)")
}

func TestDropout2DKind(t *testing.T) {
	text, err := layers.Encode(&layers.Dropout2D{Rate: 0.25}, layers.Kinds())
	require.NoError(t, err)
	got, err := layers.Decode(text, layers.Kinds())
	require.NoError(t, err)
	assert.Equal(t, &layers.Dropout2D{Rate: 0.25}, got)
}
