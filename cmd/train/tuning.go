package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"github.com/gokfac/gokfac/internal/experiment"
	"github.com/gokfac/gokfac/internal/results"
)

// tuningOf sums a search up.
func tuningOf(s *settings, dataset string, entries []*searched, seeds []uint64, rank *experiment.Search) *experiment.Tuning {
	t := &experiment.Tuning{
		Version: 1, Command: s.command, Model: s.model, Dataset: dataset, Goals: s.goals, Score: rank.Score,
		Budget: experiment.Budget{
			Search: "random", Trials: len(entries[0].points), Seeds: len(seeds), FirstSeed: seeds[0], RankedBy: "steps", CutAt: cutAt,
		},
	}
	if s.search != "" {
		t.Budget.Search = s.search
	}
	if s.bySeconds {
		t.Budget.RankedBy = "seconds"
	}
	for _, q := range entries {
		o := experiment.Tuned{Label: q.label, Optimizer: q.optimizer, Fixed: s.fixedOf(q), Space: q.space}
		for i := range s.goals {
			best := rank.Best(q.trials, &s.goals[i])
			if !math.IsInf(rank.Cost(best, &s.goals[i]), 1) {
				o.Best = append(o.Best, bestOf(&o, q, best, &s.goals[i]))
			}
		}
		o.Best = append(o.Best, bestOf(&o, q, rank.Best(q.trials, nil), nil))
		for _, trial := range q.trials {
			o.Trials = append(o.Trials, triedOf(trial, rank))
		}
		t.Optimizers = append(t.Optimizers, o)
	}
	return t
}

// fixedOf is what all trials share of their own settings, and the batch size.
func (s *settings) fixedOf(q *searched) experiment.Settings {
	var fixed experiment.Settings
	add := func(v experiment.Setting) {
		if !slices.ContainsFunc(fixed, func(f experiment.Setting) bool { return f.Flag == v.Flag }) {
			fixed = append(fixed, v)
		}
	}
	for _, v := range q.fixed {
		add(v)
	}
	for _, v := range s.arguments {
		if !slices.Contains(studyFlags, v.Flag) && !slices.Contains(taskFlags, v.Flag) && v.Flag != "eval-every" {
			add(v)
		}
	}
	add(experiment.Setting{Flag: "batch-size", Value: fmt.Sprint(q.trials[0].Runs[0].BatchSize)})
	return fixed
}

func bestOf(o *experiment.Tuned, q *searched, trial *experiment.Trial, goal *results.Goal) experiment.Best {
	return experiment.Best{
		Goal: goal, Trial: 1 + slices.Index(q.trials, trial), Settings: append(slices.Clone(o.Fixed), trial.Settings...),
	}
}

func triedOf(trial *experiment.Trial, rank *experiment.Search) experiment.Tried {
	t := experiment.Tried{
		Settings: trial.Settings, Score: results.Number(rank.Final(&trial.Group, rank.Score).Median),
		Steps: results.Number(trial.Steps().Median), Seconds: results.Number(trial.Seconds().Median),
	}
	for _, goal := range rank.Goals {
		r := rank.Reach(&trial.Group, goal)
		t.Reached = append(t.Reached, experiment.TriedGoal{
			Value: goal.Value, Runs: r.Runs, Steps: results.Number(r.Steps.Median), Seconds: results.Number(r.Seconds.Median),
		})
	}
	for _, run := range trial.Runs {
		t.Endings = append(t.Endings, run.Ending)
	}
	return t
}

// printTuning writes the best of each entry beside its defaults.
func printTuning(w io.Writer, t *experiment.Tuning) error {
	b := t.Budget
	fmt.Fprintf(w, "%s search, %d trials for each optimizer, seeds %d to %d; the best by %s\n",
		b.Search, b.Trials, b.FirstSeed, b.FirstSeed+uint64(b.Seeds)-1, b.RankedBy)
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, o := range t.Optimizers {
		fmt.Fprintf(tab, "\n%s\ttrial\tsteps\tseconds\t%s\tsettings\n", o.Label, title(t.Score))
		row := func(what string, trial int, at *results.Goal) {
			tried := o.Trials[trial-1]
			steps, seconds := float64(tried.Steps), float64(tried.Seconds)
			for _, r := range tried.Reached {
				if at != nil && r.Value == at.Value {
					steps, seconds = float64(r.Steps), float64(r.Seconds)
				}
			}
			fmt.Fprintf(tab, "  %s\t%d\t%s\t%s\t%s\t%s\n", what, trial, count0(steps), count1(seconds), figure(float64(tried.Score)),
				commandLine(tried.Settings.Args()))
		}
		for _, best := range o.Best {
			what := "best at the end"
			if best.Goal != nil {
				what = fmt.Sprintf("to %s=%g", best.Goal.Metric, best.Goal.Value)
			}
			row(what, best.Trial, best.Goal)
		}
	}
	if err := tab.Flush(); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

func count0(v float64) string { return notReached("%.0f", v) }

func count1(v float64) string { return notReached("%.1f", v) }

func notReached(format string, v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	return fmt.Sprintf(format, v)
}
