package trainer

import (
	"fmt"
	"strconv"
	"strings"
)

// Target is a score to be reached. Its Callback stops the run when an
// evaluation's score is at least Value, of a metric whose higher values are the
// better ones, or at most Value, of any other and of the loss.
type Target struct {
	Metric  string  // a key of Record.Scores
	Value   float64 // to be reached
	Reached bool
	Step    int     // where it was reached
	Seconds float64 // of training till then
}

// ParseTarget reads METRIC=VALUE.
func ParseTarget(s string) (*Target, error) {
	metric, value, ok := strings.Cut(s, "=")
	v, err := strconv.ParseFloat(value, 64)
	if !ok || metric == "" || err != nil || v-v != 0 {
		return nil, fmt.Errorf("target %q: want METRIC=VALUE, e.g. test_accuracy=0.98", s)
	}
	return &Target{Metric: metric, Value: v}, nil
}

// Callback watches evaluations.
func (t *Target) Callback(e *Event) error {
	if e.Kind != Evaluated {
		return nil
	}
	score, ok := e.Record.Scores[t.Metric]
	if !ok {
		return fmt.Errorf("trainer: target: no metric %q is evaluated", t.Metric)
	}
	higher, stated := e.Record.HigherIsBetter[t.Metric]
	if !stated {
		return fmt.Errorf("trainer: target: nothing says whether a higher %q is better", t.Metric)
	}
	if score == t.Value || higher == (score > t.Value) && score == score {
		t.Reached, t.Step, t.Seconds = true, e.Step, e.Record.TrainSeconds
		return ErrStop
	}
	return nil
}
