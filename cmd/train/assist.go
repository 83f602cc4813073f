package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/trainer"
)

// prepareAll prepares the run in every process, and compares what they have.
func (c *command) prepareAll(ctx context.Context, stderr io.Writer) (*job.Run, error) {
	r, err := c.prepare(ctx, stderr)
	if err := c.processes.agree(err); err != nil || c.processes == nil {
		return r, err
	}
	return r, c.processes.same(r.Facts())
}

// assist trains as one of several processes that is not the first, which shows the run,
// keeps it and has what it goes on from.
func (c *command) assist(ctx context.Context, r *job.Run) error {
	p := c.processes
	state, err := p.alone(nil)
	if err != nil {
		return err
	}
	r.Trainer().GoOn = c.resume != "" && prolonged(c.asked)
	if err := r.Assist(state); err != nil {
		return &ownError{err}
	}
	c.account.wait(func() {})
	// Fit tells of every error in every process: that of the first one is shown.
	if err := r.Fit(ctx, func(*trainer.Event) error { return nil }); !job.IsEnding(err) {
		return &statusError{exitStatus(err)}
	}
	_, err = p.alone(nil)
	return err
}

// openData loads the data in every process. What may have to be downloaded the first one
// loads before the others do: they may share a directory.
func (p *processes) openData(s *job.Spec, open func() (*datasets.Dataset, string, error)) (d *datasets.Dataset, why string, err error) {
	if p == nil || !slices.Contains(job.Names(job.Datasets()), s.Dataset) {
		return open()
	}
	_, err = p.alone(func() ([]byte, error) {
		d, why, err = open()
		return nil, err
	})
	if err == nil && p.Rank() > 0 {
		d, why, err = open()
	}
	return d, why, err
}

// finishing is what is said once a signal has come.
func (p *processes) finishing(kept *keeping) string {
	text := "finishing the step, to save it"
	switch {
	case p == nil:
		return text + "; a second signal ends at once"
	case kept == nil:
		return "finishing the step"
	}
	return text + ". If a process has died, the run goes on from its last checkpoint with: " + kept.again()
}

// manyProcesses says how a run is divided.
func manyProcesses(n, workers int) string {
	processes, each := "1 process", "1 worker"
	if n > 1 {
		processes = fmt.Sprintf("%d processes", n)
	}
	if workers > 1 {
		each = fmt.Sprintf("%d workers", workers)
	}
	return processes + ", each with " + each
}
