package graph

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFinite(t *testing.T) {
	for n := range 10 {
		x := make([]float64, n)
		y := make([]float32, n)
		for i := range x {
			x[i], y[i] = -math.MaxFloat64, math.MaxFloat32
		}
		assert.True(t, finite(x))
		assert.True(t, finite(y))
		for i := range x {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				old, old32 := x[i], y[i]
				x[i], y[i] = bad, float32(bad)
				assert.False(t, finite(x), "%v at %d of %d", bad, i, n)
				assert.False(t, finite(y), "%v at %d of %d", bad, i, n)
				x[i], y[i] = old, old32
			}
		}
	}
}
