package layers_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// masks runs dropout on ones: n×m elements, for a number of mini-batches.
func masks(t *testing.T, seed uint64, rate float64, n, m, batches int) [][]float64 {
	b := newBuilder(t, graph.Float64, n, true, seed)
	y, err := (&layers.Dropout{Rate: rate}).Build(b, b.Ones(n, m))
	require.NoError(t, err)
	p, err := b.Compile(y)
	require.NoError(t, err)
	var all [][]float64
	for range batches {
		b.NewDraw()
		require.NoError(t, p.Run())
		all = append(all, doubles(graph.Value(y)))
		require.NoError(t, p.Run())
		require.Equal(t, all[len(all)-1], doubles(graph.Value(y)), "one mini-batch, one mask")
	}
	return all
}

func TestDropoutExpectation(t *testing.T) {
	const n, m = 300, 400
	for _, rate := range []float64{0.1, 0.5, 0.8} {
		y := masks(t, 5, rate, n, m, 1)[0]
		scale, kept := 1/(1-rate), 0
		for _, v := range y {
			if v != 0 {
				kept++
			}
			if v != 0 && v != scale {
				t.Fatalf("%v is neither 0 nor 1/(1−p)", v)
			}
		}
		// Five standard deviations of a binomial count: one false alarm in two
		// million seeds.
		dev := 5 * math.Sqrt(n*m*rate*(1-rate))
		assert.InDelta(t, n*m*(1-rate), kept, dev, "rate %v", rate)
	}
}

func TestDropoutMasksAreSeeded(t *testing.T) {
	first, again, other := masks(t, 1, 0.5, 4, 16, 3), masks(t, 1, 0.5, 4, 16, 3), masks(t, 2, 0.5, 4, 16, 3)
	assert.Equal(t, first, again)
	assert.NotEqual(t, first, other)
	assert.NotEqual(t, first[0], first[1], "a new mini-batch, a new mask")
	assert.NotEqual(t, first[1], first[2])
}

// In evaluation, and at rate 0, the layer is not there at all.
func TestDropoutIdentity(t *testing.T) {
	for _, c := range []struct {
		train bool
		rate  float64
	}{{false, 0.9}, {true, 0}} {
		b := newBuilder(t, graph.Float64, 2, c.train, 1)
		x := b.Ones(2, 3)
		y, err := (&layers.Dropout{Rate: c.rate}).Build(b, x)
		require.NoError(t, err)
		assert.Same(t, x, y)
	}
}

// Two layers draw their own masks.
func TestDropoutsAreIndependent(t *testing.T) {
	b := newBuilder(t, graph.Float64, 8, true, 1)
	x := b.Ones(8, 8)
	y1, err := (&layers.Dropout{Rate: 0.5}).Build(b, x)
	require.NoError(t, err)
	y2, err := (&layers.Dropout{Rate: 0.5}).Build(b, x)
	require.NoError(t, err)
	p, err := b.Compile(y1, y2)
	require.NoError(t, err)
	require.NoError(t, p.Run())
	assert.NotEqual(t, doubles(graph.Value(y1)), doubles(graph.Value(y2)))
}

func TestDropoutRates(t *testing.T) {
	for _, rate := range []float64{-0.1, 1, 1.5, math.NaN(), math.Inf(1)} {
		for _, train := range []bool{true, false} {
			b := newBuilder(t, graph.Float64, 1, train, 1)
			_, err := (&layers.Dropout{Rate: rate}).Build(b, b.Ones(1, 2))
			assert.ErrorContains(t, err, "want 0 ≤ rate < 1")
		}
	}
}
