package main

import (
	"fmt"
	"strings"

	"github.com/gokfac/gokfac/internal/experiment"
)

// tunings are the files that -tuned names.
type tunings []*experiment.Tuning

func readTunings(paths string) (tunings, error) {
	var list tunings
	if paths == "" {
		return nil, nil
	}
	for path := range strings.SplitSeq(paths, ",") {
		t, err := experiment.ReadTuning(path)
		if err != nil {
			return nil, fmt.Errorf("-tuned: %w", err)
		}
		list = append(list, t)
	}
	return list, nil
}

// check refuses files of another task.
func (list tunings) check(model, dataset string) error {
	for _, t := range list {
		if t.Model != model || t.Dataset != dataset {
			return usagef("-tuned %s is of -model %s -dataset %s, and this is of %s and %s", t.Path, t.Model, t.Dataset, model, dataset)
		}
	}
	return nil
}

// settings are the best that were found for an optimizer at the hardest goal,
// where its own settings agree: those of another batch size, mode or structure
// are not its own.
func (list tunings) settings(s *settings, optimizer string, own experiment.Settings) (experiment.Settings, error) {
	if len(list) == 0 {
		return nil, nil
	}
	for _, t := range list {
		for _, o := range t.Optimizers {
			if o.Optimizer != optimizer || !o.Fits(append(s.kindOf(), own...)) {
				continue
			}
			if best := o.For(s.goals); best != nil {
				return best.Settings, nil
			}
		}
	}
	return nil, usagef("-tuned %s: nothing was tuned for %s", s.tuned, experiment.Label(optimizer, own))
}

// kindOf is what of the command line a tuning must agree with.
func (s *settings) kindOf() experiment.Settings {
	var kind experiment.Settings
	for _, v := range s.arguments {
		if v.Flag == "batch-size" || v.Flag == "kfac-mode" {
			kind = append(kind, v)
		}
	}
	return kind
}
