package report

import (
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
)

// score is the name of a score, as runs have it.
type score string

// trainLoss is no score of a run, but read like one.
const trainLoss score = results.TrainLoss

func (s score) words() string { return strings.ReplaceAll(string(s), "_", " ") }

// rate tells a share of 1, which people want as per cent.
func (s score) rate() bool { return strings.HasSuffix(string(s), "accuracy") }

func (s score) quantity() quantity {
	if s.rate() {
		return rates
	}
	return losses
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
