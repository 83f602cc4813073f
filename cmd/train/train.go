package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/cpus"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/trainer"
)

// train makes one run, or goes on with one. When training has begun, the result is
// printed however it ended.
func (c *command) train(ctx context.Context, stdout, stderr io.Writer) error {
	p := c.processes
	r, err := c.prepareAll(ctx, stderr)
	if err != nil {
		return err
	}
	if p.rank() > 0 {
		return c.assist(ctx, r)
	}
	mode, s := progressMode(c.progress, stderr), c.spec
	var watched *page
	var kept *keeping
	var problem error
	if _, err := p.alone(func() (state []byte, err error) {
		if watched, err = c.follow(r, stderr); err != nil {
			return nil, err
		}
		if kept, problem, err = c.keep(r, stderr); err == nil && mode != "none" {
			err = introduce(r, kept, stderr)
		}
		if err == nil && p != nil {
			state, err = kept.state()
		}
		if err != nil {
			watched.end(nil, err)
		}
		return state, err
	}); err != nil {
		return err
	}
	show := newDisplay(mode, stderr, s.Scores(), r.Total, r.PerEpoch)
	show.main = s.Judge()
	if kept != nil {
		show.from(kept.begun)
	}
	if _, damped := r.Damping(); damped {
		show.damping = func() float64 { lambda, _ := r.Damping(); return lambda }
	}
	c.account.keep(func(ctx context.Context) error {
		fmt.Fprintln(stderr) // after the bar
		left := r.Left()
		return errors.Join(job.Interrupted(ctx, left.Steps()), c.print(left, stdout))
	})
	if kept != nil || p != nil {
		c.account.wait(func() { show.note(p.finishing(kept)) })
	}
	err = r.Fit(ctx, func(e *trainer.Event) error {
		watched.callback(ctx, e)
		return show.callback(e)
	})
	show.close()
	if !job.IsEnding(err) {
		return errors.Join(err, kept.finish(ctx, nil))
	}
	_, err = p.alone(func() ([]byte, error) { return nil, c.conclude(ctx, r, err, kept, problem, watched, stdout, stderr) })
	return err
}

// conclude keeps and prints what a run has come to that ended as err says.
func (c *command) conclude(ctx context.Context, r *job.Run, err error, kept *keeping, problem error, watched *page, stdout, stderr io.Writer) error {
	if interrupted := (*job.InterruptedError)(nil); errors.As(err, &interrupted) {
		kept.interrupted()
	}
	keepErr := errors.Join(kept.finish(ctx, r), c.exportRun(r, err, stderr))
	watched.end(r, err)
	return errors.Join(err, problem, keepErr, c.account.deliver(func() error {
		for _, text := range r.Warnings() {
			fmt.Fprintln(stderr, folded("warning: "+text, columnsOf(stderr), 2))
		}
		return c.print(r, stdout)
	}))
}

// prepare loads the data and makes the run, which has taken no step.
func (c *command) prepare(ctx context.Context, stderr io.Writer) (*job.Run, error) {
	s := c.spec
	arriving := newDownload(progressMode(c.progress, stderr), stderr)
	d, why, err := c.processes.openData(s, func() (*datasets.Dataset, string, error) { return s.Open(ctx, arriving.callback()) })
	arriving.close()
	if err != nil {
		return nil, err
	}
	if err := s.Resolve(d.Train.Len()); err != nil {
		return nil, err
	}
	if err := s.CheckMemory(ctx, d); err != nil {
		return nil, err
	}
	fmt.Fprintln(stderr, folded("data set: "+inFlags(why), columnsOf(stderr), 2))
	if about := s.About(); about != "" {
		fmt.Fprintln(stderr, folded("model: "+printable(about), columnsOf(stderr), 2))
	}
	for _, note := range s.Notes() {
		fmt.Fprintln(stderr, "warning: "+inFlags(note))
	}
	r, err := job.New(s, d)
	if err != nil {
		return nil, err
	}
	for _, note := range r.Notes() {
		fmt.Fprintln(stderr, "warning: "+inFlags(note))
	}
	if c.saved == nil {
		return r, nil
	}
	switch err := c.saved.Fits(r); {
	case err != nil && c.resume != "":
		return nil, fmt.Errorf("-resume %s: %w", c.resume, err)
	case err != nil:
		fmt.Fprintf(stderr, "warning: -config %s: %s: the numbers will be others\n", c.config, message(err))
	}
	return r, nil
}

// print writes the result.
func (c *command) print(r *job.Run, w io.Writer) error {
	if c.json {
		return printJSON(w, r.Record())
	}
	return printTable(r, w)
}

// introduce writes what is about to happen.
func introduce(r *job.Run, kept *keeping, w io.Writer) error {
	columns := columnsOf(w)
	layers, err := r.Summary()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s\n\n", folded(fmt.Sprintf("%s of %s %s, %s", r.PartsOf(), times(r.Data.Shape), r.TargetsOf(), r.ScaleOf()), columns, 0))
	fmt.Fprintln(w, layers)
	printConfig(w, r.Spec.Configuration(), columns)
	if n := r.Spec.Processes(); n > 0 {
		fmt.Fprintf(w, "runs on   %s\n", manyProcesses(n, r.Spec.Workers))
	} else {
		fmt.Fprint(w, fewerWorkers(cpus.Now()))
	}
	fmt.Fprintf(w, "%s\n\n", folded(fmt.Sprintf("steps     %d, each of %d examples; an epoch has %d", r.Total, r.Spec.Batch, r.PerEpoch), columns, 10))
	switch {
	case kept != nil && kept.begun >= r.Total:
		fmt.Fprintf(w, "kept in   %s, and has ended: -epochs or -max-steps give it more to do\n\n", kept.Path)
	case kept != nil && kept.begun > 0:
		fmt.Fprintf(w, "kept in   %s, from step %d on\n", kept.Path, kept.begun)
		if kept.longer && r.Spec.Schedule != "constant" {
			fmt.Fprintln(w, folded(fmt.Sprintf("          the schedule %s is that of the longer run: the learning rate jumps to %.3g of its value",
				r.Spec.Schedule, r.RateAt(kept.begun)), columns, 10))
		}
		fmt.Fprintln(w)
	case kept != nil:
		fmt.Fprintf(w, "kept in   %s\n\n", kept.Path)
	}
	return nil
}

// fewerWorkers is a line that says why not every processor of the machine has a
// worker, or nothing. A number that -workers gives stands among the settings.
func fewerWorkers(c cpus.Count) string {
	if c.Why == cpus.Everywhere || c.Why == cpus.Asked {
		return ""
	}
	return fmt.Sprintf("runs on   %s\n", c)
}

// printJSON writes v as one object on one line.
func printJSON(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err = w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}
