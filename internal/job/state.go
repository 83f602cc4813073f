package job

import (
	"fmt"
	"strings"
	"time"

	"github.com/gokfac/gokfac/internal/codec"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/kfac"
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
	ending                  string
	intervals               []byte
}

func (s *runState) fields() []codec.Field {
	return []codec.Field{
		{Name: "loss sum", Value: &s.lossSum}, {Name: "damping found", Value: &s.found},
		{Name: "reached", Value: &s.reached}, {Name: "target step", Value: &s.step},
		{Name: "target seconds", Value: &s.seconds}, {Name: "ending", Value: &s.ending}, {Name: "intervals", Value: &s.intervals},
	}
}

// MarshalBinary encodes the counters. The interval that has not ended is the last.
func (c counters) MarshalBinary() ([]byte, error) {
	r := c.r
	s := runState{lossSum: r.lossSum, found: r.found, ending: r.Ending}
	if s.ending == results.Interrupted {
		s.ending = results.Done // as it will be when it has gone on
	}
	if t := r.Spec.Target; t != nil {
		s.reached, s.step, s.seconds = t.Reached, t.Step, t.Seconds
	}
	var list [][]byte
	for _, v := range append(r.intervals[:len(r.intervals):len(r.intervals)], r.since) {
		data, err := v.marshal()
		if err != nil {
			return nil, err
		}
		list = append(list, data)
	}
	s.intervals = codec.EncodeList(list)
	return codec.Encode("job", stateVersion, s.fields())
}

// UnmarshalBinary restores the counters, or changes none of them.
func (c counters) UnmarshalBinary(data []byte) error {
	var s runState
	if err := codec.Decode(data, "job", stateVersion, s.fields()); err != nil {
		return err
	}
	list, err := codec.DecodeList(s.intervals)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fmt.Errorf("job state: no interval")
	}
	intervals := make([]interval, len(list))
	for i, data := range list {
		if err := intervals[i].unmarshal(data); err != nil {
			return err
		}
		if intervals[i].last != nil != (c.r.kfac != nil) && len(intervals[i].phases) > 0 {
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

// intervalState is what an interval is encoded as.
type intervalState struct {
	names            string // of phases, each ended by a newline
	times, last, rho []byte // of phases in seconds; statistics, empty: none
	undone           int
}

func (s *intervalState) fields() []codec.Field {
	return []codec.Field{
		{Name: "phases", Value: &s.names}, {Name: "times", Value: &s.times}, {Name: "last", Value: &s.last},
		{Name: "rho", Value: &s.rho}, {Name: "undone", Value: &s.undone},
	}
}

func (v *interval) marshal() ([]byte, error) {
	s := intervalState{undone: v.undone}
	var times []float64
	for _, p := range v.phases {
		s.names += p.name + "\n"
		times = append(times, p.spent.Seconds())
	}
	s.times = codec.EncodeFloats(times)
	for _, stats := range []struct {
		to   *[]byte
		from *kfac.Stats
	}{{&s.last, v.last}, {&s.rho, v.rho}} {
		if stats.from == nil {
			continue
		}
		var err error
		if *stats.to, err = stats.from.MarshalBinary(); err != nil {
			return nil, err
		}
	}
	return codec.Encode("interval", stateVersion, s.fields())
}

func (v *interval) unmarshal(data []byte) error {
	var s intervalState
	if err := codec.Decode(data, "interval", stateVersion, s.fields()); err != nil {
		return err
	}
	times, err := codec.DecodeFloats(s.times)
	if err != nil {
		return err
	}
	next := interval{undone: s.undone}
	for _, seconds := range times {
		name, rest, ok := strings.Cut(s.names, "\n")
		if !ok {
			return fmt.Errorf("job state: %d times of fewer phases", len(times))
		}
		next.phases, s.names = append(next.phases, phase{name, time.Duration(seconds * float64(time.Second))}), rest
	}
	for _, stats := range []struct {
		to   **kfac.Stats
		from []byte
	}{{&next.last, s.last}, {&next.rho, s.rho}} {
		if len(stats.from) == 0 {
			continue
		}
		*stats.to = &kfac.Stats{}
		if err := (*stats.to).UnmarshalBinary(stats.from); err != nil {
			return err
		}
	}
	*v = next
	return nil
}
