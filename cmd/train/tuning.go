package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"github.com/gokfac/gokfac/internal/experiment"
	"github.com/gokfac/gokfac/internal/results"
)

// tuningOf sums a search up.
func tuningOf(s *settings, task experiment.Settings, entries []*searched, seeds []uint64, rank *experiment.Search) *experiment.Tuning {
	t := &experiment.Tuning{
		Version: 1, Command: s.command, Task: task, Goals: s.goals, Score: rank.Score,
		Budget: experiment.Budget{
			Search: cmp.Or(s.search, "random"), Seeds: len(seeds), FirstSeed: seeds[0], RankedBy: "steps", CutAt: cutAt,
		},
	}
	if s.bySeconds {
		t.Budget.RankedBy = "seconds"
	}
	for _, q := range entries {
		o := experiment.Tuned{Label: q.label, Optimizer: q.optimizer, Fixed: fixedOf(q.first, q.space), Space: q.space}
		for i := range s.goals {
			o.Best = append(o.Best, q.best(&o, &s.goals[i], rank))
		}
		if len(s.goals) == 0 {
			o.Best = append(o.Best, q.best(&o, nil, rank))
		}
		for _, trial := range q.trials {
			o.Trials = append(o.Trials, triedOf(trial, rank))
		}
		t.Budget.Trials = max(t.Budget.Trials, len(o.Trials))
		t.Optimizers = append(t.Optimizers, o)
	}
	return t
}

func (q *searched) best(o *experiment.Tuned, goal *results.Goal, rank *experiment.Search) experiment.Best {
	trial := rank.Best(q.trials, goal)
	return experiment.Best{
		Goal: goal, Reached: !math.IsInf(rank.Cost(trial, goal), 1), Trial: 1 + slices.Index(q.trials, trial),
		Settings: slices.Concat(o.Fixed, trial.Settings),
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

// printTuning writes the best of each entry below its first trial.
func printTuning(w io.Writer, t *experiment.Tuning) error {
	b := t.Budget
	fmt.Fprintf(w, "%s search, up to %d trials for each, seeds %d to %d; the best by %s\n",
		b.Search, b.Trials, b.FirstSeed, b.FirstSeed+uint64(b.Seeds)-1, b.RankedBy)
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, o := range t.Optimizers {
		fmt.Fprintf(tab, "\n%s, %d trials\ttrial\tsteps\tseconds\t%s\tsettings\n", o.Label, len(o.Trials), title(t.Score))
		for _, best := range o.Best {
			what, tried := "at the end", o.Trials[best.Trial-1]
			steps, seconds := float64(tried.Steps), float64(tried.Seconds)
			if best.Goal != nil {
				what = fmt.Sprintf("to %s=%g", best.Goal.Metric, best.Goal.Value)
				for _, r := range tried.Reached {
					if r.Value == best.Goal.Value {
						steps, seconds = float64(r.Steps), float64(r.Seconds)
					}
				}
			}
			settings := commandLine(tried.Settings.Args())
			if len(tried.Settings) == 0 {
				settings = "(the defaults)"
			}
			fmt.Fprintf(tab, "  %s\t%d\t%s\t%s\t%s\t%s\n", what, best.Trial, unlessNever("%.0f", steps), unlessNever("%.1f", seconds),
				unlessNever("%.5g", float64(tried.Score)), settings)
		}
	}
	if err := tab.Flush(); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// unlessNever is v, or a dash for what was not reached.
func unlessNever(format string, v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	return fmt.Sprintf(format, v)
}
