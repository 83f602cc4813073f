package kfac

import (
	"context"

	"github.com/gokfac/gokfac/graph"
)

// StepContext is Step with a context. Once ctx has ended, StepContext returns ctx's
// error before the next inversion, or in the middle of one, since an inversion takes
// seconds for a factor of order 10,000. The parameters are then unchanged. The
// averages have taken the mini-batch in, so that a state saved afterwards does not
// continue with the same bits. Trainer.Fit calls StepContext.
func (o *Optimizer) StepContext(ctx context.Context, obj graph.Objective) (float64, error) {
	o.pre.decomposers.ctx = ctx
	defer o.pre.decomposers.forget()
	return o.Step(obj)
}

// forget drops the context of the step.
func (s *decomposers) forget() { s.ctx = nil }

// ended returns the error of the step's context: nil while it has not ended, and
// without one.
func (s *decomposers) ended() error {
	if s.ctx == nil {
		return nil
	}
	return s.ctx.Err()
}

// stopWith makes decompositions in w stop when ctx ends. A nil ctx stops none.
func (w *workspace) stopWith(ctx context.Context) {
	w.done = nil
	if ctx != nil {
		w.done = ctx.Done()
	}
	w.inverter.Done, w.single.Done, w.eigen.Done = w.done, w.done, w.done
	w.leading32.Done, w.leading64.Done = w.done, w.done
}

// stopped reports whether the context has ended.
func (w *workspace) stopped() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}
