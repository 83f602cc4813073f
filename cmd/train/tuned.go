package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/internal/experiment"
)

// tunings are the files that -tuned names.
type tunings []*experiment.Tuning

func readTunings(s *settings) (tunings, error) {
	var list tunings
	if !s.given["tuned"] {
		return nil, nil
	}
	for path := range strings.SplitSeq(s.tuned, ",") {
		t, err := experiment.ReadTuning(strings.TrimSpace(path))
		if err != nil {
			return nil, fmt.Errorf("-tuned: %w", err)
		}
		list = append(list, t)
	}
	return list, nil
}

// String is what a comparison's settings depend on of the files.
func (list tunings) String() string {
	var text strings.Builder
	for _, t := range list {
		for _, o := range t.Optimizers {
			best, _ := json.Marshal(o.Best) // strings and numbers, which do not fail
			fmt.Fprint(&text, o.Optimizer, o.Fixed, string(best))
		}
	}
	return text.String()
}

// taskOf is what a search and the comparison that uses it must share, once
// resolve has filled it in.
func taskOf(s *settings, dataset string) experiment.Settings {
	task := experiment.Settings{
		{Flag: "model", Value: s.model}, {Flag: "dataset", Value: dataset}, {Flag: "hidden", Value: joined(s.hidden, ",")},
		{Flag: "act", Value: s.act}, {Flag: "init", Value: s.init}, {Flag: "dropout", Value: fmt.Sprint(s.dropout)},
		{Flag: "l2", Value: fmt.Sprint(s.l2)}, {Flag: "dtype", Value: s.dtype},
	}
	if label := s.columns.Label; label != "" {
		task = append(task, experiment.Setting{Flag: "label-column", Value: label})
	}
	if targets := s.columns.Targets; len(targets) > 0 {
		task = append(task, experiment.Setting{Flag: "target-columns", Value: strings.Join(targets, ",")})
	}
	return task
}

// check refuses files of another task.
func (list tunings) check(task experiment.Settings) error {
	for _, t := range list {
		for i, v := range task {
			if i >= len(t.Task) || t.Task[i] != v {
				return usagef("-tuned %s is of another task: this is -%s %s, and that is %s", t.Path, v.Flag, v.Value, commandLine(t.Task.Args()))
			}
		}
		if len(t.Task) > len(task) {
			return usagef("-tuned %s is of another task: %s", t.Path, commandLine(t.Task.Args()))
		}
	}
	return nil
}

// settings are the best that were found for a run's optimizer at the hardest
// goal, in searches of its kind.
func (list tunings) settings(s, run *settings) (experiment.Settings, error) {
	if len(list) == 0 {
		return nil, nil
	}
	kind := run.kind()
	for _, t := range list {
		for _, o := range t.Optimizers {
			if o.Optimizer != run.opt || !o.Fits(kind) {
				continue
			}
			best := o.For(s.goals)
			if best == nil {
				return nil, usagef("-tuned %s: tuned for other targets than %s", t.Path, s.targetText())
			}
			return best.Settings, nil
		}
	}
	return nil, usagef("-tuned %s: nothing was tuned for -opt %s %s", s.tuned, run.opt, commandLine(kind.Args()))
}

// kind is what tells searches apart, once resolve has filled it in: settings of
// one are of no use to the other.
func (s *settings) kind() experiment.Settings {
	kind := experiment.Settings{{Flag: "batch-size", Value: fmt.Sprint(s.batch)}}
	if s.opt == "kfac" {
		kind = append(kind, experiment.Setting{Flag: "kfac-mode", Value: string(s.kfac.Mode)},
			experiment.Setting{Flag: "kfac-structure", Value: string(s.kfac.Structure)})
	}
	return kind
}

// fixedOf is what all trials of a search share: their kind, and what else was
// given for them.
func fixedOf(trial *settings, space experiment.Space) experiment.Settings {
	searched := func(flag string) bool {
		return slices.ContainsFunc(space, func(d experiment.Dimension) bool { return d.Flag == flag })
	}
	var fixed experiment.Settings
	for _, v := range trial.kind() {
		if !searched(v.Flag) {
			fixed = append(fixed, v)
		}
	}
	for _, v := range trial.arguments {
		known := slices.ContainsFunc(fixed, func(f experiment.Setting) bool { return f.Flag == v.Flag })
		if !known && !searched(v.Flag) && !slices.Contains(taskFlags, v.Flag) && !slices.Contains(studyFlags, v.Flag) {
			fixed = append(fixed, v)
		}
	}
	return fixed
}
