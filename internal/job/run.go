package job

import (
	"cmp"
	"context"
	"errors"
	"math"
	"time"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// Run is a run that is being made, or has been.
type Run struct {
	Spec  *Spec // resolved
	Data  *datasets.Dataset
	Model *trainer.Model

	PerEpoch, Total int    // steps
	Ending          string // as package results has it
	Limit           Limit

	trainer    *trainer.Trainer
	loader     *datasets.Loader
	result     *trainer.Result
	lossSum    float64         // over all steps
	kfac       *kfac.Optimizer // nil: another one trains
	watch      *stopwatch      // nil: kfac, which times its own steps
	found      float64         // λ of the first step, where it was not given
	intervals  []interval      // by record
	since      interval        // since the last record
	started    time.Time
	known      snapshot
	hooks      []trainer.Callback
	dataDigest string                 // see digest; empty: not taken yet
	stopping   *trainer.EarlyStopping // nil: nothing is held back to say what is best
}

// Limit is the cost from which on a run is cut, at the next evaluation: steps, or
// seconds of training. The zero value is none.
type Limit struct{ Steps, Seconds float64 }

// New builds the run of a resolved spec on data that the spec has opened.
func New(s *Spec, d *datasets.Dataset) (*Run, error) {
	r := &Run{Spec: s, Data: d, result: &trainer.Result{}, started: time.Now(), Ending: results.Done}
	var err error
	if r.loader, err = s.trainingLoader(d); err != nil {
		return nil, err
	}
	evals, err := s.evaluations(d)
	if err != nil {
		return nil, err
	}
	if r.Model, err = s.NewModel(d); err != nil {
		return nil, err
	}
	optimizer, err := s.NewOptimizer()
	if err != nil {
		return nil, err
	}
	if k, ok := optimizer.(*kfac.Optimizer); ok {
		r.kfac = k
	} else {
		r.watch = newStopwatch(optimizer)
		optimizer = r.watch
	}
	parts := max(s.Accumulate, 1)
	r.PerEpoch = (r.loader.Steps() + parts - 1) / parts
	r.Total = s.total(r.PerEpoch)
	if s.DryRun {
		r.Total = 1
	}
	r.trainer = &trainer.Trainer{
		Model: r.Model, Optimizer: optimizer, MaxSteps: r.Total, Schedule: s.schedule(r.Total),
		ClipNorm: s.ClipNorm, EvalEvery: s.EvalEvery, Accumulate: s.Accumulate, Evaluations: evals, Metrics: s.model().metrics(),
		Group: s.Group,
	}
	r.trainer.Keep = []trainer.Kept{{Name: "job", State: counters{r}}}
	if s.Validation > 0 {
		r.stopping = &trainer.EarlyStopping{Metric: s.Judge(), Patience: cmp.Or(s.Patience, trainer.None), Model: r.Model, Optimizer: optimizer}
		r.trainer.Keep = append(r.trainer.Keep, trainer.Kept{Name: "best weights", State: r.stopping})
	}
	return r, nil
}

// Fit trains, and shows each event. It returns nil where the run ended as it was
// asked to, or one of the endings ([IsEnding]), or what failed.
func (r *Run) Fit(ctx context.Context, show trainer.Callback) error {
	target := r.Spec.Target
	callbacks := []trainer.Callback{r.observe, show}
	if target != nil {
		callbacks = append(callbacks, func(e *trainer.Event) error {
			err := target.Callback(e)
			r.known.aim(*target)
			return err
		})
	}
	if r.stopping != nil {
		callbacks = append(callbacks, r.stopping.Callback)
	}
	r.trainer.Callbacks = append(append(callbacks, r.cut), r.hooks...)
	result, err := r.trainer.Fit(ctx, r.loader)
	r.result = result
	var diverged *trainer.DivergedError
	var rise *trainer.RiseError
	switch {
	case errors.As(err, &rise) && target != nil && target.Reached: // what was asked for is there
		r.result.Rises = append(r.result.Rises, rise)
		r.Ending = results.Reached
	case errors.As(err, &diverged), errors.Is(err, kfac.ErrNotPositive):
		r.Ending = results.Diverged
		return r.hint(err)
	case err != nil && (ctx.Err() != nil || interruptedElsewhere(ctx, err)):
		r.Ending = results.Interrupted
		return Interrupted(ctx, result.Steps)
	case err != nil:
		return r.hint(err)
	case target != nil && target.Reached:
		r.Ending = results.Reached
	case r.stopping != nil && r.stopping.Stopped() && result.Steps < r.Total:
		r.Ending = results.Stalled
	}
	if target != nil && !target.Reached && !r.Spec.DryRun {
		if !r.trainer.GoOn || !r.reachedBefore(target) {
			return r.missed()
		}
		r.Ending = results.Reached
	}
	return nil
}

// Hook adds a callback that is told of each event after the run's own have been.
func (r *Run) Hook(f trainer.Callback) { r.hooks = append(r.hooks, f) }

// Trainer is the loop, for who saves its state. Keep may be added to.
func (r *Run) Trainer() *trainer.Trainer { return r.trainer }

// Damping is λ of the last step; ok is false of optimizers that have none.
func (r *Run) Damping() (lambda float64, ok bool) {
	if r.kfac == nil {
		return 0, false
	}
	return r.kfac.Stats().Damping, true
}

// reachedBefore looks for a target among the evaluations of a run that was given another
// one after its end.
func (r *Run) reachedBefore(target *trainer.Target) bool {
	for i := range r.result.History {
		rec := &r.result.History[i]
		if target.Callback(&trainer.Event{Kind: trainer.Evaluated, Step: rec.Step, Record: rec}) != nil && target.Reached {
			return true
		}
	}
	return false
}

// KeepsBest reports whether the model has the weights that were best on the part that
// was held back.
func (r *Run) KeepsBest() bool { return r.stopping != nil && r.stopping.Restored() }

// Averaged runs f with the parameters that evaluations are made with: once a run with a
// validation part has ended, those of the best one.
func (r *Run) Averaged(f func() error) error {
	if r.KeepsBest() {
		return f()
	}
	if averager, ok := r.trainer.Optimizer.(trainer.Averager); ok {
		return averager.Averaged(f)
	}
	return f()
}

// cut ends a run at its limit.
func (r *Run) cut(e *trainer.Event) error {
	if e.Kind != trainer.Evaluated || e.Step >= e.Total {
		return nil
	}
	steps, seconds := r.Limit.Steps, r.Limit.Seconds
	if steps > 0 && float64(e.Step) > steps || seconds > 0 && e.Record.TrainSeconds > seconds {
		r.Ending = results.Cut
		return trainer.ErrStop
	}
	return nil
}

// observe comes before the callbacks that read scores.
func (r *Run) observe(e *trainer.Event) error {
	switch e.Kind {
	case trainer.StepDone:
		r.lossSum += e.Loss
		if r.kfac == nil {
			r.since.phases.add(r.watch.steps)
			break
		}
		stats := r.kfac.Stats()
		r.since.addKFAC(stats)
		if e.Step == 1 && r.Spec.KFAC.Damping == 0 {
			r.found = stats.Damping
		}
	case trainer.Evaluated:
		// The first training examples go without a prefix, for reconstruction_error to have its name.
		if loss, ok := e.Record.Scores["loss"]; ok {
			e.Record.Scores[SubsetLoss] = loss
			e.Record.HigherIsBetter[SubsetLoss] = false
			delete(e.Record.Scores, "loss")
		}
		r.intervals = append(r.intervals, r.since)
		r.since = interval{}
	}
	r.known.note(r, e)
	return nil
}

// trainLoss is the last record's, or the mean over all steps if there is none;
// NaN before the first step.
func (r *Run) trainLoss() float64 {
	if n := len(r.result.History); n > 0 {
		return r.result.History[n-1].TrainLoss
	}
	return r.lossSum / float64(r.result.Steps)
}

// Score is the last record's, or NaN.
func (r *Run) Score(name string) float64 {
	if n := len(r.result.History); n > 0 {
		return r.result.History[n-1].Scores[name]
	}
	return math.NaN()
}

// Steps is how many were taken.
func (r *Run) Steps() int { return r.result.Steps }

// RateAt is the schedule's factor on the learning rate of a step, counted from 0.
func (r *Run) RateAt(step int) float64 { return r.trainer.Schedule(step, r.Total) }
