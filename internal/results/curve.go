package results

import (
	"math"
	"slices"
)

// Point is one place of a curve: Median, Low and High over the runs that got
// there, after Step steps and Seconds seconds (a median as well).
type Point struct {
	Step    int
	Seconds float64
	Spread
}

// Curve follows a value of the records over a group's runs, at the steps where
// at least half of the runs have a record with it: a curve of the last runs
// alone would not be the group's.
func (g *Group) Curve(value func(*Record) float64) []Point {
	type place struct{ values, seconds []float64 }
	places := map[int]*place{}
	for _, run := range g.Runs {
		for i := range run.History {
			record := &run.History[i]
			v := value(record)
			if math.IsNaN(v) {
				continue
			}
			p := places[record.Step]
			if p == nil {
				p = &place{}
				places[record.Step] = p
			}
			p.values = append(p.values, v)
			p.seconds = append(p.seconds, float64(record.TrainSeconds))
		}
	}
	var curve []Point
	for step, p := range places {
		if 2*len(p.values) >= len(g.Runs) {
			curve = append(curve, Point{step, SpreadOf(p.seconds).Median, SpreadOf(p.values)})
		}
	}
	slices.SortFunc(curve, func(a, b Point) int { return a.Step - b.Step })
	return curve
}
