package datasets

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMeasureScaling against Standardize of the same values in memory.
func TestMeasureScaling(t *testing.T) {
	d := &Dataset{Name: "table", Shape: []int{4}, Classes: 1}
	var rows [][]float64
	for i := range 200 {
		v := float64(i*i%17) / 3
		rows = append(rows, []float64{v, 1e6 + v, 5, -v * v})
		for _, x := range rows[i] {
			d.Train.X = append(d.Train.X, float32(x))
			d.Train.exact = append(d.Train.exact, x)
		}
		d.Train.Labels = append(d.Train.Labels, 0)
	}
	d.Standardize()
	got, err := MeasureScaling(func(yield func(Example, error) bool) {
		for _, x := range rows {
			if !yield(Example{X: x}, nil) {
				return
			}
		}
	})
	require.NoError(t, err)
	assert.Equal(t, d.Scaling.Bound, got.Bound)
	assert.InDeltaSlice(t, d.Scaling.Mean, got.Mean, 1e-9)
	assert.InDeltaSlice(t, d.Scaling.Deviation, got.Deviation, 1e-9)
	assert.Zero(t, got.Deviation[2])

	_, err = MeasureScaling(sequence(0))
	assert.EqualError(t, err, "datasets: stream: the sequence gave no example")
}
