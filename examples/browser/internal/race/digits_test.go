package race

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
)

func nan() float64 { return math.NaN() }

// TestDigits: pixels and labels are those of the test split as it was drawn, and probabilities are probabilities, of
// networks that have learnt something.
func TestDigits(t *testing.T) {
	again := datasets.Digits(datasets.DigitsOptions{Train: 1, Test: Shown})
	r := race(t, small())
	for r.contenders[0].first(0.9) == nil || r.contenders[1].first(0.9) == nil {
		require.NoError(t, r.Turn(t.Context(), 0))
	}
	right, seen := [2]int{}, 0
	for page := range Shown / Page {
		d, err := r.Digits(page)
		require.NoError(t, err)
		assert.Equal(t, page*Page, d.First)
		require.Len(t, d.Digits, Page)
		for i, digit := range d.Digits {
			n := page*Page + i
			require.Equal(t, again.Test.Labels[n], digit.Label)
			for j, v := range again.Test.X[n*784 : (n+1)*784] {
				require.InDelta(t, 255*v, digit.Pixels[j], 0.5+1e-4)
			}
			for k, p := range digit.Probabilities {
				sum := 0.0
				for _, v := range p {
					sum += v
				}
				require.InDelta(t, 1, sum, 1e-5)
				if slices.Index(p, slices.Max(p)) == int(digit.Label) {
					right[k]++
				}
			}
			seen++
		}
	}
	assert.Equal(t, Shown, seen)
	assert.Greater(t, right[0], Shown*8/10)
	assert.Greater(t, right[1], Shown*8/10)
	for _, page := range []int{Shown / Page, -1, math.MaxInt, math.MinInt} {
		d, err := r.Digits(page)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, d.First, 0)
		assert.LessOrEqual(t, d.First, Shown-Page)
	}
}
