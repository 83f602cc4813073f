package kfac

import (
	"fmt"
	"math"
	"time"
)

// StatsSize is how many numbers Stats are kept as.
const StatsSize = 22

// Numbers returns all fields as numbers, in their order, for who keeps the statistics of
// many steps with a run that is saved: durations in nanoseconds, Undone as 0 or 1.
func (s *Stats) Numbers() [StatsSize]float64 {
	undone := 0.0
	if s.Undone {
		undone = 1
	}
	return [StatsSize]float64{
		s.Loss, s.Damping, s.Gamma, s.LeastDamping, s.GradNorm, s.UpdateNorm, s.Cosine, s.Alpha, s.Mu, s.ClipFactor,
		s.Predicted, s.Actual, s.Ratio, undone, float64(s.InverseAge), float64(s.FailedInverses), s.Condition,
		float64(s.GradientTime), float64(s.InverseTime), float64(s.ProductTime), float64(s.UpdateTime), float64(s.DampingTime),
	}
}

// StatsOf is the statistics that have these numbers. It fails if a count or a duration is
// none.
func StatsOf(n [StatsSize]float64) (Stats, error) {
	for _, i := range []int{13, 14, 15, 17, 18, 19, 20, 21} {
		if !(n[i] >= 0 && n[i] <= 1<<62 && n[i] == math.Trunc(n[i])) {
			return Stats{}, fmt.Errorf("kfac: statistics with a count of %g", n[i])
		}
	}
	return Stats{
		Loss: n[0], Damping: n[1], Gamma: n[2], LeastDamping: n[3], GradNorm: n[4], UpdateNorm: n[5], Cosine: n[6], Alpha: n[7], Mu: n[8],
		ClipFactor: n[9], Predicted: n[10], Actual: n[11], Ratio: n[12], Undone: n[13] != 0, InverseAge: int(n[14]),
		FailedInverses: int(n[15]), Condition: n[16], GradientTime: time.Duration(n[17]), InverseTime: time.Duration(n[18]),
		ProductTime: time.Duration(n[19]), UpdateTime: time.Duration(n[20]), DampingTime: time.Duration(n[21]),
	}, nil
}
