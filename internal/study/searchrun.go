package study

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/atomicfile"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/internal/study/experiment"
)

// cutAt is how many times the cost of the best trial another may take before
// it is cut. With 2, no ranking changes: a median below the best one is that of
// runs of which more than half take less than twice that.
const cutAt = 2

// First lists the specs of the first two trials of the first entries, at most so
// many.
func (q *Search) First(most int) ([]*job.Spec, error) {
	var list []*job.Spec
	for _, one := range q.searched {
		for _, p := range one.points[:min(len(one.points), 2)] {
			if len(list) == most {
				return list, nil
			}
			run, err := q.variant(one.optimizer, nil, slices.Concat(one.own, p), q.seeds[0])
			if err != nil {
				return nil, err
			}
			list = append(list, run)
		}
	}
	return list, nil
}

// Run makes the runs, or takes those that are kept, and writes what was found to
// the file that it returns.
func (q *Search) Run(ctx context.Context, d *datasets.Dataset) (t *experiment.Tuning, path string, err error) {
	w := q.workshop(d)
	if err := q.check(ctx, w); err != nil {
		return nil, "", err
	}
	release, err := w.open("tune")
	if err != nil {
		return nil, "", err
	}
	defer release()
	started := time.Now()
	err = q.train(ctx, w)
	q.Show.Close()
	if err != nil {
		return nil, "", w.goesOn(err)
	}
	t = q.summary(taskOf(q.searched[0].first, d.Name))
	t.Environment = job.Environment(started)
	text, err := json.MarshalIndent(t, "", "\t")
	if err != nil {
		return nil, "", err
	}
	path = filepath.Join(w.store.Dir, "tune.json")
	return t, path, atomicfile.Write(path, append(text, '\n'))
}

// check makes the spec of every trial, so that one that cannot be run is told
// before the first.
func (q *Search) check(ctx context.Context, w *workshop) error {
	var labels []string
	var all []*job.Spec
	for _, one := range q.searched {
		labels = append(labels, fmt.Sprintf("%s trial %d", one.label, len(one.points)))
		for i := range one.points {
			run, err := q.trial(ctx, w, one, i, q.seeds[0])
			if err != nil {
				return err
			}
			one.first = cmp.Or(one.first, run)
			all = append(all, run)
		}
	}
	if err := q.used(all); err != nil {
		return err
	}
	w.expect(len(all)*len(q.seeds), labels...)
	return nil
}

// train makes the runs, an entry after the other.
func (q *Search) train(ctx context.Context, w *workshop) error {
	for _, one := range q.searched {
		for i, point := range one.points {
			t := &experiment.Trial{Settings: point, Group: results.Group{Label: one.label}}
			limit := cutAt * q.rank.Limit(one.trials)
			if math.IsInf(limit, 1) {
				limit = 0
			}
			for _, seed := range q.seeds {
				run, err := q.trial(ctx, w, one, i, seed)
				if err != nil {
					return err
				}
				made, err := w.run(ctx, run, limit)
				if err != nil {
					return err
				}
				t.Runs = append(t.Runs, made)
			}
			one.trials = append(one.trials, t)
		}
	}
	return nil
}

// trial is one run of a search.
func (q *Search) trial(ctx context.Context, w *workshop, one *searched, i int, seed uint64) (*job.Spec, error) {
	run, err := q.variant(one.optimizer, nil, slices.Concat(one.own, one.points[i]), seed)
	if err == nil {
		err = w.resolve(ctx, run)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s, trial %d (%s): %w", job.Word(q.Name), one.label, i+1, one.points[i], err)
	}
	run.Label = fmt.Sprintf("%s trial %d", one.label, i+1)
	return run, nil
}
