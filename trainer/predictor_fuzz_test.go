package trainer_test

import (
	encoding "encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/scaling"
	"github.com/gokfac/gokfac/trainer"
)

// FuzzPredict takes any numbers for rows of any length: a prediction is a distribution, the same by itself and among
// others, or there is an error, for the same example. Nothing is left behind for later predictions.
func FuzzPredict(f *testing.F) {
	row := func(width byte, v ...float64) {
		var data []byte
		for _, x := range v {
			data = encoding.LittleEndian.AppendUint64(data, math.Float64bits(x))
		}
		f.Add(data, width)
	}
	row(4, 1, 2, 3, 4, -1, 0, 1e-320, 1e30)
	row(4, 1, 2, 3, 4, math.NaN(), 0, math.Inf(1), 1e300, 5, 6, 7, 8)
	row(3, 1, 2, 3)
	row(4, 1e38, -1e38, 1e38, 1e38)
	m, _ := toy(f, trainer.ModelConfig{})
	p := predictor(f, m, trainer.Preparation{Inputs: scaling.Scaling{Mean: []float64{1, 0, 0, 2}, Deviation: []float64{1, 0, 1e-3, 2}}})
	good := []float64{1, 2, 3, 4}
	reference, err := p.Predict(good)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, data []byte, width byte) {
		var raw [][]float64
		size := 8 * max(1, int(width)%9)
		for len(data) >= size && len(raw) < 50 {
			x := make([]float64, size/8)
			for i := range x {
				x[i] = math.Float64frombits(encoding.LittleEndian.Uint64(data[8*i:]))
			}
			raw, data = append(raw, x), data[size:]
		}
		all, err := p.PredictAll(raw)
		for i, x := range raw {
			one, oneErr := p.Predict(x)
			if oneErr != nil {
				var of *trainer.ExampleError
				require.ErrorAs(t, err, &of)
				assert.Equal(t, i, of.Example)
				assert.Equal(t, "trainer: "+of.Err.Error(), oneErr.Error())
				break
			}
			var sum float64
			for _, v := range one.Probabilities {
				require.True(t, v >= 0 && v <= 1, "%v", one)
				require.LessOrEqual(t, v, one.Probabilities[one.Class])
				sum += v
			}
			require.InDelta(t, 1, sum, 1e-6) // three float32s
			if err == nil {
				require.Equal(t, one, all[i])
			}
		}
		again, err := p.Predict(good)
		require.NoError(t, err)
		require.Equal(t, reference, again)
	})
}
