package trainer_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// TestValueMetricsByHand has the examples of scikit-learn's r2_score, mean_absolute_error
// and root_mean_squared_error, each with one value and with two.
func TestValueMetricsByHand(t *testing.T) {
	one, two := [2][]float64{{3, -0.5, 2, 7}, {2.5, 0, 2, 8}}, [2][]float64{{0.5, 1, -1, 1, 7, -6}, {0, 2, -1, 2, 8, -5}}
	for name, dtype := range bothFloats {
		t.Run(name, func(t *testing.T) {
			for _, test := range []struct {
				metric *trainer.ValueMetric
				one    float64
				two    []float64
			}{
				{trainer.R2(), 0.9486081370449679, []float64{0.965438, 0.908163}}, // uniform average 0.936800526662
				{trainer.MAE(), 0.5, []float64{0.5, 1}},
				{trainer.RMSE(), math.Sqrt(0.375), []float64{math.Sqrt(1.25 / 3), 1}},
			} {
				m := test.metric
				assert.True(t, math.IsNaN(m.Value()), m.Name())
				addBatches(t, m, dtype, one[1], one[0], 4, 3, true)
				assert.InDelta(t, test.one, m.Value(), 1e-15, m.Name())
				m.Reset()
				addBatches(t, m, dtype, two[1], two[0], 3, 2, true)
				assert.InDeltaSlice(t, test.two, m.PerValue(), 1e-6, m.Name())
				assert.InDelta(t, (m.PerValue()[0]+m.PerValue()[1])/2, m.Value(), 1e-15, m.Name())
				assert.Equal(t, m.Name() == "r2", m.HigherIsBetter())
			}
			m := trainer.R2()
			addBatches(t, m, dtype, two[1], two[0], 3, 2, true)
			assert.InDelta(t, 0.93680052666, m.Value(), 1e-11)
		})
	}
}

// TestR2OfConstantTargets: nothing is explained where nothing varies, be it met exactly; a NaN that was predicted is not left out.
func TestR2OfConstantTargets(t *testing.T) {
	for name, dtype := range bothFloats {
		t.Run(name, func(t *testing.T) {
			m := trainer.R2()
			addBatches(t, m, dtype, []float64{0.1, 0.1, 0.1}, []float64{0.1, 0.1, 0.1}, 3, 1, true)
			assert.True(t, math.IsNaN(m.Value()))
			m.Reset()
			addBatches(t, m, dtype, []float64{1, 2, 3, 2}, []float64{1, 2, 3, 2}, 2, 1, true)
			assert.Equal(t, 1., m.PerValue()[0])
			assert.True(t, math.IsNaN(m.PerValue()[1]))
			assert.Equal(t, 1., m.Value(), "of the value that varies")
			m.Reset()
			addBatches(t, m, dtype, []float64{1, math.NaN(), 3, 2}, []float64{1, 2, 3, 4}, 2, 1, true)
			assert.True(t, math.IsNaN(m.Value()), "a prediction that is NaN")
			m.Reset()
			addBatches(t, m, dtype, []float64{5}, []float64{4}, 1, 1, true)
			assert.True(t, math.IsNaN(m.Value()), "one example")
		})
	}
}

// TestValueMetricsByDefinition: two passes over random values, with a mean far from 0.
func TestValueMetricsByDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for name, dtype := range bothFloats {
		t.Run(name, func(t *testing.T) {
			for range 50 {
				n, c := 2+r.IntN(50), 1+r.IntN(4)
				var z, y []float64
				for i := range n * c {
					target := 1000*float64(i%c+1) + r.NormFloat64()
					predicted := target + r.NormFloat64()/4
					if dtype == graph.Float32 { // as the metric is given them
						target, predicted = float64(float32(target)), float64(float32(predicted))
					}
					z, y = append(z, predicted), append(y, target)
				}
				r2, mae, rmse := trainer.R2(), trainer.MAE(), trainer.RMSE()
				for _, m := range []*trainer.ValueMetric{r2, mae, rmse} {
					addBatches(t, m, dtype, z, y, n, 8, true)
				}
				for j := range c {
					var mean, spread, squares, absolute float64
					for i := j; i < n*c; i += c {
						mean += y[i] / float64(n)
					}
					for i := j; i < n*c; i += c {
						spread += (y[i] - mean) * (y[i] - mean)
						squares += (z[i] - y[i]) * (z[i] - y[i])
						absolute += math.Abs(z[i]-y[i]) / float64(n)
					}
					// Means of size 4000 are rounded by 1e-12, and their spread is of size 1.
					assert.InDelta(t, 1-squares/spread, r2.PerValue()[j], 1e-9)
					assert.InDelta(t, absolute, mae.PerValue()[j], 1e-12)
					assert.InDelta(t, math.Sqrt(squares/float64(n)), rmse.PerValue()[j], 1e-12)
				}
			}
		})
	}
}
