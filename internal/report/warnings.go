package report

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/results"
)

// warnings are reasons to doubt the comparison that the runs themselves give.
func (r *Report) warnings() []string {
	var list []string
	add := func(doubt bool, text string) {
		if doubt {
			list = append(list, text)
		}
	}
	environments, unknown := r.environments()
	groups := r.groups()
	if len(groups) == 0 {
		return []string{"There are no runs."}
	}
	cut, doubted := 0, 0
	for _, g := range groups {
		for _, run := range g.Runs {
			if run.Ending == results.Cut {
				cut++
			}
			if len(run.Warnings) > 0 {
				doubted++
			}
		}
	}
	add(len(environments) > 1, "The runs come from different machines or versions: their seconds cannot be compared.")
	add(r.crowded(), "Several processes made runs on the same processors at the same time, with more workers than processors: seconds say little, and steps are as they are.")
	add(unknown > 0, fmt.Sprintf("%s of %d did not record the machine: seconds may not be comparable.", plural(unknown, "run"), unknown+counted(environments)))
	add(r.seeds() == 1, "There is one seed only: differences may be chance.")
	add(!r.sameSeeds(), "Not all groups were run with the same seeds.")
	add(!r.sameSetting("-workers"), "Not all runs had the same number of workers: their seconds cannot be compared.")
	add(!r.sameSetting("-dataset"), "Not all runs used the same data set.")
	add(!r.sameModel(), "Not all runs trained the same model.")
	add(cut > 0, fmt.Sprintf("%s ended at a limit from outside before all steps.", plural(cut, "run")))
	add(doubted > 0, fmt.Sprintf("%s ended with a warning: a loss above its beginning, or parameters that did not move.", plural(doubted, "run")))
	return list
}

// crowded tells whether runs had less than a processor for each of their workers.
func (r *Report) crowded() bool {
	for _, g := range r.groups() {
		for _, run := range g.Runs {
			if e := run.Environment; e != nil && e.Beside*run.Workers > e.Processors {
				return true
			}
		}
	}
	return false
}

func counted(list []environment) (n int) {
	for _, e := range list {
		n += e.runs
	}
	return n
}

// sameModel tells whether a seed gives the same initial weights in all groups.
func (r *Report) sameModel() bool {
	return r.sameSetting("-model", "-hidden", "-act", "-init", "-dropout", "-dtype", "parameters")
}
