package partcheck_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/partcheck"
)

// TestFactors: a factor may be one that the caller has words for, and is only roughly seen in a mean over samples.
func TestFactors(t *testing.T) {
	factors := []partcheck.Factor{{Is: 0.5, Words: "a ½ too many?"}, {Is: 3, Words: "a sum over units?"}}
	message := func(rough float64, got ...float64) string {
		text, _ := (&partcheck.Comparison{What: "x", Than: "y", Got: got, Want: []float64{2, 4, 6}, Tolerance: []float64{1e-9},
			Factors: factors, Rough: rough}).Message()
		return text
	}
	assert.Contains(t, message(0, 1, 2, 3), "x is 0.5 times y: a ½ too many? (element [2]: 3 instead of 6")
	assert.Contains(t, message(0, 6, 12, 18), "x is 3 times y: a sum over units?")
	assert.Contains(t, message(0, 1.01, 2, 3.02), "x is not y")
	assert.Contains(t, message(0.08, 1.01, 2, 3.02), "x is 0.5025 times y: a ½ too many?")
	assert.Contains(t, message(0.08, 1.3, 2.6, 3.9), "x is 0.65 times y (element")

	f, ok := (&partcheck.Comparison{Got: []float64{1, 2, 3}, Want: []float64{2, 4, 6}, Tolerance: []float64{1e-9}}).Factor()
	assert.True(t, ok)
	assert.Equal(t, 0.5, f)
	_, ok = (&partcheck.Comparison{Got: []float64{1, 2, 4}, Want: []float64{2, 4, 6}, Tolerance: []float64{1e-9}}).Factor()
	assert.False(t, ok)
}
