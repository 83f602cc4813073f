// Package sample times contenders in turns and condenses what it timed.
//
// On a machine that others share, speed drifts by tens of per cent within
// minutes. What is measured in turns drifts together, so quotients hold where
// absolute times do not; medians leave single disturbances out.
package sample

import (
	"slices"
	"time"
)

// Seconds is how long f takes.
func Seconds(f func()) float64 {
	start := time.Now()
	f()
	return time.Since(start).Seconds()
}

// InTurns calls every contender once, in an order that rotates with round, so
// that none always follows the same one.
func InTurns(round int, contenders ...func()) {
	for i := range contenders {
		contenders[(i+round)%len(contenders)]()
	}
}

// Median is the middle of x, or the mean of the two in the middle; 0 for none.
// It leaves x as it is.
func Median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(x))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// PeriodMean is the mean of a periodic series, robust against disturbances: the
// median over all periods at each position, averaged over the positions. x has
// whole periods.
func PeriodMean(x []float64, period int) float64 {
	if period <= 0 || len(x) == 0 || len(x)%period != 0 {
		panic("sample: not a whole number of periods")
	}
	var sum float64
	at := make([]float64, 0, len(x)/period)
	for position := range period {
		at = at[:0]
		for i := position; i < len(x); i += period {
			at = append(at, x[i])
		}
		sum += Median(at)
	}
	return sum / float64(period)
}
