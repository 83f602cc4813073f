package main

import (
	"context"
	"fmt"
	"io"
	"math"

	"github.com/gokfac/gokfac/internal/experiment"
	"github.com/gokfac/gokfac/internal/report"
	"github.com/gokfac/gokfac/internal/results"
)

// contender is a setting of an optimizer in a comparison, with its runs by
// seed.
type contender struct {
	label string
	runs  []*settings
}

// compare trains each entry on the same data and seeds, and reports.
func compare(ctx context.Context, s *settings, stdout, stderr io.Writer) error {
	seeds, err := s.seedsFrom(1, compareSeeds)
	if err != nil {
		return err
	}
	contenders, tuned, err := s.contenders(seeds)
	if err != nil {
		return err
	}
	w, err := newWorkshop(ctx, s, stderr)
	if err != nil {
		return err
	}
	if err := tuned.check(s.model, w.d.Name); err != nil {
		return err
	}
	var labels []string
	for _, c := range contenders {
		labels = append(labels, c.label)
		for _, run := range c.runs {
			if err := w.resolve(run); err != nil {
				return fmt.Errorf("-compare %s: %w", c.label, err)
			}
		}
	}
	w.store.Dir = w.directory("compare", tuned)
	samples := &gallery{dir: w.store.Dir, seed: seeds[0]}
	if s.model == "autoencoder" {
		w.after = samples.add
	}
	c, err := w.compare(ctx, s, contenders, labels)
	w.show.close()
	if err != nil {
		return w.goesOn(err)
	}
	r := &report.Report{
		Title:      fmt.Sprintf("%s, %s %s", w.d.Name, s.model, joined(widths(contenders[0].runs[0], w.d), "-")),
		Comparison: c, Scores: mainFirst(s.model), Command: s.command,
	}
	if r.Samples, err = samples.all(labels); err != nil {
		return err
	}
	if err := r.WriteDir(w.store.Dir); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "report: %s/report.html\n", w.store.Dir)
	if s.json {
		return printJSON(stdout, comparisonObject(c))
	}
	return r.WriteTable(stdout)
}

// compare makes the runs seed by seed, and each seed begins with another
// contender: a machine that grows slower is nobody's loss.
func (w *workshop) compare(ctx context.Context, s *settings, contenders []contender, labels []string) (*results.Comparison, error) {
	c := &results.Comparison{Goals: s.goals, Better: better, Groups: make([]results.Group, len(contenders))}
	seeds := len(contenders[0].runs)
	w.show.expect(seeds*len(contenders), labels...)
	for i, label := range labels {
		c.Groups[i] = results.Group{Label: label, Runs: make([]*results.Run, seeds)}
	}
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
func (s *settings) contenders(seeds []uint64) ([]contender, tunings, error) {
	entries, err := experiment.ParseEntries(s.compare)
	if err != nil {
		return nil, nil, usagef("-compare: %v", err)
	}
	tuned, err := readTunings(s.tuned)
	if err != nil {
		return nil, nil, err
	}
	var list []contender
	for _, e := range entries {
		if err := checkEntry("compare", e); err != nil {
			return nil, nil, err
		}
		points, err := e.Space.Grid()
		if err != nil {
			return nil, nil, usagef("-compare %s: %v", e.Optimizer, err)
		}
		for _, own := range points {
			c := contender{label: experiment.Label(e.Optimizer, own)}
			found, err := tuned.settings(s, e.Optimizer, own)
			if err != nil {
				return nil, nil, err
			}
			for _, seed := range seeds {
				run, err := s.variant(e.Optimizer, found, own, seed)
				if err != nil {
					return nil, nil, fmt.Errorf("-compare %s: %w", c.label, err)
				}
				run.label = c.label
				c.runs = append(c.runs, run)
			}
			for _, other := range list {
				if other.label == c.label {
					return nil, nil, usagef("-compare: %s is there twice", c.label)
				}
			}
			list = append(list, c)
		}
	}
	return list, tuned, nil
}

// comparisonObject is what -json prints.
func comparisonObject(c *results.Comparison) any {
	var runs []*results.Run
	for _, g := range c.Groups {
		runs = append(runs, g.Runs...)
	}
	return results.Fields[any]{{Name: "version", Value: 1}, {Name: "runs", Value: runs}}
}

// mainScore is the score that a model is judged by.
func mainScore(model string) string {
	switch model {
	case "autoencoder":
		return "reconstruction_error"
	case "regression":
		return "test_loss"
	}
	return "test_accuracy"
}

// mainFirst are the scores of a model, that one first.
func mainFirst(model string) []string {
	list := []string{mainScore(model)}
	for _, name := range scoresOf(model) {
		if name != list[0] {
			list = append(list, name)
		}
	}
	return list
}
