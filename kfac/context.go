package kfac

import (
	"context"

	"github.com/gokfac/gokfac/graph"
)

// StepContext is Step, but ends early, with ctx's error, once ctx has ended:
// between inversions, and in the middle of one, which
// takes seconds for a factor of order 10,000. The parameters are then as they
// were, but the averages have taken the mini-batch in, so that a state saved
// afterwards does not go on with the same bits. Trainer.Fit calls it.
func (o *Optimizer) StepContext(ctx context.Context, obj graph.Objective) (float64, error) {
	o.pre.decomposers.ctx = ctx
	defer o.pre.decomposers.forget()
	return o.Step(obj)
}

func (s *decomposers) forget() { s.ctx = nil }

// ended is the error of the step's context.
func (s *decomposers) ended() error {
	if s.ctx == nil {
		return nil
	}
	return s.ctx.Err()
}

// stopWith makes decompositions end with ctx, or with nothing.
func (w *workspace) stopWith(ctx context.Context) {
	w.done = nil
	if ctx != nil {
		w.done = ctx.Done()
	}
	w.inverter.Done, w.eigen.Done = w.done, w.done
}

func (w *workspace) stopped() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}
