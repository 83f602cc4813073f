package study

import (
	"context"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/results"
)

// order numbers the runs seed by seed, and each seed begins with another contender:
// a machine that grows slower is nobody's loss.
func (c *Comparison) order() (runs []*job.Spec, at []place) {
	for seed := range c.seeds {
		for turn := range c.contenders {
			i := (seed + turn) % len(c.contenders)
			runs, at = append(runs, c.contenders[i].runs[seed]), append(at, place{i, seed})
		}
	}
	return runs, at
}

// place is a run's in the comparison.
type place struct{ group, seed int }

// train makes the runs, or takes those that are kept.
func (c *Comparison) train(ctx context.Context, w *workshop) (*results.Comparison, error) {
	all := &results.Comparison{Goals: c.Base.Goals, Better: job.Better, Groups: make([]results.Group, len(c.contenders))}
	var labels []string
	for i, one := range c.contenders {
		labels = append(labels, one.label)
		all.Groups[i] = results.Group{Label: one.label, Runs: make([]*results.Run, len(c.seeds))}
	}
	runs, at := c.order()
	w.expect(len(runs), labels...)
	put := func(i int, run *results.Run) { all.Groups[at[i].group].Runs[at[i].seed] = run }
	if w.Group != nil {
		return all, w.lead(ctx, runs, put)
	}
	for i, s := range runs {
		run, err := w.run(ctx, s, 0)
		if err != nil {
			return nil, err
		}
		put(i, run)
	}
	return all, nil
}

// assist makes runs for the first process.
func (c *Comparison) assist(ctx context.Context, w *workshop) error {
	if err := w.agree(nil); err != nil { // on the directory
		return err
	}
	runs, _ := c.order()
	return w.follow(ctx, runs)
}
