package trainer

import (
	"context"
	"errors"
	"time"
)

// advance takes steps, and calls f after each with whether there was an event and whether
// an epoch, or the run, ended with an evaluation, until f returns false, the run is over
// or ctx ends. The error is the run's, or ctx's.
func (r *run) advance(ctx context.Context, f func(news, epoch bool) bool) error {
	work := ctx
	if r.FinishSteps || r.share != nil {
		work = context.WithoutCancel(ctx)
	}
	r.logBegin(ctx)
	r.assemble(ctx)
	for !r.closed && !r.stopped && !r.ended && !r.done() {
		if err := r.interrupted(ctx); err != nil {
			r.logEnd(ctx, err)
			return err
		}
		news, epoch, err := r.turn(work)
		if err != nil {
			r.fail(ctx, err)
			return err
		}
		if !f(news, epoch) {
			return nil
		}
	}
	r.finish(ctx)
	return r.err
}

// turn takes a step with its evaluation, or goes over the end of an epoch whose number of
// steps was not known.
func (r *run) turn(ctx context.Context) (news, epoch bool, err error) {
	r.between = false
	start := time.Now()
	batch, err := r.nextBatch()
	if r.share != nil {
		batch, err = r.shared(batch, err)
	}
	if err != nil {
		return false, false, err
	}
	if batch == nil {
		return r.endEpoch(ctx)
	}
	due, err := r.step(ctx, batch, start)
	if err != nil {
		return false, false, err
	}
	r.between = !due
	r.logStep(ctx)
	if err := r.unlessStopped(r.tell(StepDone, nil)); err != nil || !due || r.stopped {
		return true, false, err
	}
	err = r.unlessStopped(r.evaluate(ctx))
	return true, r.perEpoch > 0 && r.res.Steps%r.perEpoch == 0 || r.done(), err
}

// endEpoch counts an epoch whose end was seen, and evaluates, unless its last step did.
func (r *run) endEpoch(ctx context.Context) (news, epoch bool, err error) {
	r.open, r.over = false, false
	r.res.Epochs++
	if r.weight == 0 {
		r.between = !r.done()
		return false, true, nil
	}
	return true, true, r.unlessStopped(r.evaluate(ctx))
}

// unlessStopped keeps in mind that a callback has stopped the run, which is no error.
func (r *run) unlessStopped(err error) error {
	if errors.Is(err, ErrStop) {
		r.stopped, err = true, nil
	}
	return err
}

// fail ends the run with an error.
func (r *run) fail(ctx context.Context, err error) {
	r.closed, r.err = true, err
	r.logEnd(ctx, err)
}

// finish ends the run in good order, unless it is over.
func (r *run) finish(ctx context.Context) {
	if !r.closed {
		r.closed = true
		r.err = r.end()
		r.logEnd(ctx, r.err)
	}
}
