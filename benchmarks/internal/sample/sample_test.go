package sample

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestMedian(t *testing.T) {
	x := []float64{5, 1, 4}
	assert.Equal(t, 4., Median(x))
	assert.Equal(t, []float64{5, 1, 4}, x)
	assert.Equal(t, 2.5, Median([]float64{4, 1, 2, 3}))
	assert.Zero(t, Median(nil))
}

func TestPeriodMean(t *testing.T) {
	// Positions 1, 2 and 9, the second period disturbed once.
	assert.Equal(t, 4., PeriodMean([]float64{1, 2, 9, 1, 200, 9, 1, 2, 9}, 3))
	assert.Equal(t, 2., PeriodMean([]float64{1, 3}, 2))
	assert.Panics(t, func() { PeriodMean([]float64{1, 2, 3}, 2) })
	assert.Panics(t, func() { PeriodMean(nil, 2) })
}

func TestInTurns(t *testing.T) {
	var order string
	for round := range 3 {
		InTurns(round, func() { order += "a" }, func() { order += "b" }, func() { order += "c" })
	}
	assert.Equal(t, "abcbcacab", order)
}

func TestSeconds(t *testing.T) {
	assert.GreaterOrEqual(t, Seconds(func() { time.Sleep(time.Millisecond) }), 1e-3)
}
