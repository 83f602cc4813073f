package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
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
	if err := checkMemory(s, widths(s, d)); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "data set: %s\n", why)
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
	show := newDisplay(mode, stderr, s.model, r.total, r.perEpoch)
	if r.kfac != nil {
		show.damping = func() float64 { return r.kfac.Stats().Damping }
	}
	err = r.fit(ctx, show)
	show.close()
	if !isEnding(err) {
		return err
	}
	if s.json {
		return errors.Join(err, r.printJSON(stdout))
	}
	return errors.Join(err, r.printTable(stdout))
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
	found           float64         // λ of the first step, where it was not given
	diagnostics     []diagnostics   // by record
	since           diagnostics     // since the last record
}

func newTraining(s *settings, d *datasets.Dataset) (*training, error) {
	r := &training{s: s, d: d, result: &trainer.Result{}}
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
	r.kfac, _ = optimizer.(*kfac.Optimizer)
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
	scale := "values as they are"
	switch {
	case r.s.model == "mlp":
		scale = "standardised"
	case r.d.Pixels:
		scale = "pixels in [0, 1]"
	}
	fmt.Fprintf(w, "%d training and %d test examples of %s in %d classes, %s\n\n",
		r.d.Train.Len(), r.d.Test.Len(), times(r.d.Shape), r.d.Classes, scale)
	fmt.Fprintln(w, r.model.Summary())
	printConfig(w, r.s.inForce())
	fmt.Fprintf(w, "%-10s%d, each of %d examples; an epoch has %d\n\n", "steps", r.total, r.s.batch, r.perEpoch)
}

// fit trains, and turns what Fit returns into this command's endings.
func (r *training) fit(ctx context.Context, show *display) error {
	callbacks := []trainer.Callback{r.watch, show.callback}
	if r.s.target != nil {
		callbacks = append(callbacks, r.s.target.Callback)
	}
	r.trainer.Callbacks = callbacks
	result, err := r.trainer.Fit(ctx, r.loader)
	r.result = result
	var diverged *trainer.DivergedError
	switch {
	case err != nil && ctx.Err() != nil && !errors.As(err, &diverged):
		return interrupted(ctx, result.Steps)
	case err != nil:
		return r.hint(err)
	case r.s.target != nil && !r.s.target.Reached && !r.s.dryRun:
		return r.missed()
	}
	return nil
}

// watch comes before the callbacks that read scores.
func (r *training) watch(e *trainer.Event) error {
	switch e.Kind {
	case trainer.StepDone:
		r.lossSum += e.Loss
		if r.kfac == nil {
			break
		}
		stats := r.kfac.Stats()
		r.since.add(stats)
		if e.Step == 1 && r.s.kfac.Damping == 0 {
			r.found = stats.Damping
		}
	case trainer.Evaluated:
		// The first training examples go without a prefix, for reconstruction_error to have its name.
		if loss, ok := e.Record.Scores["loss"]; ok {
			e.Record.Scores[subsetLoss] = loss
			delete(e.Record.Scores, "loss")
		}
		if r.kfac != nil {
			r.diagnostics = append(r.diagnostics, r.since)
			r.since = diagnostics{}
		}
	}
	return nil
}
