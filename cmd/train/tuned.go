package main

import (
	"cmp"
	"fmt"
	"slices"
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
// with the batch size and the mode that it is to have.
func (list tunings) settings(s *settings, optimizer string, own experiment.Settings) (experiment.Settings, error) {
	if len(list) == 0 {
		return nil, nil
	}
	kind := s.kindOf(optimizer, own)
	for _, t := range list {
		for _, o := range t.Optimizers {
			if o.Optimizer != optimizer || !o.Fits(kind) {
				continue
			}
			if best := o.For(s.goals); best != nil {
				return best.Settings, nil
			}
		}
	}
	return nil, usagef("-tuned %s: nothing was tuned for %s %s", s.tuned, optimizer, commandLine(kind.Args()))
}

// kindOf is what a tuning must agree with: an entry's own flags, the command
// line's or the defaults.
func (s *settings) kindOf(optimizer string, own experiment.Settings) experiment.Settings {
	mode := cmp.Or(s.kfac.Mode, defaultMode)
	kind := experiment.Settings{{Flag: "batch-size", Value: fmt.Sprint(cmp.Or(s.batch, defaultsFor(optimizer, s.model, mode).batch))}}
	if optimizer == "kfac" {
		kind = append(kind, experiment.Setting{Flag: "kfac-mode", Value: string(mode)})
	}
	for _, v := range own {
		kind = slices.DeleteFunc(kind, func(k experiment.Setting) bool { return k.Flag == v.Flag })
	}
	return append(kind, own...)
}
