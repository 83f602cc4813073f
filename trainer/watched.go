package trainer

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// watched is a score that a callback follows from one evaluation to the next.
type watched struct {
	name   string
	higher bool // is better
	value  float64
}

// watch takes a score out of a record. who names the callback in an error, which lists
// the scores that there are.
func watch(who, metric string, rec *Record) (watched, error) {
	value, ok := rec.Scores[metric]
	if !ok {
		return watched{}, fmt.Errorf("trainer: %s: no metric %q is evaluated: %s", who, metric, known(rec.Scores))
	}
	higher, stated := rec.HigherIsBetter[metric]
	if !stated {
		return watched{}, fmt.Errorf("trainer: %s: nothing says whether a higher %q is better", who, metric)
	}
	return watched{metric, higher, value}, nil
}

// known lists the names of scores.
func known(scores map[string]float64) string {
	if len(scores) == 0 {
		return "the run has no evaluations"
	}
	return "want one of " + strings.Join(slices.Sorted(maps.Keys(scores)), ", ")
}

// beats reports whether the score is beyond bound on the better side. NaN is beyond
// nothing, and nothing is beyond NaN.
func (w watched) beats(bound float64) bool {
	if w.higher {
		return w.value > bound
	}
	return w.value < bound
}

// behind is the bound at a distance from a score, on the better side of it.
func (w watched) behind(score, distance float64) float64 {
	if w.higher {
		return score + distance
	}
	return score - distance
}

// worst is the bound that any number beats but itself.
func (w watched) worst() float64 {
	if w.higher {
		return math.Inf(-1)
	}
	return math.Inf(1)
}
