package graph

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"
)

func TestCheckGradients(t *testing.T) {
	for n := 1; n < 10; n++ {
		wide := &Param{Grad: NewDense(tensor.Float64, n)}
		slim := &Param{Grad: NewDense(tensor.Float32, n)}
		x, y := wide.Grad.Float64s(), slim.Grad.Float32s()
		for i := range x {
			x[i], y[i] = -math.MaxFloat64, math.MaxFloat32
		}
		params := []*Param{slim, wide}
		assert.NoError(t, CheckGradients(1, params))
		assert.Error(t, CheckGradients(math.Inf(1), params))
		for i := range x {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				old, old32 := x[i], y[i]
				x[i] = bad
				assert.Error(t, CheckGradients(1, params), "%v at %d of %d", bad, i, n)
				x[i], y[i] = old, float32(bad)
				assert.Error(t, CheckGradients(1, params), "%v at %d of %d", bad, i, n)
				y[i] = old32
			}
		}
	}
}
