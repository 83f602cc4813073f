package trainer

import (
	"context"
	"iter"
)

// Run is a run whose steps the caller takes one by one, in place of Fit. It is between two
// steps whenever the caller has it: everything is consistent, Trainer.MarshalBinary saves
// it, and a loop that was left can be entered again and goes on. Steps and Epochs may take
// turns.
//
// It is not safe for concurrent use.
type Run struct{ run *run }

// Begin begins the run that Fit would make, and takes no step yet. Its errors are Fit's.
// A state that Trainer.UnmarshalBinary or Resume has read is taken over here.
func (t *Trainer) Begin(train Source) (*Run, error) {
	r, err := t.newRun(train)
	if err != nil {
		return nil, err
	}
	t.current = r
	return &Run{r}, nil
}

// Steps takes the steps that are left, and gives the event of each after callbacks were
// told, and after the evaluation that was due: then the event is Evaluated and has the
// Record, otherwise it is StepDone. The loop ends with the run, or with an error, which
// comes by itself and is what Fit returns.
//
// A loop that is left pauses the run, and ends nothing: no callback is told. [Run.End]
// ends it before its last step.
//
// Of data of unknown length (Source.Steps < 0) an epoch's end is seen when the next
// mini-batch is asked for. Its evaluation is then a further event, with the number of the
// step before.
//
// After an error the run is over, and another loop gives the same error. A context that
// has ended between two steps is an exception: another loop, with another context, goes on.
func (r *Run) Steps(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		err := r.run.advance(ctx, func(news, _ bool) bool { return !news || yield(r.run.event, nil) })
		if err != nil {
			yield(Event{}, err)
		}
	}
}

// Epochs takes the steps that are left, and gives the record of the evaluation at each
// epoch's end, and at the run's. Result has those between. Otherwise it is like Steps.
func (r *Run) Epochs(ctx context.Context) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		err := r.run.advance(ctx, func(_, epoch bool) bool {
			history := r.run.res.History
			return !epoch || yield(history[len(history)-1], nil)
		})
		if err != nil {
			yield(Record{}, err)
		}
	}
}

// Result is what the run has come to so far. It is the run's own and changes with it.
func (r *Run) Result() *Result { return &r.run.res }

// End ends the run in good order, as a callback that returns ErrStop: callbacks are told
// Ended, and a run that got worse is a *DivergedError. Of a run that is over it returns
// how it ended.
func (r *Run) End() (*Result, error) {
	r.run.finish(context.Background())
	return &r.run.res, r.run.err
}
