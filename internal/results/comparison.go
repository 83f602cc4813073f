package results

import "math"

// Goal is a score to be reached, of which a comparison may have several.
type Goal struct {
	Metric string  `json:"metric"`
	Value  float64 `json:"value"`
}

// Group is the runs of one setting over seeds.
type Group struct {
	Label string
	Runs  []*Run
}

// Comparison is several settings on one task.
type Comparison struct {
	Goals  []Goal // the easiest first
	Groups []Group
	Better func(metric string, v, w float64) bool // whether score v is nearer to what one wants than w
}

// Baseline tells a group that K-FAC is held against.
func (g *Group) Baseline() bool { return len(g.Runs) > 0 && g.Runs[0].Optimizer != "kfac" }

// Reach is when a goal was reached: medians and ranges over the runs, which
// are infinite where it was not.
type Reach struct {
	Runs, Of               int // runs that reached it, of so many
	Steps, Epochs, Seconds Spread
}

// Reach tells when the group reached a goal, which evaluations between tell.
func (c *Comparison) Reach(g *Group, goal Goal) Reach {
	reach := Reach{Of: len(g.Runs)}
	var steps, epochs, seconds []float64
	for _, run := range g.Runs {
		at := c.first(run, goal)
		if at == nil {
			steps, epochs, seconds = append(steps, math.Inf(1)), append(epochs, math.Inf(1)), append(seconds, math.Inf(1))
			continue
		}
		reach.Runs++
		steps = append(steps, float64(at.Step))
		epochs = append(epochs, float64(at.Step)/float64(run.PerEpoch))
		seconds = append(seconds, float64(at.TrainSeconds))
	}
	reach.Steps, reach.Epochs, reach.Seconds = SpreadOf(steps), SpreadOf(epochs), SpreadOf(seconds)
	return reach
}

// first is the first record that meets the goal, or nil.
func (c *Comparison) first(run *Run, goal Goal) *Record {
	for i := range run.History {
		v := run.History[i].Score(goal.Metric)
		if !math.IsNaN(v) && !c.Better(goal.Metric, goal.Value, v) {
			return &run.History[i]
		}
	}
	return nil
}

// Final is the score that a group's runs ended with. That of a run that
// diverged is infinitely bad: the median is of all seeds.
func (c *Comparison) Final(g *Group, score string) Spread {
	worst := math.Inf(1)
	if c.Better(score, 1, 0) {
		worst = math.Inf(-1)
	}
	return g.over(func(r *Run) float64 {
		v := r.Score(score)
		if r.Ending == Diverged || math.IsInf(v, 0) {
			return worst
		}
		return v
	})
}
