package trainer

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/distributed"
)

// Processes of a group go through a run together: they take the same steps, end at the same
// one, and know the same of it. What only one of them can know is told to all:
//
//	a stop, or an error, of a callback     after each event
//	a context that has ended               after each event, and before the first step
//	scores of an evaluation                by rank 0
//	whether the run got worse              by rank 0, at the end
//	an error in a pass                     by Share, in the next message

// assemble lets the processes agree, before the first of some steps, on whether to begin: no
// context has ended, and all have the same parameters.
func (r *run) assemble(ctx context.Context) {
	if r.share == nil {
		return
	}
	r.share.ctx = ctx
	if r.closed || r.stopped || r.ended || r.done() {
		return
	}
	r.share.step = uint64(r.res.Steps)
	_, err := r.together(func() error { return nil })
	if err == nil {
		err = r.sameSettings()
	}
	if err == nil {
		err = r.share.checkDrift(r.res.Steps)
	}
	r.calledOff = err
}

// sameSettings returns an error, on all processes, unless they are about to make the same
// steps.
func (r *run) sameSettings() error {
	text := fmt.Appendf(nil, "%d steps after %d, %d in an epoch, %d epochs; evaluations every %d steps; mini-batches of %d parts; clipping %v; optimizer %T with a learning rate of %v",
		r.total, r.res.Steps, r.perEpoch, r.Epochs, r.EvalEvery, max(r.Accumulate, 1), r.ClipNorm, r.Optimizer, r.Optimizer.LearningRate())
	all, err := r.Group.Gather(text)
	if err != nil {
		return err
	}
	for rank, other := range all {
		if !bytes.Equal(other, all[0]) {
			return fmt.Errorf("trainer: process %d is to make another run than process 0: %s; process 0: %s", rank, other, all[0])
		}
	}
	return nil
}

// interrupted returns why the run ends before the next step, if it does.
func (r *run) interrupted(ctx context.Context) error {
	if r.share == nil {
		return ctx.Err()
	}
	err := r.calledOff
	r.calledOff = nil
	if err != nil && r.ctxEnded(err) {
		if lost := r.joinAll(); lost != nil {
			err = errors.Join(err, lost)
		}
	}
	return err
}

// shared makes the mini-batch of the group of the process's share.
func (r *run) shared(batch MiniBatch, err error) (MiniBatch, error) {
	if r.perEpoch == 0 { // only the data know whether there is another mini-batch
		over := float64(bit(batch == nil && err == nil))
		sum := []float64{over, float64(bit(err != nil))}
		if err := r.Group.Sum64(sum); err != nil {
			return nil, err
		}
		switch {
		case sum[1] > 0:
			return nil, r.share.whoFailed(err)
		case sum[0] == float64(r.Group.Size()):
			return nil, nil
		case sum[0] > 0:
			return nil, errors.New("trainer: the data of some processes end before those of the others: all need the same")
		}
	}
	if err != nil {
		r.share.refuse(err)
	} else {
		r.share.begin(batch)
	}
	return r.share, nil
}

// tellTogether tells the callbacks of all processes of the event.
func (r *run) tellTogether() error {
	stop, err := r.together(r.tellCallbacks)
	switch {
	case err == nil && stop:
		r.between = false
		return ErrStop
	case err != nil && r.ctxEnded(err):
		if r.event.Kind != Ended {
			r.calledOff = err
		}
		err = nil
	}
	if n := r.res.Steps; err == nil && r.event.Kind == StepDone && (n == 1 || n%driftSteps == 0) {
		err = r.share.checkDrift(n)
	}
	return err
}

// What a process says after f.
const (
	goesOn byte = iota
	wantsStop
	wantsEnd // its context has ended
)

// together runs f on every process, and reports whether one of them wants to stop. The
// error is that of f, here or elsewhere, or of the context.
func (r *run) together(f func() error) (stop bool, err error) {
	s := r.share
	all, err := distributed.AwaitAsking(r.Group, func(ask distributed.Ask) ([]byte, error) {
		s.ask = ask
		defer func() { s.ask = nil }()
		said := []byte{goesOn}
		switch err := f(); {
		case errors.Is(err, ErrStop):
			said[0] = wantsStop
		case err != nil:
			return nil, err
		case s.ctx.Err() != nil:
			said[0] = wantsEnd
		}
		return said, nil
	}, r.part)
	if err != nil {
		return false, err
	}
	for rank, said := range all {
		switch {
		case len(said) == 1 && said[0] == wantsStop:
			stop = true
		case len(said) == 1 && said[0] == wantsEnd && s.ctx.Err() != nil:
			err = s.ctx.Err()
		case len(said) == 1 && said[0] == wantsEnd && err == nil:
			err = &InterruptedError{Rank: rank}
		}
	}
	if stop {
		return true, nil
	}
	return false, err
}

func (r *run) ctxEnded(err error) bool {
	by := (*InterruptedError)(nil)
	return errors.As(err, &by) || r.share.ctx.Err() != nil && errors.Is(err, r.share.ctx.Err())
}

// InterruptedError is the error of a run of a group on the processes whose own context has
// not ended.
type InterruptedError struct {
	Rank int // of the process whose context has ended
}

func (e *InterruptedError) Error() string {
	return fmt.Sprintf("trainer: the run was interrupted on process %d", e.Rank)
}

// Is reports that the run was canceled.
func (e *InterruptedError) Is(target error) bool { return target == context.Canceled }
