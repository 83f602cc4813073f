package study

import (
	"cmp"
	"math"
	"slices"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/internal/study/experiment"
)

// summary sums the search up.
func (q *Search) summary(task job.Choices) *experiment.Tuning {
	t := &experiment.Tuning{
		Version: 1, Command: q.Base.Command, Task: task, Goals: q.Base.Goals, Score: q.rank.Score,
		Budget: experiment.Budget{
			Search: cmp.Or(q.Ask.Search, "random"), Seeds: len(q.seeds), FirstSeed: q.seeds[0], RankedBy: "steps", CutAt: cutAt,
		},
	}
	if q.BySeconds {
		t.Budget.RankedBy = "seconds"
	}
	for _, one := range q.searched {
		o := experiment.Tuned{Label: one.label, Optimizer: one.optimizer, Fixed: fixedOf(one.first, one.space), Space: one.space}
		for i := range q.Base.Goals {
			o.Best = append(o.Best, one.best(&o, &q.Base.Goals[i], q.rank))
		}
		if len(q.Base.Goals) == 0 {
			o.Best = append(o.Best, one.best(&o, nil, q.rank))
		}
		for _, trial := range one.trials {
			o.Trials = append(o.Trials, triedOf(trial, q.rank))
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
