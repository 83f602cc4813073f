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
	"github.com/gokfac/gokfac/trainer"
)

// workshop makes runs, one after the other, or finds them in its store.
type workshop struct {
	*Ask
	d          *datasets.Dataset
	store      experiment.Store
	data       string // digest of d
	runs, done int
	stale      string // why kept runs are made again, once it has been told
	gallery    *gallery
}

func (a *Ask) workshop(d *datasets.Dataset) *workshop {
	return &workshop{Ask: a, d: d, data: d.Digest()}
}

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
		case "compare", "seeds", "trials", "progress", "json", "cpuprofile", "memprofile", "data-dir", "download", "distributed":
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
	return release, nil
}

// run makes one run, or takes it from the store. A run that diverged or missed
// its target is a result. Above limit, in steps or seconds, it is cut; 0 is none.
func (w *workshop) run(ctx context.Context, s *job.Spec, limit float64) (*results.Run, error) {
	w.keep()
	kept, err := w.kept(s, limit)
	if kept != nil || err != nil {
		return kept, err
	}
	r, err := w.fit(ctx, s, limit, w.Show)
	if err != nil {
		return nil, err
	}
	m := &made{Run: w.record(r)}
	if m.Pictures, err = w.pictures(r); err != nil {
		return nil, err
	}
	if err := w.save(m); err != nil {
		return nil, err
	}
	runtime.GC() // the next run's time is not to be spent on what this one leaves
	return m.Run, nil
}

// kept is a run that is in the store, and shown; nil: it has to be made.
func (w *workshop) kept(s *job.Spec, limit float64) (*results.Run, error) {
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
		return nil, nil
	case err != nil:
		return nil, err
	case kept != nil && !(kept.Ending == results.Cut && (limit == 0 || w.spent(kept) <= limit)): // one that was cut earlier tells less
		kept.Command = s.Command
		w.end(kept, true)
		return kept, nil
	}
	return nil, nil
}

// fit trains a run, and shows it unless show is nil.
func (w *workshop) fit(ctx context.Context, s *job.Spec, limit float64, show Progress) (*job.Run, error) {
	r, err := job.New(s, w.d)
	if err != nil {
		return nil, err
	}
	if w.BySeconds {
		r.Limit.Seconds = limit
	} else {
		r.Limit.Steps = limit
	}
	event := func(*trainer.Event) error { return nil }
	if show != nil {
		show.Begin(s, r.Total)
		event = show.Event
	}
	err = r.Fit(ctx, event)
	var missed *job.MissedError
	var interrupted *job.InterruptedError
	switch {
	case err == nil || errors.As(err, &missed) || r.Ending == results.Diverged:
		return r, nil
	case errors.As(err, &interrupted):
		return nil, err
	}
	return nil, fmt.Errorf("%s, seed %d: %w", s.Label, s.Seed, err)
}

// pictures are what the gallery has of a run that did not diverge.
func (w *workshop) pictures(r *job.Run) (map[string][]byte, error) {
	if w.gallery == nil || r.Ending == results.Diverged {
		return nil, nil
	}
	return w.gallery.draw(r)
}

// save keeps a run that was made, and shows that it is done.
func (w *workshop) save(m *made) error {
	for label, picture := range m.Pictures {
		if err := w.gallery.save(label, picture); err != nil {
			return err
		}
	}
	if err := w.store.Save(m.Run); err != nil {
		return err
	}
	w.end(m.Run, false)
	return nil
}

func (w *workshop) end(run *results.Run, kept bool) {
	w.done++
	w.Show.End(run, kept)
}

// record is a run's, with the data that it is of.
func (w *workshop) record(r *job.Run) *results.Run {
	run := r.Record()
	run.DataDigest = w.data
	if w.Beside > 1 {
		run.Environment.Beside = w.Beside
	}
	return run
}

// spent is what a limit is on.
func (w *workshop) spent(run *results.Run) float64 {
	if w.BySeconds {
		return float64(run.TrainSeconds)
	}
	return float64(run.Steps)
}
