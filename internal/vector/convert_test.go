package vector

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestToAndFromFloat64: both types come through, float32 rounded.
func TestToAndFromFloat64(t *testing.T) {
	wide, single, double := make([]float64, 3), make([]float32, 3), make([]float64, 3)
	ToFloat64(wide, []float32{1, 0.1, -2})
	assert.Equal(t, []float64{1, float64(float32(0.1)), -2}, wide)
	FromFloat64(single, []float64{1, 0.1, -2})
	assert.Equal(t, []float32{1, 0.1, -2}, single)
	ToFloat64(wide, []float64{3, 0.1, 5})
	FromFloat64(double, wide)
	assert.Equal(t, []float64{3, 0.1, 5}, double)
	assert.Panics(t, func() { ToFloat64(wide, []float64{1}) })
	assert.Panics(t, func() { FromFloat64(single, []float64{1}) })
}
