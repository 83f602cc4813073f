package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"

	"github.com/gokfac/gokfac/internal/experiment"
	"github.com/gokfac/gokfac/internal/report"
	"github.com/gokfac/gokfac/internal/results"
)

// contender is a setting of an optimizer in a comparison, with its runs by
// seed.
type contender struct {
	label     string
	optimizer string
	own       experiment.Settings
	runs      []*settings
}

// compare trains each entry on the same data and seeds, and reports.
func compare(ctx context.Context, s *settings, stdout, stderr io.Writer) error {
	seeds, err := s.seedsFrom(1, compareSeeds)
	if err != nil {
		return err
	}
	contenders, err := s.contenders(seeds)
	if err != nil {
		return err
	}
	tuned, err := readTunings(s)
	if err != nil {
		return err
	}
	w, err := newWorkshop(ctx, s, stderr)
	if err != nil {
		return err
	}
	for i := range contenders {
		if err := w.prepare(&contenders[i], tuned, seeds); err != nil {
			return fmt.Errorf("-compare %s: %w", contenders[i].label, err)
		}
	}
	release, err := w.open("compare", tuned)
	if err != nil {
		return err
	}
	defer release()
	samples := &gallery{dir: w.store.Dir, seed: seeds[0]}
	if s.model == "autoencoder" {
		w.after = samples.add
	}
	c, err := w.compare(ctx, s, contenders)
	w.show.close()
	if err != nil {
		return w.goesOn(err)
	}
	w.keepAccount()
	r := &report.Report{
		Title:      fmt.Sprintf("%s, %s %s", w.d.Name, s.model, joined(widths(contenders[0].runs[0], w.d), "-")),
		Comparison: c, Scores: s.mainFirst(), Command: s.command,
	}
	if r.Samples, err = samples.all(contenders); err != nil {
		return err
	}
	if err := r.WriteDir(ctx, w.store.Dir); err != nil {
		return w.drawn(ctx, err)
	}
	fmt.Fprintf(stderr, "report: %s\n", filepath.Join(w.store.Dir, "report.html"))
	return s.account.deliver(func() error {
		if s.json {
			return printJSON(stdout, comparisonObject(c))
		}
		return r.WriteTable(stdout)
	})
}

// prepare fills in what was found for a contender, and the defaults.
func (w *workshop) prepare(c *contender, tuned tunings, seeds []uint64) error {
	if err := w.resolve(c.runs[0]); err != nil {
		return err
	}
	if err := tuned.check(taskOf(c.runs[0], w.d.Name)); err != nil {
		return err
	}
	found, err := tuned.settings(w.s, c.runs[0])
	if err != nil {
		return err
	}
	for i, seed := range seeds {
		if c.runs[i], err = w.s.variant(c.optimizer, found, c.own, seed); err != nil {
			return err
		}
		c.runs[i].label = c.label
		if err := w.resolve(c.runs[i]); err != nil {
			return err
		}
	}
	return nil
}

// compare makes the runs seed by seed, and each seed begins with another
// contender: a machine that grows slower is nobody's loss.
func (w *workshop) compare(ctx context.Context, s *settings, contenders []contender) (*results.Comparison, error) {
	c := &results.Comparison{Goals: s.goals, Better: better, Groups: make([]results.Group, len(contenders))}
	seeds := len(contenders[0].runs)
	var labels []string
	for i, one := range contenders {
		labels = append(labels, one.label)
		c.Groups[i] = results.Group{Label: one.label, Runs: make([]*results.Run, seeds)}
	}
	w.show.expect(seeds*len(contenders), labels...)
	for seed := range seeds {
		for turn := range contenders {
			i := (seed + turn) % len(contenders)
			run, err := w.run(ctx, contenders[i].runs[seed], math.Inf(1))
			if err != nil {
				return nil, err
			}
			c.Groups[i].Runs[seed] = run
		}
	}
	return c, nil
}

// contenders makes one of every combination of an entry's alternatives.
func (s *settings) contenders(seeds []uint64) ([]contender, error) {
	entries, err := experiment.ParseEntries(s.compare)
	if err != nil {
		return nil, usagef("-compare: %v", err)
	}
	var list []contender
	var all []*settings
	for _, e := range entries {
		if err := checkEntry("compare", e); err != nil {
			return nil, err
		}
		points, err := e.Space.Grid()
		if err != nil {
			return nil, usagef("-compare %s: %v", e.Optimizer, err)
		}
		for _, own := range points {
			c := contender{label: experiment.Label(e.Optimizer, own), optimizer: e.Optimizer, own: own, runs: make([]*settings, len(seeds))}
			if c.runs[0], err = s.variant(e.Optimizer, nil, own, seeds[0]); err != nil {
				return nil, fmt.Errorf("-compare %s: %w", c.label, err)
			}
			if slices.ContainsFunc(list, func(other contender) bool { return experiment.Slug(other.label) == experiment.Slug(c.label) }) {
				return nil, usagef("-compare: %s is there twice", c.label)
			}
			list, all = append(list, c), append(all, c.runs[0])
		}
	}
	return list, s.checkUsed(all)
}

// comparisonObject is what -json prints.
func comparisonObject(c *results.Comparison) any {
	var runs []*results.Run
	for _, g := range c.Groups {
		runs = append(runs, g.Runs...)
	}
	return results.Fields[any]{{Name: "version", Value: 1}, {Name: "runs", Value: runs}}
}
