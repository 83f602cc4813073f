package study

import (
	"context"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/report"
	"github.com/gokfac/gokfac/internal/study/experiment"
)

// Comparison trains each entry on the same data and seeds.
type Comparison struct {
	*Ask
	seeds      []uint64
	contenders []contender
	found      foundList
}

// contender is a setting of an optimizer in a comparison, with its runs by seed.
type contender struct {
	label     string
	optimizer string
	own       job.Choices
	runs      []*job.Spec
}

// PlanComparison reads what is to be compared, before any data are.
func PlanComparison(a *Ask) (*Comparison, error) {
	c := &Comparison{Ask: a}
	var err error
	if c.seeds, err = a.seeds(1, compareSeeds); err != nil {
		return nil, err
	}
	if err := c.plan(); err != nil {
		return nil, err
	}
	c.found, err = readFound(a.Found)
	return c, err
}

// plan makes a contender of every combination of an entry's alternatives.
func (c *Comparison) plan() error {
	entries, err := c.entries()
	if err != nil {
		return err
	}
	var all []*job.Spec
	for _, e := range entries {
		points, err := e.Space.Grid()
		if err != nil {
			return job.Refuse("%s %s: %v", job.Word(c.Name), e.Optimizer, err)
		}
		for _, own := range points {
			one := contender{label: job.Label(e.Optimizer, own), optimizer: e.Optimizer, own: own, runs: make([]*job.Spec, len(c.seeds))}
			if one.runs[0], err = c.variant(e.Optimizer, nil, own, c.seeds[0]); err != nil {
				return fmt.Errorf("%s %s: %w", job.Word(c.Name), one.label, err)
			}
			if slices.ContainsFunc(c.contenders, func(other contender) bool { return experiment.Slug(other.label) == experiment.Slug(one.label) }) {
				return job.Refuse("%s: %s is there twice", job.Word(c.Name), one.label)
			}
			c.contenders, all = append(c.contenders, one), append(all, one.runs[0])
		}
	}
	return c.used(all)
}

// First lists the specs of the first contenders, at most so many.
func (c *Comparison) First(most int) []*job.Spec {
	var list []*job.Spec
	for _, one := range c.contenders[:min(len(c.contenders), most)] {
		list = append(list, one.runs[0])
	}
	return list
}

// Run makes the runs, or takes those that are kept, and writes the report into the
// directory that it returns.
func (c *Comparison) Run(ctx context.Context, d *datasets.Dataset) (r *report.Report, dir string, err error) {
	w := c.workshop(d)
	if err := w.agree(c.prepareAll(ctx, w)); err != nil {
		return nil, "", err
	}
	first := c.contenders[0].runs[0]
	if first.Pictures() {
		w.gallery = &gallery{seed: c.seeds[0]}
	}
	if w.Group != nil && w.Group.Rank() > 0 {
		return nil, "", c.assist(ctx, w)
	}
	release, err := w.open("compare", c.found)
	if err = w.agree(err); err != nil {
		return nil, "", err
	}
	defer release()
	samples := &gallery{dir: w.store.Dir, seed: c.seeds[0]}
	if w.gallery != nil {
		w.gallery = samples
	}
	made, err := c.train(ctx, w)
	c.Show.Close()
	if err != nil {
		return nil, "", w.goesOn(err)
	}
	w.keep()
	r = &report.Report{
		Title:      fmt.Sprintf("%s, %s %s", d.Name, first.Model, first.Sizes(d)),
		Comparison: made, Scores: c.Base.MainFirst(), Command: c.Base.Command,
	}
	if r.Samples, err = samples.all(c.contenders); err != nil {
		return nil, "", err
	}
	if err := r.WriteDir(ctx, w.store.Dir); err != nil {
		return nil, "", w.drawn(ctx, err)
	}
	return r, w.store.Dir, nil
}

func (c *Comparison) prepareAll(ctx context.Context, w *workshop) error {
	for i := range c.contenders {
		if err := c.prepare(ctx, w, &c.contenders[i]); err != nil {
			return fmt.Errorf("%s %s: %w", job.Word(c.Name), c.contenders[i].label, err)
		}
	}
	return nil
}

// prepare fills in what was found for a contender, and the defaults.
func (c *Comparison) prepare(ctx context.Context, w *workshop, one *contender) error {
	if err := w.resolve(ctx, one.runs[0]); err != nil {
		return err
	}
	if err := c.found.check(taskOf(one.runs[0], w.d.Name)); err != nil {
		return err
	}
	found, err := c.found.settings(c.Base, one.runs[0])
	if err != nil {
		return err
	}
	for i, seed := range c.seeds {
		if one.runs[i], err = c.variant(one.optimizer, found, one.own, seed); err != nil {
			return err
		}
		one.runs[i].Label = one.label
		if err := w.resolve(ctx, one.runs[i]); err != nil {
			return err
		}
	}
	return nil
}
