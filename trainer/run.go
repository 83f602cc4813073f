package trainer

import (
	"errors"
	"fmt"
	"reflect"
	"time"
)

// run is the state of one run, of Fit or of Begin.
type run struct {
	*Trainer
	train        Source
	accumulation *Accumulation // of the mini-batch, or of this process's share
	share        *Share        // of a group's mini-batch; nil without a group
	calledOff    error         // why a process of the group ends the run before the next step
	schedule     Schedule
	total        int // steps; 0: not known
	perEpoch     int // steps; 0: not known
	res          Result
	between      bool    // two steps: the run can be saved
	ended        bool    // in good order, as the state that was restored says
	loss         float64 // of the last step
	rate         float64 // of the last step
	higher       map[string]bool
	examples     int     // of the last step
	unit         int     // examples of the first step
	lossSum      float64 // since the last record, in units of unit examples
	weight       float64 // of lossSum
	spent        time.Duration
	clip         clippedCurvature // here, and the event, so that a step allocates nothing
	event        Event
	trend        trend

	// Of an epoch of unknown length: a step was taken in it; its end was seen already.
	open, over bool

	begun   bool  // the logger was told
	stopped bool  // by a callback
	closed  bool  // there are no more steps: the run is over, with err
	err     error // of the run
}

func (t *Trainer) newRun(train Source) (*run, error) {
	switch {
	case t.Model == nil || t.Optimizer == nil || train == nil:
		return nil, errors.New("trainer: Fit needs a model, an optimizer and data")
	case t.Epochs < 0 || t.MaxSteps < 0 || t.EvalEvery < 0 || t.Accumulate < 0 || !(t.ClipNorm >= 0):
		return nil, errors.New("trainer: Epochs, MaxSteps, EvalEvery, Accumulate and ClipNorm must not be negative")
	case t.Epochs == 0 && t.MaxSteps == 0:
		return nil, errors.New("trainer: set Epochs or MaxSteps")
	case train.Steps() == 0:
		return nil, errNoBatch
	case train.Steps() < 0 && t.MaxSteps == 0 && t.Schedule != nil:
		return nil, errors.New("trainer: the schedule needs the number of steps, which data of unknown length do not tell: set MaxSteps, or tell the data how many examples an epoch has; a constant rate is Schedule: nil")
	}
	higher, err := directions(t.Evaluations, t.Metrics)
	if err != nil {
		return nil, err
	}
	for _, e := range t.Evaluations {
		if e.Source == nil {
			return nil, fmt.Errorf("trainer: evaluation %q has no data", e.Prefix)
		}
		if _, rewinds := train.(Rewinder); same(e.Source, train) && !rewinds {
			return nil, fmt.Errorf("trainer: evaluation %q reads from the source that the run trains on: give it one of its own", e.Prefix)
		}
	}
	r := &run{Trainer: t, train: train, schedule: t.Schedule, higher: higher, between: true}
	parts := max(t.Accumulate, 1)
	if steps := train.Steps(); steps > 0 {
		r.perEpoch = (steps + parts - 1) / parts
	}
	if t.Group != nil {
		r.share = NewShare(t.Model, t.Group)
		r.accumulation = r.share.Accumulation
	} else {
		r.accumulation = NewAccumulation(t.Model)
	}
	r.trend = trend{model: t.Model, start: copyOf(t.Model.learned)}
	if r.schedule == nil {
		r.schedule = Constant()
	}
	r.total = t.Epochs * r.perEpoch
	if r.total == 0 || t.MaxSteps > 0 && t.MaxSteps < r.total {
		r.total = t.MaxSteps
	}
	if t.pending != nil {
		if err := r.resume(); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// same reports whether two sources are one. Sources of a type that cannot be
// compared, such as a struct with a slice in it, count as two.
func same(a, b Source) bool {
	return reflect.ValueOf(a).Comparable() && a == b
}
