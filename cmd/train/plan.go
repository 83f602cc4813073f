package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/gokfac/gokfac/internal/experiment"
	"github.com/gokfac/gokfac/kfac"
)

const (
	maxSeeds  = 1000
	maxTrials = 10_000

	compareSeeds  = 5
	tuneSeed      = 101 // the first; another than a comparison's, which is not to be won on the seeds that were tuned on
	defaultTrials = 20
)

// studyFlags are of the several runs, not of each.
var studyFlags = []string{"compare", "tune", "seeds", "tuned", "trials", "search", "by-seconds", "out",
	"opt", "seed", "json", "progress", "list", "version", "cpuprofile", "memprofile"}

// taskFlags say what is trained on what: the same for all that are compared.
var taskFlags = []string{"model", "dataset", "data-dir", "download", "hidden", "act", "init", "dropout", "label-column", "target-columns", "validation", "patience", "dtype", "workers", "l2", "target", "eval-every",
	"dry-run"}

// checkStudy refuses what does not go with one run, or with several.
func (s *settings) checkStudy() error {
	several := s.several()
	switch {
	case s.given["compare"] && s.given["tune"]:
		return usagef("-compare and -tune are two commands: tune first, then -compare with -tuned")
	case several && s.given["opt"]:
		return usagef("-opt does not go with -compare and -tune, which name the optimizers")
	case several && s.dryRun:
		return usagef("-dry-run is of one run: leave -compare and -tune out")
	case !several && len(s.goals) > 1:
		return usagef("-target %s: a run has one; -compare and -tune take several", s.goals[0].Metric)
	case !s.given["tune"] && (s.given["trials"] || s.given["search"] || s.given["by-seconds"]):
		return usagef("-trials, -search and -by-seconds are of -tune")
	case !s.given["compare"] && s.given["tuned"]:
		return usagef("-tuned is of -compare")
	case !several && (s.given["seeds"] || s.given["out"]):
		return usagef("-seeds and -out are of -compare and -tune")
	}
	return nil
}

// several tells -compare and -tune from one run.
func (s *settings) several() bool { return s.given["compare"] || s.given["tune"] }

// checkEntry refuses an entry of no optimizer, and flags that it cannot have of
// its own.
func checkEntry(flag string, e experiment.Entry) error {
	names := namesOf(optimizers())
	if !slices.Contains(names, e.Optimizer) {
		return usagef("-%s: unknown optimizer %q: want %s%s", flag, e.Optimizer, alternatives(names), didYouMean(e.Optimizer, names))
	}
	known := newFlagTable(&settings{}).names()
	for _, d := range e.Space {
		switch {
		case slices.Contains(taskFlags, d.Flag) || slices.Contains(studyFlags, d.Flag):
			return usagef("-%s %s: -%s is the same for all: give it outside of -%s", flag, e.Optimizer, d.Flag, flag)
		case !slices.Contains(known, d.Flag):
			return usagef("-%s %s: unknown flag -%s%s", flag, e.Optimizer, d.Flag, didYouMean(d.Flag, known))
		}
	}
	return nil
}

// variant is the settings of one run: those of the command line that its
// optimizer has a use for, between what was found for it and what is its own.
// Later flags win.
func (s *settings) variant(optimizer string, found, own experiment.Settings, seed uint64) (*settings, error) {
	mode := s.modeAmong(slices.Concat(found, own))
	all := append(experiment.Settings{{Flag: "opt", Value: optimizer}}, found...)
	for _, v := range s.arguments {
		if v.Flag == "target" {
			v.Value = s.targetText() // a run stops at the hardest
		}
		otherMode := optimizer == "kfac" && cmp.Or(modeOf(v.Flag), mode) != mode
		if !slices.Contains(studyFlags, v.Flag) && hasUse(optimizer, v.Flag) && !otherMode {
			all = append(all, v)
		}
	}
	all = append(append(all, own...), experiment.Setting{Flag: "seed", Value: fmt.Sprint(seed)})
	var last experiment.Settings
	for i, v := range all {
		if !slices.ContainsFunc(all[i+1:], func(w experiment.Setting) bool { return w.Flag == v.Flag }) {
			last = append(last, v)
		}
	}
	run, err := parse(last.Args())
	if err != nil {
		return nil, err
	}
	run.workers, run.bySeconds = s.workers, s.bySeconds
	return run, nil
}

// modeAmong is K-FAC's mode with settings that go before the command line.
func (s *settings) modeAmong(list experiment.Settings) kfac.Mode {
	mode := cmp.Or(s.kfac.Mode, defaultMode)
	for _, v := range list {
		if v.Flag == "kfac-mode" {
			mode = kfac.Mode(v.Value)
		}
	}
	return mode
}

// checkUsed refuses flags that none of the runs has a use for.
func (s *settings) checkUsed(runs []*settings) error {
	for _, v := range s.arguments {
		if slices.Contains(studyFlags, v.Flag) || slices.ContainsFunc(runs, func(run *settings) bool { return run.given[v.Flag] }) {
			continue
		}
		return usagef("-%s does not apply to any of what is to be run", v.Flag)
	}
	return nil
}

// seedsFrom lists n seeds from the one given, or else from first.
func (s *settings) seedsFrom(first uint64, n int) ([]uint64, error) {
	if s.given["seed"] {
		first = s.seed
	}
	n = cmp.Or(s.seeds, n)
	if first > math.MaxUint64-uint64(n) {
		return nil, usagef("-seed %d: there are no %d seeds from there on", first, n)
	}
	seeds := make([]uint64, n)
	for i := range seeds {
		seeds[i] = first + uint64(i)
	}
	return seeds, nil
}
