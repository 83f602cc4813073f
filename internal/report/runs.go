package report

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/results"
)

// runTable has a row for each run.
func (r *Report) runTable() table {
	t := table{Caption: "All runs", Head: []string{"", "seed", "ending", "steps", "seconds"}}
	for _, goal := range r.Comparison.Goals {
		t.Head = append(t.Head, "steps to "+goalWords(goal), "seconds")
	}
	for _, s := range r.scores() {
		t.Head = append(t.Head, s.words())
	}
	for _, g := range r.groups() {
		for _, run := range g.Runs {
			one := &results.Group{Label: g.Label, Runs: []*results.Run{run}}
			row := []string{g.Label, fmt.Sprint(run.Seed), run.Ending, steps.of(one.Steps()), seconds.of(one.Seconds())}
			for _, goal := range r.Comparison.Goals {
				reach := r.Comparison.Reach(one, goal)
				if reach.Runs == 0 {
					row = append(row, "-", "-")
					continue
				}
				row = append(row, steps.of(reach.Steps), seconds.of(reach.Seconds))
			}
			for _, s := range r.scores() {
				row = append(row, s.quantity().of(r.Comparison.Final(one, string(s))))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// commandTable tells how to repeat each run.
func (r *Report) commandTable() table {
	t := table{Caption: "Commands that repeat one run", Head: []string{"", "seed", "command"}}
	for _, g := range r.groups() {
		for _, run := range g.Runs {
			if run.Command != "" {
				t.Rows = append(t.Rows, []string{g.Label, fmt.Sprint(run.Seed), run.Command})
			}
		}
	}
	return t
}
