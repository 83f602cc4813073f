package live

import (
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/internal/results"
)

// curves are a run's history by column.
type curves struct {
	Every   int              `json:"every"` // 1: all evaluations; 4: every fourth, and the last
	Of      int              `json:"of"`    // evaluations there are
	Steps   []int            `json:"step"`
	Epochs  []int            `json:"epoch"`
	Seconds []results.Number `json:"seconds"`
	Columns []column         `json:"columns"`
}

// column is a value of the records; null where a record has none.
type column struct {
	Group  string           `json:"group"` // "loss", "score", "kfac" or "phase"
	Name   string           `json:"name"`
	Values []results.Number `json:"values"`
}

// diagnostics are K-FAC's, in the order in which they are shown.
var diagnostics = [...]struct {
	name string
	of   func(*results.Diagnostics) results.Number
}{
	{"damping", func(d *results.Diagnostics) results.Number { return d.Damping }},
	{"rho", func(d *results.Diagnostics) results.Number { return d.Rho }},
	{"gamma", func(d *results.Diagnostics) results.Number { return d.Gamma }},
	{"alpha", func(d *results.Diagnostics) results.Number { return d.Alpha }},
	{"mu", func(d *results.Diagnostics) results.Number { return d.Mu }},
	{"grad_norm", func(d *results.Diagnostics) results.Number { return d.GradNorm }},
	{"update_norm", func(d *results.Diagnostics) results.Number { return d.UpdateNorm }},
	{"cosine", func(d *results.Diagnostics) results.Number { return d.Cosine }},
	{"clip_factor", func(d *results.Diagnostics) results.Number { return d.ClipFactor }},
	{"condition", func(d *results.Diagnostics) results.Number { return d.Condition }},
	{"undone_steps", func(d *results.Diagnostics) results.Number { return results.Number(d.UndoneSteps) }},
}

// The most columns of scores and of phases: a file can name any number of them.
const maxColumns = 32

// thinned are the indices of at most most of n records: every 2ᵏ-th, and the last.
func thinned(n, most int) (list []int, every int) {
	every = 1
	for (n+every-1)/every > most-1 && n > most {
		every *= 2
	}
	for i := every - 1; i < n; i += every {
		list = append(list, i)
	}
	if n > 0 && (len(list) == 0 || list[len(list)-1] != n-1) {
		list = append(list, n-1)
	}
	return list, every
}

// curvesOf takes at most most points of each curve.
func curvesOf(run *results.Run, most int) *curves {
	list, every := thinned(len(run.History), most)
	c := &curves{Every: every, Of: len(run.History), Steps: []int{}, Epochs: []int{}, Seconds: []results.Number{}, Columns: []column{}}
	var scores, phases []string
	kfac := false
	for _, i := range list {
		r := &run.History[i]
		c.Steps, c.Epochs, c.Seconds = append(c.Steps, r.Step), append(c.Epochs, r.Epoch), append(c.Seconds, r.TrainSeconds)
		kfac = kfac || r.KFAC != nil
		scores, phases = names(scores, r.Scores), names(phases, r.Phases)
	}
	add := func(group, name string, of func(i int, r *results.Record) (results.Number, bool)) {
		column, measured := column{Group: group, Name: name}, false
		for _, i := range list {
			v, ok := of(i, &run.History[i])
			measured = measured || ok && v == v
			if !ok {
				v = nan
			}
			column.Values = append(column.Values, v)
		}
		if measured {
			c.Columns = append(c.Columns, column)
		}
	}
	add("loss", results.TrainLoss, func(_ int, r *results.Record) (results.Number, bool) { return r.TrainLoss, true })
	for _, name := range scores {
		add("score", name, func(_ int, r *results.Record) (results.Number, bool) { return r.Scores.Get(name) })
	}
	if kfac {
		for _, d := range diagnostics {
			add("kfac", d.name, func(_ int, r *results.Record) (results.Number, bool) {
				if r.KFAC == nil {
					return nan, false
				}
				return d.of(r.KFAC), true
			})
		}
	}
	for _, name := range phases {
		add("phase", name, func(i int, r *results.Record) (results.Number, bool) {
			before := 0
			if i > 0 {
				before = run.History[i-1].Step
			}
			v, ok := r.Phases.Get(name)
			return 1000 * v / results.Number(r.Step-before), ok && r.Step > before
		})
	}
	return c
}

// names adds those of fields that are not there yet.
func names(list []string, fields results.Fields[results.Number]) []string {
	for _, f := range fields {
		if len(list) < maxColumns && !slices.Contains(list, f.Name) {
			list = append(list, f.Name)
		}
	}
	return list
}

// values are a configuration as text, in order.
func values(config results.Fields[any]) [][2]string {
	list := [][2]string{}
	for _, f := range config[:min(len(config), 500)] {
		text := fmt.Sprint(f.Value)
		if f.Value == nil {
			text = ""
		}
		list = append(list, [2]string{short(f.Name), short(text)})
	}
	return list
}

// short bounds what a page is sent of a text.
func short(text string) string {
	if r := []rune(text); len(r) > 500 {
		return string(r[:500]) + "…"
	}
	return text
}
