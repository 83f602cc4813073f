package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"github.com/gokfac/gokfac/internal/atomicfile"
	"github.com/gokfac/gokfac/internal/experiment"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/kfac"
)

// cutAt is how many times the cost of the best trial another may take before
// it is cut. With 2, no ranking changes: a median below the best one is that of
// runs of which more than half take less than twice that.
const cutAt = 2

// searched is an entry with its trials.
type searched struct {
	optimizer string
	label     string
	own       experiment.Settings // the same in all trials
	space     experiment.Space
	points    []experiment.Settings
	trials    []*experiment.Trial
	first     *settings // of the first trial
}

// tune searches settings for each entry, with the same budget.
func tune(ctx context.Context, s *settings, stdout, stderr io.Writer) error {
	seeds, err := s.seedsFrom(tuneSeed, 1)
	if err != nil {
		return err
	}
	entries, err := s.searches()
	if err != nil {
		return err
	}
	w, err := newWorkshop(ctx, s, stderr)
	if err != nil {
		return err
	}
	if err := w.check(s, entries, seeds); err != nil {
		return err
	}
	release, err := w.open("tune")
	if err != nil {
		return err
	}
	defer release()
	rank := &experiment.Search{
		Comparison: results.Comparison{Goals: s.goals, Better: better}, Score: s.mainScore(), BySeconds: s.bySeconds,
	}
	started := time.Now()
	if err := w.search(ctx, s, entries, seeds, rank); err != nil {
		w.show.close()
		return w.goesOn(err)
	}
	w.show.close()
	t := tuningOf(s, taskOf(entries[0].first, w.d.Name), entries, seeds, rank)
	t.Environment = environment(started)
	text, err := json.MarshalIndent(t, "", "\t")
	if err != nil {
		return err
	}
	path := filepath.Join(w.store.Dir, "tune.json")
	if err := atomicfile.Write(path, append(text, '\n')); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "results: %s, for -compare … -tuned %[1]s\n", path)
	return s.account.deliver(func() error {
		if s.json {
			return printJSON(stdout, t)
		}
		return printTuning(stdout, t)
	})
}

// searches says what is tried, before anything is.
func (s *settings) searches() ([]*searched, error) {
	entries, err := experiment.ParseEntries(s.tune)
	if err != nil {
		return nil, usagef("-tune: %v", err)
	}
	var list []*searched
	for _, e := range entries {
		if err := checkEntry("tune", e); err != nil {
			return nil, err
		}
		q, err := s.searched(e)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(list, func(other *searched) bool { return other.label == q.label }) {
			return nil, usagef("-tune: %s is there twice", q.label)
		}
		list = append(list, q)
	}
	return list, nil
}

// searched divides an entry into what is the same in all trials and what is
// searched, which is the default space if it names nothing.
func (s *settings) searched(e experiment.Entry) (*searched, error) {
	q := &searched{optimizer: e.Optimizer}
	for _, d := range e.Space {
		if len(d.Values) != 1 {
			q.space = append(q.space, d)
			continue
		}
		q.own = append(q.own, experiment.Setting{Flag: d.Flag, Value: d.Values[0]})
	}
	q.label = experiment.Label(e.Optimizer, q.own)
	if e.Space.Fixed() {
		q.space = s.defaultSpace(e, s.modeAmong(q.own))
	}
	var err error
	q.points, err = s.points(q)
	return q, err
}

// defaultSpace leaves out what the command line or the entry says.
func (s *settings) defaultSpace(e experiment.Entry, mode kfac.Mode) experiment.Space {
	var space experiment.Space
	for _, d := range spaceFor(e.Optimizer, s.model, mode) {
		taken := s.given[d.Flag] || d.Flag == "epochs" && s.given["max-steps"]
		for _, own := range e.Space {
			taken = taken || own.Flag == d.Flag || d.Flag == "epochs" && own.Flag == "max-steps"
		}
		if !taken {
			space = append(space, d)
		}
	}
	return space
}

// points are the settings to be tried. A random search begins with the
// defaults.
func (s *settings) points(q *searched) ([]experiment.Settings, error) {
	if s.search == "grid" {
		points, err := q.space.Grid()
		if err != nil {
			return nil, usagef("-tune %s: %v", q.label, err)
		}
		if s.trials > 0 && len(points) > s.trials {
			return nil, usagef("-tune %s: the grid has %d settings, and -trials is %d", q.label, len(points), s.trials)
		}
		return points, nil
	}
	n := cmp.Or(s.trials, defaultTrials)
	return append([]experiment.Settings{nil}, q.space.Random(n-1, 1, q.label)...), nil
}

// check makes the settings of every trial, so that one that cannot be run is
// told before the first.
func (w *workshop) check(s *settings, entries []*searched, seeds []uint64) error {
	var labels []string
	var all []*settings
	for _, q := range entries {
		labels = append(labels, fmt.Sprintf("%s trial %d", q.label, len(q.points)))
		for i := range q.points {
			run, err := w.trial(s, q, i, seeds[0])
			if err != nil {
				return err
			}
			q.first = cmp.Or(q.first, run)
			all = append(all, run)
		}
	}
	if err := s.checkUsed(all); err != nil {
		return err
	}
	w.show.expect(len(all)*len(seeds), labels...)
	return nil
}

// search makes the runs, an entry after the other.
func (w *workshop) search(ctx context.Context, s *settings, entries []*searched, seeds []uint64, rank *experiment.Search) error {
	for _, q := range entries {
		for i, point := range q.points {
			t := &experiment.Trial{Settings: point, Group: results.Group{Label: q.label}}
			limit := cutAt * rank.Limit(q.trials)
			for _, seed := range seeds {
				run, err := w.trial(s, q, i, seed)
				if err != nil {
					return err
				}
				made, err := w.run(ctx, run, limit)
				if err != nil {
					return err
				}
				t.Runs = append(t.Runs, made)
			}
			q.trials = append(q.trials, t)
		}
	}
	return nil
}

// trial is one run of a search.
func (w *workshop) trial(s *settings, q *searched, i int, seed uint64) (*settings, error) {
	run, err := s.variant(q.optimizer, nil, slices.Concat(q.own, q.points[i]), seed)
	if err == nil {
		err = w.resolve(run)
	}
	if err != nil {
		return nil, fmt.Errorf("-tune %s, trial %d (%s): %w", q.label, i+1, commandLine(q.points[i].Args()), err)
	}
	run.label = fmt.Sprintf("%s trial %d", q.label, i+1)
	return run, nil
}
