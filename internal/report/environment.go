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

// environmentRow is a line about a machine and its versions.
type environmentRow struct {
	name string
	of   func(results.Environment) string
}

func environmentRows() []environmentRow {
	return []environmentRow{
		{"gokfac", func(e results.Environment) string { return e.Version }},
		{"Go", func(e results.Environment) string { return e.Go }},
		{"system", func(e results.Environment) string { return e.OS + "/" + e.Arch }},
		{"processor", func(e results.Environment) string { return e.CPU }},
		{"processors", func(e results.Environment) string { return strconv.Itoa(e.Processors) }},
		{"runs at once", func(e results.Environment) string { return strconv.Itoa(max(e.Beside, 1)) }},
		{"kernels", func(e results.Environment) string { return e.Kernels }},
	}
}

func orUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

// environmentTable has a column for each environment.
func (r *Report) environmentTable() table {
	list, _ := r.environments()
	t := table{Caption: "Machine and versions", Head: []string{""}}
	for _, e := range list {
		t.Head = append(t.Head, plural(e.runs, "run"))
	}
	if len(list) == 0 {
		return t
	}
	add := func(name string, of func(environment) string) {
		cells := []string{name}
		for _, e := range list {
			cells = append(cells, orUnknown(of(e)))
		}
		t.Rows = append(t.Rows, cells)
	}
	for _, row := range environmentRows() {
		add(row.name, func(e environment) string { return row.of(e.Environment) })
	}
	add("first run began", func(e environment) string { return e.first })
	add("last run began", func(e environment) string { return e.last })
	return t
}
