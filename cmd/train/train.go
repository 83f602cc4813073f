package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// train does what s asks for. When training has begun, the result is printed
// however it ended.
func train(ctx context.Context, s *settings, stdout, stderr io.Writer) error {
	mode := progressMode(s.progress, stderr)
	d, why, err := openData(ctx, s, newDownload(mode, stderr))
	if err != nil {
		return err
	}
	if err := s.resolve(d.Train.Len()); err != nil {
		return err
	}
	if err := checkMemory(ctx, s, widths(s, d)); err != nil {
		return err
	}
	fmt.Fprintln(stderr, folded("data set: "+why, columnsOf(stderr), 2))
	if s.opt == "kfac" && s.kfac.Estimator == graph.Empirical {
		fmt.Fprintln(stderr, "warning: -kfac-fisher empirical is not the Fisher: its G vanishes as the model fits the data")
	}
	r, err := newTraining(s, d)
	if err != nil {
		return err
	}
	if mode != "none" {
		r.introduce(stderr)
	}
	show := newDisplay(mode, stderr, s.scores(), r.total, r.perEpoch)
	if r.kfac != nil {
		show.damping = func() float64 { return r.kfac.Stats().Damping }
	}
	s.account.keep(func(ctx context.Context) error {
		fmt.Fprintln(stderr) // after the bar
		left := r.left()
		return errors.Join(interrupted(ctx, left.result.Steps), left.print(stdout))
	})
	err = r.fit(ctx, show.callback)
	show.close()
	if !isEnding(err) {
		return err
	}
	return errors.Join(err, s.account.deliver(func() error {
		for _, text := range r.warnings() {
			fmt.Fprintln(stderr, folded("warning: "+text, columnsOf(stderr), 2))
		}
		return r.print(stdout)
	}))
}

// print writes the result.
func (r *training) print(w io.Writer) error {
	if r.s.json {
		return printJSON(w, r.record())
	}
	return r.printTable(w)
}

// isEnding tells an error that ends a run as such from one that is a failure.
func isEnding(err error) bool {
	status := exitStatus(err)
	return status != exitError && status != exitUsage
}

// training is one training run.
type training struct {
	s               *settings
	d               *datasets.Dataset
	model           *trainer.Model
	trainer         *trainer.Trainer
	loader          *datasets.Loader
	perEpoch, total int // steps
	result          *trainer.Result
	lossSum         float64         // over all steps
	kfac            *kfac.Optimizer // nil: another one trains
	watch           *stopwatch      // nil: kfac, which times its own steps
	found           float64         // λ of the first step, where it was not given
	intervals       []interval      // by record
	since           interval        // since the last record
	started         time.Time
	ending          string // as package results has it
	known           snapshot
	limit           float64 // on the steps of the run, or on its seconds
	waited          int     // evaluations since the best, that one included
	bestScore       float64 // of those so far
}

func newTraining(s *settings, d *datasets.Dataset) (*training, error) {
	r := &training{s: s, d: d, result: &trainer.Result{}, started: time.Now(), ending: results.Done, limit: math.Inf(1)}
	var err error
	if r.loader, err = trainingLoader(s, d); err != nil {
		return nil, err
	}
	evals, err := evaluations(s, d)
	if err != nil {
		return nil, err
	}
	if r.model, err = newModel(s, d); err != nil {
		return nil, err
	}
	optimizer, err := newOptimizer(s)
	if err != nil {
		return nil, err
	}
	if k, ok := optimizer.(*kfac.Optimizer); ok {
		r.kfac = k
	} else {
		r.watch = newStopwatch(optimizer)
		optimizer = r.watch
	}
	r.perEpoch = r.loader.Steps()
	r.total = s.total(r.perEpoch)
	if s.dryRun {
		r.total = 1
	}
	r.trainer = &trainer.Trainer{
		Model: r.model, Optimizer: optimizer, MaxSteps: r.total, Schedule: newSchedule(s, r.total),
		ClipNorm: s.clip, EvalEvery: s.evalEvery, Evaluations: evals, Metrics: metrics(s.model),
	}
	return r, nil
}

// introduce writes what is about to happen.
func (r *training) introduce(w io.Writer) {
	columns := columnsOf(w)
	fmt.Fprintf(w, "%s\n\n", folded(fmt.Sprintf("%s of %s %s, %s", r.partsOf(), times(r.d.Shape), r.targetsOf(), r.scaleOf()), columns, 0))
	fmt.Fprintln(w, r.model.Summary())
	printConfig(w, r.s.inForce(), columns)
	fmt.Fprintf(w, "%s\n\n", folded(fmt.Sprintf("steps     %d, each of %d examples; an epoch has %d", r.total, r.s.batch, r.perEpoch), columns, 10))
}

// fit trains, and turns what Fit returns into this command's endings.
func (r *training) fit(ctx context.Context, show trainer.Callback) error {
	callbacks := []trainer.Callback{r.observe, show}
	if r.s.target != nil {
		callbacks = append(callbacks, func(e *trainer.Event) error {
			err := r.s.target.Callback(e)
			r.known.aim(*r.s.target)
			return err
		})
	}
	r.trainer.Callbacks = append(callbacks, r.patient, r.cut)
	result, err := r.trainer.Fit(ctx, r.loader)
	r.result = result
	var diverged *trainer.DivergedError
	var rise *trainer.RiseError
	switch {
	case errors.As(err, &rise) && r.s.target != nil && r.s.target.Reached: // what was asked for is there
		r.result.Rises = append(r.result.Rises, rise)
		r.ending = results.Reached
	case errors.As(err, &diverged), errors.Is(err, kfac.ErrNotPositive):
		r.ending = results.Diverged
		return r.hint(err)
	case err != nil && ctx.Err() != nil:
		r.ending = results.Interrupted
		return interrupted(ctx, result.Steps)
	case err != nil:
		return r.hint(err)
	case r.s.target != nil && r.s.target.Reached:
		r.ending = results.Reached
	case r.s.target != nil && !r.s.dryRun:
		return r.missed()
	}
	return nil
}

// cut ends a run at its limit.
func (r *training) cut(e *trainer.Event) error {
	if e.Kind != trainer.Evaluated {
		return nil
	}
	spent := float64(e.Step)
	if r.s.bySeconds {
		spent = e.Record.TrainSeconds
	}
	if spent > r.limit && e.Step < e.Total {
		r.ending = results.Cut
		return trainer.ErrStop
	}
	return nil
}

// observe comes before the callbacks that read scores.
func (r *training) observe(e *trainer.Event) error {
	switch e.Kind {
	case trainer.StepDone:
		r.lossSum += e.Loss
		if r.kfac == nil {
			r.since.phases.add(r.watch.steps)
			break
		}
		stats := r.kfac.Stats()
		r.since.addKFAC(stats)
		if e.Step == 1 && r.s.kfac.Damping == 0 {
			r.found = stats.Damping
		}
	case trainer.Evaluated:
		// The first training examples go without a prefix, for reconstruction_error to have its name.
		if loss, ok := e.Record.Scores["loss"]; ok {
			e.Record.Scores[subsetLoss] = loss
			e.Record.HigherIsBetter[subsetLoss] = false
			delete(e.Record.Scores, "loss")
		}
		r.intervals = append(r.intervals, r.since)
		r.since = interval{}
	}
	r.known.note(r, e)
	return nil
}
