package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/gokfac/gokfac/internal/job"
)

// train makes one run. When training has begun, the result is printed however it
// ended.
func (c *command) train(ctx context.Context, stdout, stderr io.Writer) error {
	mode, s := progressMode(c.progress, stderr), c.spec
	arriving := newDownload(mode, stderr)
	d, why, err := s.Open(ctx, arriving.callback())
	arriving.close()
	if err != nil {
		return err
	}
	if err := s.Resolve(d.Train.Len()); err != nil {
		return err
	}
	if err := s.CheckMemory(ctx, d); err != nil {
		return err
	}
	fmt.Fprintln(stderr, folded("data set: "+inFlags(why), columnsOf(stderr), 2))
	for _, note := range s.Notes() {
		fmt.Fprintln(stderr, "warning: "+inFlags(note))
	}
	r, err := job.New(s, d)
	if err != nil {
		return err
	}
	if mode != "none" {
		introduce(r, stderr)
	}
	show := newDisplay(mode, stderr, s.Scores(), r.Total, r.PerEpoch)
	if _, damped := r.Damping(); damped {
		show.damping = func() float64 { lambda, _ := r.Damping(); return lambda }
	}
	c.account.keep(func(ctx context.Context) error {
		fmt.Fprintln(stderr) // after the bar
		left := r.Left()
		return errors.Join(job.Interrupted(ctx, left.Steps()), c.print(left, stdout))
	})
	err = r.Fit(ctx, show.callback)
	show.close()
	if !job.IsEnding(err) {
		return err
	}
	return errors.Join(err, c.account.deliver(func() error {
		for _, text := range r.Warnings() {
			fmt.Fprintln(stderr, folded("warning: "+text, columnsOf(stderr), 2))
		}
		return c.print(r, stdout)
	}))
}

// print writes the result.
func (c *command) print(r *job.Run, w io.Writer) error {
	if c.json {
		return printJSON(w, r.Record())
	}
	return printTable(r, w)
}

// introduce writes what is about to happen.
func introduce(r *job.Run, w io.Writer) {
	columns := columnsOf(w)
	fmt.Fprintf(w, "%s\n\n", folded(fmt.Sprintf("%s of %s %s, %s", r.PartsOf(), times(r.Data.Shape), r.TargetsOf(), r.ScaleOf()), columns, 0))
	fmt.Fprintln(w, r.Model.Summary())
	printConfig(w, r.Spec.Configuration(), columns)
	fmt.Fprintf(w, "%s\n\n", folded(fmt.Sprintf("steps     %d, each of %d examples; an epoch has %d", r.Total, r.Spec.Batch, r.PerEpoch), columns, 10))
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
