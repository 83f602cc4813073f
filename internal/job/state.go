package job

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/internal/codec"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// stateVersion is of what a run keeps beside the trainer's state.
const stateVersion = 1

// counters are a run's own numbers as a part of the trainer's state: which diagnostics
// belong to which evaluation, and what the target knows.
type counters struct{ r *Run }

var _ trainer.State = counters{}

// runState is what counters are encoded as.
type runState struct {
	lossSum, found, seconds float64 // seconds: where the target was reached
	step                    int
	reached                 bool
	ending, config          string
	intervals               []byte
}

func (s *runState) fields() []codec.Field {
	return []codec.Field{
		{Name: "loss sum", Value: &s.lossSum}, {Name: "damping found", Value: &s.found},
		{Name: "reached", Value: &s.reached}, {Name: "target step", Value: &s.step},
		{Name: "target seconds", Value: &s.seconds}, {Name: "ending", Value: &s.ending}, {Name: "configuration", Value: &s.config}, {Name: "intervals", Value: &s.intervals},
	}
}

// MarshalBinary encodes the counters. The interval that has not ended is the last.
func (c counters) MarshalBinary() ([]byte, error) {
	r := c.r
	s := runState{lossSum: r.lossSum, found: r.found, ending: r.Ending, config: binding(r.Spec)}
	if s.ending == results.Interrupted {
		s.ending = results.Done // as it will be when it has gone on
	}
	if t := r.Spec.Target; t != nil {
		s.reached, s.step, s.seconds = t.Reached, t.Step, t.Seconds
	}
	var err error
	if s.intervals, err = marshalIntervals(append(r.intervals[:len(r.intervals):len(r.intervals)], r.since)); err != nil {
		return nil, err
	}
	return codec.Encode("job", stateVersion, s.fields())
}

// UnmarshalBinary restores the counters, or changes none of them.
func (c counters) UnmarshalBinary(data []byte) error {
	var s runState
	if err := codec.Decode(data, "job", stateVersion, s.fields()); err != nil {
		return err
	}
	if err := bound(s.config, c.r.Spec); err != nil {
		return err
	}
	intervals, err := unmarshalIntervals(s.intervals)
	if err != nil {
		return fmt.Errorf("job state: %w", err)
	}
	for i := range intervals {
		if (intervals[i].last != nil) != (c.r.kfac != nil) && len(intervals[i].phases) > 0 {
			return fmt.Errorf("job state: diagnostics of another optimizer")
		}
	}
	r, last := c.r, len(intervals)-1
	r.lossSum, r.found = s.lossSum, s.found
	if r.Ending = s.ending; r.trainer.GoOn {
		r.Ending = results.Done // it is to be ended anew
	}
	if t := r.Spec.Target; t != nil && !r.trainer.GoOn {
		t.Reached, t.Step, t.Seconds = s.reached, s.step, s.seconds
	}
	r.intervals, r.since = intervals[:last:last], intervals[last]
	return nil
}

// free are the settings that a state is not bound to: what changes none of the steps that
// were taken, and where the data lie, which their digest tells.
var free = []string{"epochs", "max_steps", "target", "patience", "dataset", "data_dir", "download", "load", "dry_run"}

// binding is the configuration that a state belongs to.
func binding(s *Spec) string {
	config := slices.DeleteFunc(configOf(s), func(f results.Field[any]) bool { return slices.Contains(free, f.Name) })
	text, err := config.MarshalJSON()
	if err != nil {
		return ""
	}
	return string(text)
}

// bound returns an error if a state is of another configuration.
func bound(saved string, s *Spec) error {
	now := binding(s)
	if saved == now {
		return nil
	}
	var was, is results.Fields[json.RawMessage]
	if was.UnmarshalJSON([]byte(saved)) == nil && is.UnmarshalJSON([]byte(now)) == nil {
		if s.Moved && len(was) == len(is) && !slices.ContainsFunc(is, func(f results.Field[json.RawMessage]) bool {
			v, ok := was.Get(f.Name)
			return f.Name != "workers" && (!ok || string(v) != string(f.Value))
		}) {
			return nil
		}
		for _, f := range is {
			if v, ok := was.Get(f.Name); ok && string(v) != string(f.Value) {
				return fmt.Errorf("it is of another run: its %s is %s, and here it is %s", f.Name, v, f.Value)
			}
		}
	}
	return errors.New("it is of another run, with another configuration")
}
