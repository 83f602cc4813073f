package report

import (
	"slices"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/internal/results"
)

// undivided is the part of a step in which nothing was measured.
const undivided = "not divided"

// cost is the time of a step by part, in milliseconds: a row for each group.
type cost struct {
	parts  []string
	labels []string
	values [][]float64
}

func (r *Report) cost() cost {
	var c cost
	var all []results.Fields[float64]
	for _, g := range r.groups() {
		phases := finiteFields(g.PhaseMillis())
		if total := g.StepMillis().Median; len(phases) == 0 && finite(total) {
			phases = results.Fields[float64]{{Name: undivided, Value: total}}
		}
		if len(phases) == 0 {
			continue
		}
		c.labels, all = append(c.labels, g.Label), append(all, phases)
		for _, p := range phases {
			if !slices.Contains(c.parts, p.Name) && p.Name != "other" && p.Name != undivided {
				c.parts = append(c.parts, p.Name)
			}
		}
	}
	for _, last := range []string{"other", undivided} {
		if slices.ContainsFunc(all, func(f results.Fields[float64]) bool { _, ok := f.Get(last); return ok }) {
			c.parts = append(c.parts, last)
		}
	}
	for _, phases := range all {
		row := make([]float64, len(c.parts))
		for i, part := range c.parts {
			row[i], _ = phases.Get(part)
		}
		c.values = append(c.values, row)
	}
	return c
}

func finiteFields(fields results.Fields[float64]) results.Fields[float64] {
	return slices.DeleteFunc(fields, func(f results.Field[float64]) bool { return !finite(f.Value) || f.Value < 0 })
}

// divided tells whether the parts of any group's step are known.
func (c cost) divided() bool { return len(c.parts) > 0 && c.parts[0] != undivided }

func (c cost) table() table {
	t := table{Caption: "Milliseconds of a step, by part: medians over runs of their means", Head: append([]string{""}, c.parts...)}
	for i, label := range c.labels {
		row := []string{label}
		for _, v := range c.values[i] {
			row = append(row, significant(v, 3))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (c cost) bars() *figures.Bars {
	b := &figures.Bars{Title: "Cost of a step by part", X: figures.Axis{Label: "time of a step (ms)"}, Parts: c.parts}
	for i, label := range c.labels {
		b.Rows = append(b.Rows, figures.BarRow{Label: label, Values: c.values[i]})
	}
	return b
}
