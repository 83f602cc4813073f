package scaling_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/scaling"
)

// formula is the documented map, for one value.
func formula(s scaling.Scaling, j int, v float64) float32 {
	if len(s.Mean) > 0 {
		if j %= len(s.Mean); s.Deviation[j] == 0 {
			v = 0
		} else {
			v = (v - s.Mean[j]) * (1 / s.Deviation[j])
		}
	}
	if s.Bound != 0 && len(s.Mean) > 0 {
		v = math.Min(math.Max(v, -s.Bound), s.Bound)
	}
	return float32(v)
}

// Rows and prepared rows are the formula to the bit, in place as well.
func TestRows(t *testing.T) {
	x := []float64{1, -2.5, 3e-7, 4e9, 0, 6, 7.1, -8, 1e-300, 10, 11, 12.3}
	for name, s := range map[string]scaling.Scaling{
		"none":    {},
		"one":     {Mean: []float64{0.1307}, Deviation: []float64{0.3081}},
		"columns": {Mean: []float64{1, 2, 3}, Deviation: []float64{0.7, 0, 1e-3}},
		"bounded": {Mean: []float64{1, 2, 3}, Deviation: []float64{0.7, 0, 1e-3}, Bound: 10.1},
		"row":     {Mean: make([]float64, 12), Deviation: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0}},
	} {
		want := make([]float32, len(x))
		for i, v := range x {
			want[i] = formula(s, i, v)
		}
		got := make([]float32, len(x))
		scaling.Rows(s, got, x)
		assert.Equal(t, want, got, name)
		applied, err := s.Apply(x)
		require.NoError(t, err)
		assert.Equal(t, want, applied, name)

		p := s.Prepare()
		clear(got)
		assert.Zero(t, testing.AllocsPerRun(10, func() { scaling.PreparedRows(p, got, x) }), name)
		assert.Equal(t, want, got, name)
		scaling.Rows(s, want, want)
		scaling.PreparedRows(p, got, got)
		assert.Equal(t, want, got, "%s, in place", name)

		raw := make([]float64, len(got))
		scaling.InvertRows(s, raw, got)
		inverted, err := s.Invert(got)
		require.NoError(t, err)
		assert.Equal(t, inverted, raw, name)
	}
}
