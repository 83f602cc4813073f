package study

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/study/experiment"
)

// foundList are the files of what searches found.
type foundList []*experiment.Tuning

func readFound(paths []string) (foundList, error) {
	var list foundList
	for _, path := range paths {
		t, err := experiment.ReadTuning(strings.TrimSpace(path))
		if err != nil {
			return nil, fmt.Errorf("⟨tuned⟩: %w", err)
		}
		list = append(list, t)
	}
	return list, nil
}

// String is what a comparison's settings depend on of the files.
func (list foundList) String() string {
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
func taskOf(s *job.Spec, dataset string) job.Choices {
	task := job.Choices{
		{Name: "model", Value: s.Model}, {Name: "dataset", Value: dataset}, {Name: "hidden", Value: job.Joined(s.Hidden, ",")},
		{Name: "act", Value: s.Activation}, {Name: "init", Value: s.Init}, {Name: "dropout", Value: fmt.Sprint(s.Dropout)},
		{Name: "l2", Value: fmt.Sprint(s.L2)}, {Name: "dtype", Value: s.DType},
	}
	if len(s.Filters) > 0 {
		task = append(task, job.Choice{Name: "filters", Value: job.Joined(s.Filters, ",")})
	}
	if label := s.Columns.Label; label != "" {
		task = append(task, job.Choice{Name: "label-column", Value: label})
	}
	if size := s.Columns.ImageSize; size != [2]int{} {
		task = append(task, job.Choice{Name: "image-size", Value: fmt.Sprintf("%dx%d", size[0], size[1])})
	}
	if s.Groups != "" {
		task = append(task, job.Choice{Name: "groups", Value: s.Groups})
	}
	if targets := s.Columns.Targets; len(targets) > 0 {
		task = append(task, job.Choice{Name: "target-columns", Value: strings.Join(targets, ",")})
	}
	return task
}

// check refuses files of another task.
func (list foundList) check(task job.Choices) error {
	for _, t := range list {
		for i, v := range task {
			if i >= len(t.Task) || t.Task[i] != v {
				return job.Refuse("⟨tuned⟩ %s is of another task: this is %s %s, and that is %s", t.Path, job.Word(v.Name), v.Value, t.Task)
			}
		}
		if len(t.Task) > len(task) {
			return job.Refuse("⟨tuned⟩ %s is of another task: %s", t.Path, t.Task)
		}
	}
	return nil
}

// settings are the best that were found for a run's optimizer at the hardest goal
// of base, in searches of its kind.
func (list foundList) settings(base, run *job.Spec) (job.Choices, error) {
	if len(list) == 0 {
		return nil, nil
	}
	kind := run.Kind()
	var paths []string
	for _, t := range list {
		paths = append(paths, t.Path)
		for _, o := range t.Optimizers {
			if o.Optimizer != run.Optimizer || !o.Fits(kind) {
				continue
			}
			best := o.For(base.Goals)
			if best == nil {
				return nil, job.Refuse("⟨tuned⟩ %s: tuned for other targets than %s", t.Path, base.TargetText())
			}
			return best.Settings, nil
		}
	}
	return nil, job.Refuse("⟨tuned⟩ %s: nothing was tuned for ⟨opt⟩ %s %s", strings.Join(paths, ","), run.Optimizer, kind)
}

// fixedOf is what all trials of a search share: their kind, and what else was
// given for them.
func fixedOf(trial *job.Spec, space experiment.Space) job.Choices {
	searched := func(name string) bool {
		return slices.ContainsFunc(space, func(d experiment.Dimension) bool { return d.Name == name })
	}
	var fixed job.Choices
	for _, v := range trial.Kind() {
		if !searched(v.Name) {
			fixed = append(fixed, v)
		}
	}
	for _, v := range trial.Asked {
		known := slices.ContainsFunc(fixed, func(f job.Choice) bool { return f.Name == v.Name })
		if !known && !searched(v.Name) && !same(v.Name) && ofRuns(v.Name) {
			fixed = append(fixed, v)
		}
	}
	return fixed
}
