package results

import (
	"math"
	"slices"
)

// Spread is the median of some values and their range. A median or bound that
// a run never reached is infinite.
type Spread struct{ Median, Low, High float64 }

// SpreadOf takes the mean of the middle two of an even number of values; NaNs
// without any.
func SpreadOf(values []float64) Spread {
	n := len(values)
	if n == 0 {
		return Spread{math.NaN(), math.NaN(), math.NaN()}
	}
	sorted := slices.Sorted(slices.Values(values))
	median := sorted[n/2]
	if n%2 == 0 {
		median = sorted[n/2-1]/2 + median/2 // whose sum may be no number
	}
	return Spread{median, sorted[0], sorted[n-1]}
}

// Ratio is v over a baseline; NaN where either is not finite.
func Ratio(v, baseline float64) float64 {
	r := v / baseline
	if math.IsInf(v, 0) || math.IsInf(baseline, 0) || baseline == 0 {
		return math.NaN()
	}
	return r
}

// over is the spread of a value of each run that has it: not NaN.
func (g *Group) over(value func(*Run) float64) Spread {
	var values []float64
	for _, run := range g.Runs {
		if v := value(run); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	return SpreadOf(values)
}

// Steps is the number of steps of whole runs.
func (g *Group) Steps() Spread { return g.over(func(r *Run) float64 { return float64(r.Steps) }) }

// Seconds is the training time of whole runs.
func (g *Group) Seconds() Spread {
	return g.over(func(r *Run) float64 { return float64(r.TrainSeconds) })
}

// StepMillis is the mean time of a run's steps in milliseconds; a run without
// any does not count.
func (g *Group) StepMillis() Spread {
	return g.over(func(r *Run) float64 {
		if r.Steps == 0 {
			return math.NaN()
		}
		return 1000 * float64(r.TrainSeconds) / float64(r.Steps)
	})
}

// Diverged counts runs whose loss stopped being a number.
func (g *Group) Diverged() (n int) {
	for _, run := range g.Runs {
		if run.Ending == Diverged {
			n++
		}
	}
	return n
}

// PhaseMillis is the time of each part of a step in milliseconds: the median
// over runs of their means. What the parts leave of a step is "other": batches
// and schedules.
func (g *Group) PhaseMillis() Fields[float64] {
	var names []string
	values := map[string][]float64{}
	for _, run := range g.Runs {
		sums, rest := map[string]float64{}, float64(run.TrainSeconds)
		last := 0
		for _, record := range run.History {
			last = record.Step
			for _, p := range record.Phases {
				if !slices.Contains(names, p.Name) {
					names = append(names, p.Name)
				}
				sums[p.Name] += float64(p.Value)
				rest -= float64(p.Value)
			}
		}
		if last == 0 || len(sums) == 0 {
			continue
		}
		for name, sum := range sums {
			values[name] = append(values[name], 1000*sum/float64(last))
		}
		values["other"] = append(values["other"], 1000*max(rest, 0)/float64(last))
	}
	var phases Fields[float64]
	for _, name := range append(names, "other") {
		if v := values[name]; len(v) > 0 {
			phases = append(phases, Field[float64]{name, SpreadOf(v).Median})
		}
	}
	return phases
}
