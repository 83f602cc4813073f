package trainer

import "errors"

// EventKind says what has happened in a run.
type EventKind int

// The events of a run.
const (
	StepDone  EventKind = iota // a step was taken
	Evaluated                  // an evaluation was recorded
	Ended                      // the run is over, in good order or diverged; told once
)

// Event is what a callback is told. It is the callback's only until it returns.
type Event struct {
	Kind         EventKind
	Step, Total  int      // steps taken, and in the whole run; Total is 0 where nobody knows it
	Epoch        int      // the epoch that Step belongs to, counted from 1
	Loss         float64  // h before the last step
	Examples     int      // in its mini-batch
	LearningRate float64  // of the last step, schedule included
	Record       *Record  // of an Evaluated event
	History      []Record // all records of the run so far, not to be written to
}

// Callback is told of events, in the order of Trainer.Callbacks. ErrStop ends
// the run when all callbacks have been told; any other error ends it at once, as a
// failure. Of Ended, ErrStop means nothing.
//
// A callback that keeps numbers between events has methods MarshalBinary and
// UnmarshalBinary and stands in Trainer.Keep as well, for a run that is resumed.
type Callback func(*Event) error

// ErrStop, returned by a callback, ends a run early and in good order.
var ErrStop = errors.New("trainer: stopped by a callback")

func (r *run) tell(kind EventKind, rec *Record) error {
	r.event = Event{
		Kind: kind, Record: rec, History: r.res.History,
		Step: r.res.Steps, Total: r.total, Epoch: r.epoch(),
		Loss: r.loss, Examples: r.examples, LearningRate: r.rate,
	}
	if r.share != nil {
		return r.tellTogether()
	}
	return r.tellCallbacks()
}

func (r *run) tellCallbacks() error {
	var stop error
	for _, f := range r.Callbacks {
		switch err := f(&r.event); {
		case errors.Is(err, ErrStop):
			stop, r.between = err, false // what is saved from here on would not end
		case err != nil:
			return err
		}
	}
	return stop
}
