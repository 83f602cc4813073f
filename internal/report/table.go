package report

import (
	"fmt"
	"strconv"
)

// table is one for people, in a terminal or on a page. The first column names
// its rows.
type table struct {
	Caption string
	Head    []string
	Rows    [][]string
}

// goalTable tells when each group reached a goal.
func (r *Report) goalTable(s standing) table {
	t := table{Caption: "To reach " + goalWords(s.goal), Head: []string{"", "reached", "steps", "epochs", "seconds"}}
	ratios := len(r.baselines()) > 0
	if ratios {
		t.Head = append(t.Head, "× steps", "× seconds")
	}
	for _, p := range s.places {
		row := []string{
			p.group.Label, fmt.Sprintf("%d/%d", p.reach.Runs, p.reach.Of),
			steps.of(p.reach.Steps), "-", seconds.of(p.reach.Seconds),
		}
		if p.reached() {
			row[3] = seconds.median(p.reach.Epochs)
		}
		if ratios {
			row = append(row, ratio(p.steps), ratio(p.seconds))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// wholeTable is about the runs as such.
func (r *Report) wholeTable() table {
	t := table{Caption: "Whole runs", Head: []string{"", "runs"}}
	diverged := 0
	for _, g := range r.groups() {
		diverged += g.Diverged()
	}
	if diverged > 0 {
		t.Head = append(t.Head, "diverged")
	}
	t.Head = append(t.Head, "steps", "seconds", "ms/step")
	for _, g := range r.groups() {
		row := []string{g.Label, strconv.Itoa(len(g.Runs))}
		if diverged > 0 {
			row = append(row, strconv.Itoa(g.Diverged()))
		}
		t.Rows = append(t.Rows, append(row, steps.of(g.Steps()), seconds.of(g.Seconds()), seconds.of(g.StepMillis())))
	}
	return t
}

// scoreTable is about what they came to.
func (r *Report) scoreTable() table {
	t := table{Caption: "Scores at the end of the runs", Head: []string{""}}
	for _, s := range r.scores() {
		t.Head = append(t.Head, s.words())
	}
	for _, g := range r.groups() {
		row := []string{g.Label}
		for _, s := range r.scores() {
			row = append(row, s.quantity().of(r.Comparison.Final(g, string(s))))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
