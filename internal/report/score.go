package report

import (
	"math"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
)

// score is the name of a score, as runs have it.
type score string

// trainLoss is no score of a run, but read like one.
const trainLoss score = "train_loss"

func (s score) words() string { return strings.ReplaceAll(string(s), "_", " ") }

// rate tells a share of 1, which people want as per cent.
func (s score) rate() bool { return strings.HasSuffix(string(s), "accuracy") }

func (s score) quantity() quantity {
	if s.rate() {
		return rates
	}
	return losses
}

// at is the score of a record; NaN if it has none.
func (s score) at(rec *results.Record) float64 {
	if s == trainLoss {
		return float64(rec.TrainLoss)
	}
	return rec.Score(string(s))
}

// last is the score that a run ended with; NaN if it has none.
func (s score) last(run *results.Run) float64 {
	if s == trainLoss {
		return float64(run.TrainLoss)
	}
	if v, ok := run.Scores.Get(string(s)); ok {
		return float64(v)
	}
	return math.NaN()
}

// final is the spread of a group's last scores. That of a run that diverged is
// infinitely bad: the median is of all seeds, not of the lucky ones.
func (r *Report) final(g *results.Group, s score) results.Spread {
	worst := math.Inf(1)
	if r.Comparison.Better(string(s), 1, 0) {
		worst = math.Inf(-1)
	}
	var values []float64
	for _, run := range g.Runs {
		v := s.last(run)
		if run.Ending == results.Diverged || math.IsInf(v, 0) {
			v = worst
		}
		if !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	return results.SpreadOf(values)
}

// goalWords is for example "test accuracy 98 %".
func goalWords(goal results.Goal) string {
	return score(goal.Metric).words() + " " + goalValue(goal)
}

func goalValue(goal results.Goal) string {
	if score(goal.Metric).rate() {
		return strconv.FormatFloat(100*goal.Value, 'g', 10, 64) + " %"
	}
	return strconv.FormatFloat(goal.Value, 'g', -1, 64)
}

// goalKey is for example "test_accuracy_0.98".
func goalKey(goal results.Goal) string {
	return goal.Metric + "_" + strconv.FormatFloat(goal.Value, 'g', -1, 64)
}
