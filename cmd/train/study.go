package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"runtime"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/experiment"
	"github.com/gokfac/gokfac/internal/lock"
	"github.com/gokfac/gokfac/internal/results"
)

// workshop makes runs, one after the other, or finds them in its store.
type workshop struct {
	s     *settings
	d     *datasets.Dataset
	store experiment.Store
	data  string                // digest of d
	fits  func(*settings) error // whether a run may have the memory that it needs
	show  *overview
	stale string                // why kept runs are made again, once it has been told
	after func(*training) error // a run that was made; nil: nothing
}

func newWorkshop(ctx context.Context, s *settings, stderr io.Writer) (*workshop, error) {
	mode := progressMode(s.progress, stderr)
	d, why, err := openData(ctx, s, newDownload(mode, stderr))
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(stderr, "data set: %s\n", why)
	for _, note := range d.Notes() {
		fmt.Fprintf(stderr, "data: %s\n", note)
	}
	w := &workshop{s: s, d: d, show: newOverview(mode, stderr)}
	w.show.notes = stderr
	w.fits = func(run *settings) error { return checkMemory(ctx, run, widths(run, d)) }
	return w, nil
}

// resolve fills in the defaults of a run, and refuses one that cannot be made.
func (w *workshop) resolve(s *settings) error {
	if err := s.resolve(w.d.Train.Len()); err != nil {
		return err
	}
	return w.fits(s)
}

// directory is the one asked for, or has a name made of the task: another
// command line has another one, and the same finds what it has done.
func (w *workshop) directory(kind string, more ...any) string {
	if w.s.out != "" {
		return w.s.out
	}
	h := fnv.New32a()
	fmt.Fprint(h, more...)
	for _, v := range w.s.arguments {
		switch v.Flag {
		case "compare", "seeds", "trials", "progress", "json", "cpuprofile", "memprofile", "data-dir", "download":
		default:
			fmt.Fprint(h, v, ";")
		}
	}
	return fmt.Sprintf("%s-%s-%s-%08x", kind, w.s.model, experiment.Slug(w.d.Name), h.Sum32())
}

// open makes the directory before anything is trained, and keeps other commands
// out of it until release is called.
func (w *workshop) open(kind string, more ...any) (release func() error, err error) {
	w.store.Dir = w.directory(kind, more...)
	release, err = w.store.Open(w.s.command)
	if held := (*lock.HeldError)(nil); errors.As(err, &held) {
		return nil, fmt.Errorf("-out: %w: wait for its end, or name another directory", err)
	}
	if err != nil {
		return nil, fmt.Errorf("-out: %w", err)
	}
	w.data = w.d.Digest()
	return release, nil
}

// keepAccount says what is there if this command is left in the middle.
func (w *workshop) keepAccount() {
	done, runs, dir := w.show.done, w.show.runs, w.store.Dir
	w.s.account.keep(func(ctx context.Context) error {
		if done == runs {
			return reportMissing(ctx, runs, dir)
		}
		return fmt.Errorf("%w in run %d of %d: %s", interrupted(ctx, -1), done+1, runs, goesOnFrom(dir))
	})
}

func reportMissing(ctx context.Context, runs int, dir string) error {
	return fmt.Errorf("%w: all %d runs are kept in %s, and the same command makes the report of them", interrupted(ctx, -1), runs, dir)
}

func goesOnFrom(dir string) string {
	return fmt.Sprintf("finished runs are kept in %s, and the same command goes on from there", dir)
}

// drawn is the error of a report; of one that was interrupted, with what is
// there.
func (w *workshop) drawn(ctx context.Context, err error) error {
	if ctx.Err() == nil || !errors.Is(err, ctx.Err()) {
		return err
	}
	return reportMissing(ctx, w.show.runs, w.store.Dir)
}

// run makes one run, or takes it from the store. A run that diverged or missed
// its target is a result. Above limit it is cut.
func (w *workshop) run(ctx context.Context, s *settings, limit float64) (*results.Run, error) {
	w.keepAccount()
	r, err := newTraining(s, w.d)
	if err != nil {
		return nil, err
	}
	kept, err := w.store.Load(w.record(r))
	var other *experiment.OtherError
	var stale *experiment.StaleError
	switch {
	case errors.As(err, &other):
		return nil, fmt.Errorf("%w: name another directory with -out", err)
	case errors.As(err, &stale):
		if w.stale != stale.Why { // of many runs it is told once
			w.stale = stale.Why
			w.show.note(message(err) + ": this run and others like it are made again")
		}
	case err != nil:
		return nil, err
	case kept != nil && !(kept.Ending == results.Cut && w.spent(kept) <= limit): // one that was cut earlier tells less
		kept.Command = s.command
		w.show.end(kept, true)
		return kept, nil
	}
	r.limit = limit
	w.show.begin(s, r.total)
	err = r.fit(ctx, w.show.callback)
	var missed *missedError
	var signalled *interruptedError
	switch {
	case err == nil || errors.As(err, &missed) || r.ending == results.Diverged:
	case errors.As(err, &signalled):
		return nil, err
	default:
		return nil, fmt.Errorf("%s, seed %d: %w", s.label, s.seed, err)
	}
	run := w.record(r)
	if w.after != nil && r.ending != results.Diverged {
		if err := w.after(r); err != nil {
			return nil, err
		}
	}
	if err := w.store.Save(run); err != nil {
		return nil, err
	}
	w.show.end(run, false)
	runtime.GC() // the next run's time is not to be spent on what this one leaves
	return run, nil
}

// record is a run's, with the data that it is of.
func (w *workshop) record(r *training) *results.Run {
	run := r.record()
	run.DataDigest = w.data
	return run
}

// spent is what a limit is on.
func (w *workshop) spent(run *results.Run) float64 {
	if w.s.bySeconds {
		return float64(run.TrainSeconds)
	}
	return float64(run.Steps)
}

// goesOn adds to an interruption what is kept of the whole.
func (w *workshop) goesOn(err error) error {
	var signalled *interruptedError
	if errors.As(err, &signalled) {
		return fmt.Errorf("%w of run %d of %d: %s", err, w.show.done+1, w.show.runs, goesOnFrom(w.store.Dir))
	}
	return err
}
