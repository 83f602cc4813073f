package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/live"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// watchFlags are of pages that a browser shows.
type watchFlags struct {
	http  string // address of the page
	serve string // directory of runs
}

// ownMachine is an address that no other machine reaches, with a port that is free.
const ownMachine = "127.0.0.1:0"

func (t *flagTable) ofWatching(w *watchFlags) {
	t.word(&w.http, "http", "ADDR", "a page that follows the run, as at 127.0.0.1:0 (a free port, this machine alone); with -serve its address")
	t.word(&w.serve, "serve", "DIR", "show the runs that are kept below a directory side by side in a browser, until Ctrl-C")
}

// checkWatch refuses what does not go with the pages.
func (c *command) checkWatch() error {
	switch {
	case c.given["http"] && c.http == "", c.given["serve"] && c.serve == "":
		return usagef("-http needs an address, as 127.0.0.1:0, and -serve a directory")
	case c.given["serve"] && (len(c.spec.Asked) > 0 || c.several() || c.given["resume"] || c.given["config"] || c.given["out"]):
		return usagef("-serve trains nothing: leave all but -http out")
	case c.given["http"] && (c.several() || c.eval || c.given["predict"] || c.spec.DryRun):
		return usagef("-http follows one run that trains: leave it out")
	}
	return nil
}

// serveRuns shows kept runs until ctx ends.
func (c *command) serveRuns(ctx context.Context, stderr io.Writer) error {
	address := c.http
	if address == "" {
		address = ownMachine
	}
	err := live.Serve(ctx, address, c.serve, func(url, note string) { announce(stderr, "the runs of "+printable(c.serve), url, note) })
	if ctx.Err() != nil {
		return nil // as it was asked to
	}
	if err != nil {
		return fmt.Errorf("-serve: %w", err)
	}
	return nil
}

func announce(w io.Writer, what, url, note string) {
	fmt.Fprintf(w, "%s: %s\n", what, url)
	if note != "" {
		fmt.Fprintf(w, "warning: %s\n", note)
	}
}

// page is the page that follows a run; nil: nobody asked for one.
type page struct {
	*live.Server
	run  *job.Run
	next time.Time // for looking at examples again
}

// lookShare is how much of the time may be spent on looking at test examples.
const lookShare = 20

// follow begins the page of a run.
func (c *command) follow(r *job.Run, stderr io.Writer) (*page, error) {
	if c.http == "" {
		return nil, nil
	}
	server, err := live.Listen(c.http)
	if err != nil {
		return nil, fmt.Errorf("-http: %w", err)
	}
	announce(stderr, "live page", server.URL(), server.Note())
	return &page{Server: server, run: r}, nil
}

// callback shows an event. After evaluations it looks at the test examples, which takes
// at most one part in lookShare of the time.
func (p *page) callback(ctx context.Context, e *trainer.Event) {
	if p == nil || e.Kind == trainer.Ended {
		return
	}
	p.Update(live.Snapshot{Step: e.Step, Total: e.Total, Loss: e.Loss, Examples: e.Examples, Record: p.run.SoFar})
	if e.Kind != trainer.Evaluated || time.Now().Before(p.next) || ctx.Err() != nil {
		return
	}
	began := time.Now()
	if a, err := p.run.Assess(ctx); err == nil {
		p.Gallery(a)
	}
	p.next = time.Now().Add(lookShare * time.Since(began))
}

// end shows the result of a run, nil for one that did not begin, and lets pages that are
// open fetch it.
func (p *page) end(r *job.Run, err error) {
	if p == nil {
		return
	}
	var run *results.Run
	if r != nil {
		run = r.Record()
	}
	p.End(run, err)
	_ = p.Close() // a page that is open has had its time
}
