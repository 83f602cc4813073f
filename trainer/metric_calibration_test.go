package trainer_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// TestCalibrationByHand has two bins of four examples each:
//
//	confidence 0.75 of four, three right: no error
//	confidence 0.5 of four, one right: |0.25 − 0.5|
//
// so that the error is ½·0 + ½·0.25.
func TestCalibrationByHand(t *testing.T) {
	var p []float64
	for range 4 {
		p = append(p, 0.75, 0.25)
	}
	for range 4 {
		p = append(p, 0.5, 0.5)
	}
	labels := []float64{0, 0, 0, 1, 0, 1, 1, 1}
	for name, dtype := range bothFloats {
		t.Run(name, func(t *testing.T) {
			m := trainer.CalibrationError(4)
			addBatches(t, m, dtype, p, labels, 8, 3, false)
			assert.Equal(t, 0.125, m.Value())
			assert.False(t, m.HigherIsBetter())
			bins := m.Bins()
			require.Len(t, bins, 4)
			assert.Equal(t, trainer.CalibrationBin{Low: 0.25, High: 0.5, Examples: 4, Confidence: 0.5, Accuracy: 0.25}, bins[1], "½ is in the bin that it ends")
			assert.Equal(t, trainer.CalibrationBin{Low: 0.5, High: 0.75, Examples: 4, Confidence: 0.75, Accuracy: 0.75}, bins[2])
			assert.Zero(t, bins[3].Examples)
			assert.True(t, math.IsNaN(bins[3].Confidence) && math.IsNaN(bins[3].Accuracy))
			m.Reset()
			assert.True(t, math.IsNaN(m.Value()))
			require.NoError(t, m.Add(metricTensor(t, dtype, []float64{math.NaN(), math.NaN()}, 1, 2), metricTensor(t, dtype, []float64{0}, 1)))
			assert.True(t, math.IsNaN(m.Value()), "what is NaN has no confidence")
			m.Reset()
			require.NoError(t, m.Add(metricTensor(t, dtype, []float64{1, 0}, 1, 2), metricTensor(t, dtype, []float64{0}, 1)))
			assert.Zero(t, m.Value())
		})
	}
}

// TestCalibrationByDefinition compares bins with those that the inequality Low < p ≤ High
// makes, for confidences on edges and between them, and the error with its formula.
func TestCalibrationByDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for name, dtype := range bothFloats {
		t.Run(name, func(t *testing.T) {
			for range 60 {
				n, bins := 1+r.IntN(60), 1+r.IntN(25)
				var p, labels []float64
				for range n {
					v := r.Float64()
					if r.IntN(2) == 0 {
						v = float64(r.IntN(bins+1)) / float64(bins)
					}
					if dtype == graph.Float32 { // as the metric is given it
						v = float64(float32(v))
					}
					p = append(p, v)
					labels = append(labels, float64(r.IntN(2)))
				}
				m := trainer.CalibrationError(bins)
				addBatches(t, m, dtype, p, labels, n, 16, true)
				want := 0.
				for b, got := range m.Bins() {
					assert.Equal(t, float64(b)/float64(bins), got.Low)
					assert.Equal(t, float64(b+1)/float64(bins), got.High)
					var count, right, sum float64
					for i, v := range p {
						confidence, class := v, 1.
						if v <= 0.5 {
							confidence, class = 1-v, 0
						}
						if confidence > got.Low && confidence <= got.High {
							count++
							sum += confidence
							if class == labels[i] {
								right++
							}
						}
					}
					assert.Equal(t, int(count), got.Examples)
					if count > 0 {
						assert.InDelta(t, sum/count, got.Confidence, 1e-14)
						assert.InDelta(t, right/count, got.Accuracy, 1e-14)
						want += count / float64(n) * math.Abs(right/count-sum/count)
					}
				}
				assert.InDelta(t, want, m.Value(), 1e-14)
			}
		})
	}
	assert.Len(t, trainer.CalibrationError(0).Bins(), trainer.CalibrationBins)
}
