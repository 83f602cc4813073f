package stream

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMeasureScaling against means and deviations in two passes. The third column is constant, the last but for rounding.
func TestMeasureScaling(t *testing.T) {
	var rows [][]float64
	for i := range 200 {
		v := float64(i*i%17) / 3
		rows = append(rows, []float64{v, 1e9 + v, 5, -v * v, 0.1 * (1 + 0x1p-52*float64(i%2))})
	}
	got, err := MeasureScaling(func(yield func(Example, error) bool) {
		for _, x := range rows {
			if !yield(Example{X: x}, nil) {
				return
			}
		}
	})
	require.NoError(t, err)
	for j := range rows[0] {
		mean, squares := 0.0, 0.0
		for _, x := range rows {
			mean += x[j] / 200
		}
		for _, x := range rows {
			squares += (x[j] - mean) * (x[j] - mean) / 200
		}
		if j == 2 || j == 4 {
			assert.Equal(t, rows[0][j], got.Mean[j])
			assert.Zero(t, got.Deviation[j])
			continue
		}
		assert.InEpsilon(t, mean, got.Mean[j], 1e-12)
		assert.InEpsilon(t, squares, got.Deviation[j]*got.Deviation[j], 1e-9)
	}
	assert.Equal(t, 10.0, got.Bound)

	_, err = MeasureScaling(sequence(0))
	assert.EqualError(t, err, "stream: the sequence gave no example")
}
