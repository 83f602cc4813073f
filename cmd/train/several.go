package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/internal/study"
)

// ask is what the command line asks several runs to be.
func (c *command) ask(name, entries string, stderr io.Writer) *study.Ask {
	a := &study.Ask{
		Base: c.spec, Entries: entries, Seeds: c.seeds, Out: c.out, Trials: c.trials, Search: c.search, BySeconds: c.bySeconds,
		Name: name, All: c.arguments, Command: commandOf, Show: newOverview(progressMode(c.progress, stderr), stderr), Keep: c.account.keep,
	}
	if c.given["tuned"] {
		a.Found = strings.Split(c.tuned, ",")
	}
	return a
}

// comparison trains each entry of -compare, and reports.
func (c *command) comparison(ctx context.Context, stdout, stderr io.Writer) error {
	ask := c.ask("compare", c.compare, stderr)
	if p := c.processes; p != nil {
		ask.Group, ask.Beside = p.Group, p.beside
		c.account.wait(func() {})
	}
	plan, err := study.PlanComparison(ask)
	if err = c.processes.agree(err); err != nil {
		return err
	}
	d, err := c.open(ctx, stderr)
	if err = c.processes.agree(err); err != nil {
		return err
	}
	r, dir, err := plan.Run(ctx, d)
	if c.processes.rank() > 0 {
		if err != nil { // the first process knows it, too
			return &statusError{exitStatus(err)}
		}
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "report: %s\n", filepath.Join(dir, "report.html"))
	return c.account.deliver(func() error {
		if c.json {
			return printJSON(stdout, comparisonObject(r.Comparison))
		}
		return r.WriteTable(stdout)
	})
}

// searching searches settings for each entry of -tune.
func (c *command) searching(ctx context.Context, stdout, stderr io.Writer) error {
	plan, err := study.PlanSearch(c.ask("tune", c.tune, stderr))
	if err != nil {
		return err
	}
	d, err := c.open(ctx, stderr)
	if err != nil {
		return err
	}
	t, path, err := plan.Run(ctx, d)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "results: %s, for -compare … -tuned %[1]s\n", path)
	return c.account.deliver(func() error {
		if c.json {
			return printJSON(stdout, t)
		}
		return printTuning(stdout, t)
	})
}

// open loads the data that all runs share, and says what they are.
func (c *command) open(ctx context.Context, stderr io.Writer) (*datasets.Dataset, error) {
	arriving := newDownload(progressMode(c.progress, stderr), stderr)
	d, why, err := c.processes.openData(c.spec, func() (*datasets.Dataset, string, error) { return c.spec.Open(ctx, arriving.callback()) })
	arriving.close()
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(stderr, "data set: %s\n", inFlags(why))
	for _, note := range d.Notes() {
		fmt.Fprintf(stderr, "data: %s\n", note)
	}
	return d, nil
}

// comparisonObject is what -json prints.
func comparisonObject(c *results.Comparison) any {
	var runs []*results.Run
	for _, g := range c.Groups {
		runs = append(runs, g.Runs...)
	}
	return results.Fields[any]{{Name: "version", Value: 1}, {Name: "runs", Value: runs}}
}
