package results

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
)

// Check returns an error if the run says what no run can: it has been edited,
// or is damaged in a way that leaves JSON.
func (r *Run) Check() error {
	for _, n := range []struct {
		name     string
		n, least int
	}{
		{"params", r.Params, 1}, {"batch_size", r.BatchSize, 1}, {"steps_per_epoch", r.PerEpoch, 1}, {"workers", r.Workers, 1},
		{"steps", r.Steps, 0}, {"epochs", r.Epochs, 0}, {"processes", r.Processes, 0},
	} {
		if n.n < n.least {
			return fmt.Errorf("%s is %d", n.name, n.n)
		}
	}
	switch {
	case r.Epochs > r.Steps/r.PerEpoch:
		return fmt.Errorf("epochs is %d, with %d steps of %d in each", r.Epochs, r.Steps, r.PerEpoch)
	case !(r.TrainSeconds >= 0):
		return fmt.Errorf("train_seconds is %g", float64(r.TrainSeconds))
	case !(r.StepsPerSecond >= 0):
		return fmt.Errorf("steps_per_second is %g", float64(r.StepsPerSecond))
	case !slices.Contains([]string{Done, Reached, Cut, Stalled, Diverged}, r.Ending):
		return fmt.Errorf("ending is %.40q", r.Ending)
	case r.Ending == Reached && (r.Target == nil || !r.Target.Reached):
		return fmt.Errorf("ending is %q, and no target was reached", r.Ending)
	}
	for _, text := range r.Warnings { // which a terminal is shown
		if strings.ContainsFunc(text, unicode.IsControl) {
			return fmt.Errorf("a warning is %.40q", text)
		}
	}
	if t := r.Target; t != nil && t.Reached && (t.Step == nil || *t.Step < 0 || *t.Step > r.Steps || t.Seconds == nil || !(*t.Seconds >= 0)) {
		return fmt.Errorf("the target is reached at no step of %d", r.Steps)
	}
	if err := checkScores(r.Scores); err != nil {
		return err
	}
	return r.checkHistory()
}

func (r *Run) checkHistory() error {
	last := &Record{}
	for i := range r.History {
		rec := &r.History[i]
		switch {
		case rec.Step <= last.Step || rec.Step > r.Steps:
			return fmt.Errorf("the history has step %d after %d of %d", rec.Step, last.Step, r.Steps)
		case rec.Epoch < last.Epoch || rec.Epoch < 1:
			return fmt.Errorf("the history has epoch %d after %d", rec.Epoch, last.Epoch)
		case !(rec.TrainSeconds >= last.TrainSeconds):
			return fmt.Errorf("the history has second %g after %g", float64(rec.TrainSeconds), float64(last.TrainSeconds))
		}
		if err := checkScores(rec.Scores); err != nil {
			return fmt.Errorf("step %d: %w", rec.Step, err)
		}
		last = rec
	}
	if len(r.History) == 0 {
		return nil
	}
	if !same(r.TrainLoss, last.TrainLoss) {
		return fmt.Errorf("train_loss is %g, and %g in the history", float64(r.TrainLoss), float64(last.TrainLoss))
	}
	for _, s := range r.Scores {
		if v := last.Score(s.Name); !same(s.Value, Number(v)) {
			return fmt.Errorf("%.40s is %g, and %g in the history", s.Name, float64(s.Value), v)
		}
	}
	return nil
}

// checkScores holds scores to the range that their names tell. NaN is one that
// was not measured, or a number that JSON has not.
func checkScores(scores Fields[Number]) error {
	for _, s := range scores {
		v, high := float64(s.Value), math.Inf(1)
		switch {
		case strings.HasSuffix(s.Name, "accuracy"):
			high = 1
		case !strings.HasSuffix(s.Name, "error"):
			continue
		}
		if v < 0 || v > high {
			return fmt.Errorf("%.40s is %g", s.Name, v)
		}
	}
	return nil
}

func same(v, w Number) bool { return v == w || v != v && w != w }
