package trainer_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/trainer"
)

// areaOf is that of probabilities of class 1 from one sigmoid unit.
func areaOf(t *testing.T, dtype tensor.Dtype, p, labels []float64) float64 {
	t.Helper()
	m := trainer.ROCAUC()
	addBatches(t, m, dtype, p, labels, len(p), 5, true)
	return m.Value()
}

// TestROCAUCByPairs compares with the count over all pairs of the two classes: 1 for a
// pair in order, ½ for a tie.
func TestROCAUCByPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for name, dtype := range bothFloats {
		t.Run(name, func(t *testing.T) {
			for range 300 {
				n, levels := 1+r.IntN(40), 1+r.IntN(20)
				var p, labels []float64
				for range n {
					p = append(p, float64(r.IntN(levels+1))/32)
					labels = append(labels, float64(r.IntN(2)))
				}
				pairs, wins := 0., 0.
				for i := range n {
					for j := range n {
						if labels[i] == 1 && labels[j] == 0 {
							pairs++
							if p[i] > p[j] {
								wins++
							} else if p[i] == p[j] {
								wins += 0.5
							}
						}
					}
				}
				equalOrNaN(t, wins/pairs, areaOf(t, dtype, p, labels)) // 0/0 where one class is missing
			}
		})
	}
}

// TestROCAUCByHand has cases whose area is plain.
func TestROCAUCByHand(t *testing.T) {
	for name, dtype := range bothFloats {
		t.Run(name, func(t *testing.T) {
			// The example of scikit-learn's roc_auc_score: 3 of 4 pairs are in order.
			assert.Equal(t, 0.75, areaOf(t, dtype, []float64{0.1, 0.4, 0.35, 0.8}, []float64{0, 0, 1, 1}))
			assert.Equal(t, 1., areaOf(t, dtype, []float64{0.1, 0.2, 0.3, 0.4}, []float64{0, 0, 1, 1}))
			assert.Equal(t, 0., areaOf(t, dtype, []float64{0.1, 0.2, 0.3, 0.4}, []float64{1, 1, 0, 0}))
			assert.Equal(t, 0.5, areaOf(t, dtype, []float64{0.5, 0.5, 0.5}, []float64{1, 0, 1}), "nothing but ties")
			assert.True(t, math.IsNaN(areaOf(t, dtype, []float64{0.1, 0.9}, []float64{1, 1})), "one class")
			assert.True(t, math.IsNaN(areaOf(t, dtype, []float64{0.1, math.NaN(), 0.9}, []float64{1, 0, 1})), "NaN has no rank")
		})
	}
	m := trainer.ROCAUC()
	assert.True(t, math.IsNaN(m.Value()))
	addBatches(t, m, bothFloats["float64"], []float64{0.1, 0.9}, []float64{1, 0}, 2, 2, true)
	m.Reset()
	addBatches(t, m, bothFloats["float64"], []float64{0.1, 0.9}, []float64{0, 1}, 2, 2, true)
	assert.Equal(t, 1., m.Value(), "what was before Reset is forgotten")
	assert.Equal(t, 1., m.Value(), "asked twice")
	assert.True(t, m.HigherIsBetter())
}
