package job

import (
	"sync"

	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// snapshot is what is known of a run while it is being made. The run itself
// belongs to the goroutine that makes it.
type snapshot struct {
	mu        sync.Mutex
	result    trainer.Result
	lossSum   float64
	intervals []interval
	target    trainer.Target // zero: it was not reached
}

// note takes an event in, after what the run itself knows of it.
func (p *snapshot) note(r *Run, e *trainer.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.result.Steps, p.result.Epochs, p.lossSum = e.Step, e.Step/r.PerEpoch, r.lossSum
	p.result.History = e.History
	p.intervals = r.intervals
	if e.Kind != trainer.Evaluated {
		p.result.TrainSeconds = r.since.seconds()
		if n := len(p.result.History); n > 0 {
			p.result.TrainSeconds += p.result.History[n-1].TrainSeconds
		}
		return
	}
	p.result.TrainSeconds = e.Record.TrainSeconds
}

// aim takes the target in, after an event.
func (p *snapshot) aim(target trainer.Target) {
	if target.Reached {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.target = target
	}
}

// Left is a run that has been left in the middle of a step or an evaluation, as
// it was after the last one before.
func (r *Run) Left() *Run {
	r.known.mu.Lock()
	defer r.known.mu.Unlock()
	result, s := r.known.result, *r.Spec
	if s.Target != nil {
		target := r.known.target
		target.Metric, target.Value = s.Target.Metric, s.Target.Value
		s.Target = &target
	}
	return &Run{
		Spec: &s, Data: r.Data, Model: r.Model, PerEpoch: r.PerEpoch, Total: r.Total, result: &result, lossSum: r.known.lossSum,
		intervals: r.known.intervals, started: r.started, Ending: results.Interrupted,
	}
}

// SoFar is the record of a run that is being made, for any goroutine.
func (r *Run) SoFar() *results.Run {
	left := r.Left()
	left.Ending = results.Done // which it has not, yet: nobody is to take it for interrupted
	return left.Record()
}

// seconds is what the steps of an interval took.
func (v *interval) seconds() (s float64) {
	for _, p := range v.phases {
		s += p.spent.Seconds()
	}
	return s
}
