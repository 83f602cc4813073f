package study

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/internal/study/experiment"
	"github.com/gokfac/gokfac/trainer"
)

// Ask says what several runs are to be.
type Ask struct {
	// Base is what was asked for all of them. Its settings need not go together: each
	// run takes what it has a use for.
	Base *job.Spec
	// Entries are optimizers with settings of their own, as package experiment reads
	// them.
	Entries string
	Seeds   int    // runs of each entry or trial; 0: the default
	Out     string // directory; empty: a name made of the task

	// Found are files with settings that searches found, for a comparison.
	Found []string

	// Trials, Search and BySeconds are for a search: how many settings are tried for
	// each entry (0: the default), how they are chosen (empty: at random), and whether
	// the best is the fastest instead of the one with the fewest steps.
	Trials    int
	Search    string
	BySeconds bool

	// Name is the setting that names the entries in messages: compare or tune. All is
	// everything that was asked for, the study's own settings included, which the name
	// of the directory depends on. Command says how choices are repeated by a user.
	Name    string
	All     job.Choices
	Command func(job.Choices) string

	// Group is the processes among which a comparison's runs are dealt out, each of which
	// one process makes by itself; nil: this one makes them all. Every process has an equal
	// Ask; the first keeps the runs, and shows them. Beside is how many of the processes
	// have the processors that this one has.
	Group  distributed.Group
	Beside int

	Show Progress
	// Keep is called with what there is to tell if the study is left in the middle.
	Keep func(tell func(context.Context) error)
}

// Progress shows runs being made.
type Progress interface {
	Expect(runs int, labels ...string) // what is to come
	Begin(run *job.Spec, steps int)    // a run begins
	Event(e *trainer.Event) error      // of the run in progress
	End(run *results.Run, kept bool)   // it is done, or was kept from before
	Note(text string)                  // something that is said in any case
	Close()                            // no more is to come
}

// Several are the settings of a study, not of its runs; opt and seed are given to
// each run.
var several = []string{"compare", "tune", "seeds", "tuned", "trials", "search", "by-seconds", "out", "opt", "seed"}

// ofRuns reports whether a setting is one of each run's.
func ofRuns(name string) bool {
	_, known := job.Lookup(name)
	return known && !slices.Contains(several, name)
}

// same reports whether a setting is the same for all that are compared.
func same(name string) bool {
	row, known := job.Lookup(name)
	return known && row.Task
}

const (
	compareSeeds  = 5
	searchSeed    = 101 // the first; another than a comparison's, which is not to be won on the seeds that were searched on
	defaultTrials = 20
)

// seeds lists n seeds from the one given, or else from first.
func (a *Ask) seeds(first uint64, n int) ([]uint64, error) {
	if a.Base.Given("seed") {
		first = a.Base.Seed
	}
	n = cmp.Or(a.Seeds, n)
	if first > math.MaxUint64-uint64(n) {
		return nil, job.Refuse("⟨seed⟩ %d: there are no %d seeds from there on", first, n)
	}
	seeds := make([]uint64, n)
	for i := range seeds {
		seeds[i] = first + uint64(i)
	}
	return seeds, nil
}

// entries reads the entries, and refuses those of no optimizer, and settings that
// they cannot have of their own.
func (a *Ask) entries() ([]experiment.Entry, error) {
	list, err := experiment.ParseEntries(a.Entries)
	if err != nil {
		return nil, job.Refuse("%s: %v", job.Word(a.Name), err)
	}
	optimizers, known := job.Names(job.Optimizers()), job.Names(job.Settings())
	for _, e := range list {
		if !slices.Contains(optimizers, e.Optimizer) {
			return nil, job.Refuse("%s: unknown optimizer %q: want %s%s", job.Word(a.Name), e.Optimizer,
				job.Alternatives(optimizers), job.DidYouMean(e.Optimizer, optimizers))
		}
		for _, d := range e.Space {
			switch {
			case same(d.Name) || slices.Contains(several, d.Name):
				return nil, job.Refuse("%s %s: %s is the same for all: give it outside of %[1]s", job.Word(a.Name), e.Optimizer, job.Word(d.Name))
			case !slices.Contains(known, d.Name):
				return nil, job.Refuse("%s %s: unknown setting %s%s", job.Word(a.Name), e.Optimizer, job.Word(d.Name), job.DidYouMean(d.Name, known))
			}
		}
	}
	return list, nil
}

// variant is the spec of one run. Where a setting is given several times the last
// counts: what a search found comes first, then what was asked for all, as far as
// the optimizer has a use for it, and then the entry's own.
func (a *Ask) variant(optimizer string, found, own job.Choices, seed uint64) (*job.Spec, error) {
	mode := a.variantAmong(optimizer, slices.Concat(found, own))
	all := append(job.Choices{{Name: "opt", Value: optimizer}}, found...)
	for _, v := range a.Base.Asked {
		if v.Name == "target" {
			v.Value = a.Base.TargetText() // a run stops at the hardest
		}
		if ofRuns(v.Name) && job.Applies(v.Name, optimizer, mode, "") {
			all = append(all, v)
		}
	}
	all = append(append(all, own...), job.Choice{Name: "seed", Value: fmt.Sprint(seed)})
	var last job.Choices
	for i, v := range all {
		if !slices.ContainsFunc(all[i+1:], func(w job.Choice) bool { return w.Name == v.Name }) {
			last = append(last, v)
		}
	}
	run, err := job.Parse(last)
	if err != nil {
		return nil, err
	}
	run.Workers, run.Command = a.Base.Workers, a.Command(last)
	return run, nil
}

// variantAmong is the optimizer's mode, given choices that go before what was
// asked for all.
func (a *Ask) variantAmong(optimizer string, first job.Choices) string {
	s := *a.Base
	s.Optimizer = optimizer
	for _, v := range first {
		if row, ok := job.Lookup(v.Name); ok && row.Owner == optimizer {
			_ = row.Value(&s).Set(v.Value) // a bad value is told by the variant
		}
	}
	return s.Variant()
}

// used refuses settings that none of the runs has a use for.
func (a *Ask) used(runs []*job.Spec) error {
	for _, v := range a.Base.Asked {
		if !ofRuns(v.Name) || slices.ContainsFunc(runs, func(run *job.Spec) bool { return run.Given(v.Name) }) {
			continue
		}
		return job.Refuse("%s does not apply to any of what is to be run", job.Word(v.Name))
	}
	return nil
}
