package datasets

import (
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStandardizeFeatures(t *testing.T) {
	// The third feature is constant at a value whose float64 mean is not exact, the fourth lies far from zero.
	const rows = 1000
	d := &Dataset{Shape: []int{4}, Classes: 1}
	for i := range rows {
		d.Train.X = append(d.Train.X, float32(i), -float32(i)/7, 0.1, 1e6+float32(i%2))
		d.Train.Labels = append(d.Train.Labels, 0)
	}
	d.Test = Split{X: []float32{0, 0, 5, 1e6}, Labels: []int32{0}}
	d.Standardize()

	for j := range d.Features() {
		var sum, squares float64
		for i := range rows {
			v := float64(d.Train.X[i*4+j])
			sum += v
			squares += v * v
		}
		deviation := 1.0
		if j == 2 {
			deviation = 0
		}
		const tolerance = 1e-6 // float32 rounding of values around 1, averaged
		assert.InDelta(t, 0, sum/rows, tolerance, "mean of feature %d", j)
		assert.InDelta(t, deviation, math.Sqrt(squares/rows), tolerance, "deviation of feature %d", j)
	}
	assert.Zero(t, d.Test.X[2], "a constant feature is zero in the test split too")
}

func TestStandardizePixels(t *testing.T) {
	d := &Dataset{Shape: []int{1, 2}, Pixels: true}
	d.Train = Split{X: []float32{0, 0.5, 0, 1.5}, Labels: []int32{0, 1}}
	d.Standardize()
	require.False(t, d.Pixels)
	// One mean, 0.5, and one deviation, √(1.5/4), for all of them: the dead first pixel does not divide by zero.
	deviation := math.Sqrt(1.5 / 4)
	for i, v := range []float64{-0.5, 0, -0.5, 1} {
		assert.InDelta(t, v/deviation, float64(d.Train.X[i]), 1e-6)
	}
}

func TestStandardizeEmpty(t *testing.T) {
	d := &Dataset{Shape: []int{3}}
	assert.NotPanics(t, d.Standardize)
}

// allocated is the memory, in bytes, that f asks for.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
