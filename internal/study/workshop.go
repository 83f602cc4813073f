package study

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"runtime"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/lock"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/internal/study/experiment"
)

// workshop makes runs, one after the other, or finds them in its store.
type workshop struct {
	*Ask
	d          *datasets.Dataset
	store      experiment.Store
	data       string // digest of d
	runs, done int
	stale      string               // why kept runs are made again, once it has been told
	after      func(*job.Run) error // a run that was made; nil: nothing
}

func (a *Ask) workshop(d *datasets.Dataset) *workshop { return &workshop{Ask: a, d: d} }

// resolve fills in the defaults of a run, and refuses one that cannot be made.
func (w *workshop) resolve(ctx context.Context, s *job.Spec) error {
	if err := s.Resolve(w.d.Train.Len()); err != nil {
		return err
	}
	return s.CheckMemory(ctx, w.d)
}

func (w *workshop) expect(runs int, labels ...string) {
	w.runs = runs
	w.Show.Expect(runs, labels...)
}

// directory is the one asked for, or has a name made of the task: another
// command line has another one, and the same finds what it has done.
func (w *workshop) directory(kind string, more ...any) string {
	if w.Out != "" {
		return w.Out
	}
	h := fnv.New32a()
	fmt.Fprint(h, more...)
	for _, v := range w.All {
		switch v.Name {
		case "compare", "seeds", "trials", "progress", "json", "cpuprofile", "memprofile", "data-dir", "download":
		default:
			fmt.Fprint(h, v, ";")
		}
	}
	return fmt.Sprintf("%s-%s-%s-%08x", kind, w.Base.Model, experiment.Slug(w.d.Name), h.Sum32())
}

// open makes the directory before anything is trained, and keeps other commands
// out of it until release is called.
func (w *workshop) open(kind string, more ...any) (release func() error, err error) {
	w.store.Dir = w.directory(kind, more...)
	release, err = w.store.Open(w.Base.Command)
	if held := (*lock.HeldError)(nil); errors.As(err, &held) {
		return nil, fmt.Errorf("⟨out⟩: %w: wait for its end, or name another directory", err)
	}
	if err != nil {
		return nil, fmt.Errorf("⟨out⟩: %w", err)
	}
	w.data = w.d.Digest()
	return release, nil
}

// run makes one run, or takes it from the store. A run that diverged or missed
// its target is a result. Above limit, in steps or seconds, it is cut; 0 is none.
func (w *workshop) run(ctx context.Context, s *job.Spec, limit float64) (*results.Run, error) {
	w.keep()
	r, err := job.New(s, w.d)
	if err != nil {
		return nil, err
	}
	kept, err := w.store.Load(w.record(r))
	var other *experiment.OtherError
	var stale *experiment.StaleError
	switch {
	case errors.As(err, &other):
		return nil, fmt.Errorf("%w: name another directory with ⟨out⟩", err)
	case errors.As(err, &stale):
		if w.stale != stale.Why { // of many runs it is told once
			w.stale = stale.Why
			w.Show.Note(job.Plain(err) + ": this run and others like it are made again")
		}
	case err != nil:
		return nil, err
	case kept != nil && !(kept.Ending == results.Cut && (limit == 0 || w.spent(kept) <= limit)): // one that was cut earlier tells less
		kept.Command = s.Command
		w.end(kept, true)
		return kept, nil
	}
	if w.BySeconds {
		r.Limit.Seconds = limit
	} else {
		r.Limit.Steps = limit
	}
	w.Show.Begin(s, r.Total)
	err = r.Fit(ctx, w.Show.Event)
	var missed *job.MissedError
	var interrupted *job.InterruptedError
	switch {
	case err == nil || errors.As(err, &missed) || r.Ending == results.Diverged:
	case errors.As(err, &interrupted):
		return nil, err
	default:
		return nil, fmt.Errorf("%s, seed %d: %w", s.Label, s.Seed, err)
	}
	run := w.record(r)
	if w.after != nil && r.Ending != results.Diverged {
		if err := w.after(r); err != nil {
			return nil, err
		}
	}
	if err := w.store.Save(run); err != nil {
		return nil, err
	}
	w.end(run, false)
	runtime.GC() // the next run's time is not to be spent on what this one leaves
	return run, nil
}

func (w *workshop) end(run *results.Run, kept bool) {
	w.done++
	w.Show.End(run, kept)
}

// record is a run's, with the data that it is of.
func (w *workshop) record(r *job.Run) *results.Run {
	run := r.Record()
	run.DataDigest = w.data
	return run
}

// spent is what a limit is on.
func (w *workshop) spent(run *results.Run) float64 {
	if w.BySeconds {
		return float64(run.TrainSeconds)
	}
	return float64(run.Steps)
}
