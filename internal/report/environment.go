package report

import (
	"slices"
	"strconv"

	"github.com/gokfac/gokfac/internal/results"
)

// environment is what some runs share, whenever they began.
type environment struct {
	results.Environment // without Started
	runs                int
	first, last         string // RFC 3339, UTC, which sort as text
}

// environments lists the different ones, and how many runs tell none.
func (r *Report) environments() (list []environment, unknown int) {
	for _, g := range r.groups() {
		for _, run := range g.Runs {
			if run.Environment == nil {
				unknown++
				continue
			}
			e := *run.Environment
			started := e.Started
			e.Started = ""
			i := slices.IndexFunc(list, func(known environment) bool { return known.Environment == e })
			if i < 0 {
				i = len(list)
				list = append(list, environment{Environment: e, first: started, last: started})
			}
			list[i].runs++
			list[i].first, list[i].last = min(list[i].first, started), max(list[i].last, started)
		}
	}
	return list, unknown
}

// environmentTable has a column for each environment.
func (r *Report) environmentTable() table {
	list, _ := r.environments()
	t := table{Caption: "Machine and versions", Head: []string{""}}
	rows := []struct {
		name string
		of   func(environment) string
	}{
		{"gokfac", func(e environment) string { return e.Version }},
		{"Go", func(e environment) string { return e.Go }},
		{"system", func(e environment) string { return e.OS + "/" + e.Arch }},
		{"processor", func(e environment) string { return e.CPU }},
		{"processors", func(e environment) string { return strconv.Itoa(e.Processors) }},
		{"kernels", func(e environment) string { return e.Kernels }},
		{"first run began", func(e environment) string { return e.first }},
		{"last run began", func(e environment) string { return e.last }},
	}
	for _, e := range list {
		t.Head = append(t.Head, plural(e.runs, "run"))
	}
	for _, row := range rows {
		cells := []string{row.name}
		for _, e := range list {
			text := row.of(e)
			if text == "" {
				text = "unknown"
			}
			cells = append(cells, text)
		}
		if len(list) > 0 {
			t.Rows = append(t.Rows, cells)
		}
	}
	return t
}
