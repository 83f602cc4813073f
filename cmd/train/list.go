package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/report"
)

// printList writes what can be chosen, and the defaults.
func printList(w io.Writer) error {
	var formats []job.Entry
	for _, f := range datasets.Formats() {
		formats = append(formats, job.Entry{What: f.What})
	}
	formats[0].Name, formats[0].What = "PATH", "one's own: "+formats[0].What
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, section := range []struct {
		title   string
		entries []job.Entry
	}{
		{"Optimizers (-opt)", job.Entries(job.Optimizers())},
		{"Models (-model)", job.Entries(job.Models())},
		{"Data sets (-dataset)", append(job.Datasets(), formats...)},
		{"Activations (-act)", job.Entries(job.Activations())},
		{"Initial weights (-init)", job.Entries(job.Initializers())},
		{"Learning-rate schedules (-schedule)", job.Entries(job.Schedules())},
		{"K-FAC modes (-kfac-mode)", job.Entries(job.Modes())},
		{"Structures of the Fisher matrix (-kfac-structure)", job.Entries(job.Structures())},
		{"Fisher estimators (-kfac-fisher)", job.Entries(job.Estimators())},
		{"Weight sharing (-kfac-sharing)", job.Entries(job.Sharings())},
	} {
		if i > 0 {
			fmt.Fprintln(tab)
		}
		fmt.Fprintln(tab, section.title)
		for _, e := range section.entries {
			fmt.Fprintf(tab, "  %s\t%s\n", e.Name, inFlags(e.What))
		}
	}
	if err := printDefaults(tab); err != nil {
		return err
	}
	return tab.Flush()
}

func printDefaults(tab *tabwriter.Writer) error {
	fmt.Fprintln(tab, "\nDefaults\n  \tbatch-size\tepochs\tsteps\tlr\tlr at 32\tmomentum\tschedule")
	detailed := map[string][]*job.Spec{} // of optimizers with settings of their own
	for _, m := range job.Models() {
		for _, o := range job.Optimizers() {
			for _, v := range o.Variants {
				s, err := job.DefaultSpec(o.Name, v.Name, m.Name)
				if err != nil {
					return err
				}
				printRow(tab, s, v)
				if len(own(s)) > 0 {
					detailed[o.Name] = append(detailed[o.Name], s)
				}
			}
		}
	}
	fmt.Fprint(tab, defaultsNote)
	for _, o := range job.Optimizers() {
		printOwn(tab, detailed[o.Name])
	}
	return nil
}

// own are the settings in force that are the optimizer's own.
func own(s *job.Spec) (list []job.InForce) {
	for _, item := range s.Configuration() {
		if item.Owner == s.Optimizer {
			list = append(list, item)
		}
	}
	return list
}

const defaultsNote = `
  A small training set has a smaller batch: half of it for kfac, else a quarter, but at least 32
  examples. Epochs are added where a run would have fewer steps than the table says. The rate is
  lr at the table's batch size and above, and falls with N/(N+B) below, B a number of each row.
`

func printRow(tab *tabwriter.Writer, s *job.Spec, v job.Variant) {
	momentum := "-"
	switch {
	case job.Applies("momentum", s.Optimizer, v.Name, s.Model):
		momentum = orNone(s.Momentum)
	case slices.Contains(v.Lacks, "momentum"): // another variant takes one
		momentum = "found"
	}
	name := s.Optimizer
	if v.Name != name {
		name += " " + v.Name
	}
	d := job.DefaultsFor(s.Optimizer, v.Name, s.Model)
	fmt.Fprintf(tab, "  %s %s\t%d\t%d\t%d\t%g\t%g\t%s\t%s\n",
		s.Model, name, s.Batch, s.Epochs, d.Steps, s.LearningRate, d.RateFor(32), momentum, s.Schedule)
}

// printOwn has a column for each model and mode of an optimizer, since K-FAC has more
// settings than a line has room for, and a table for each four of them.
func printOwn(tab *tabwriter.Writer, all []*job.Spec) {
	for four := range slices.Chunk(all, 4) {
		printColumns(tab, four)
	}
}

func printColumns(tab *tabwriter.Writer, all []*job.Spec) {
	heads := []string{"\nDefaults of " + report.OptimizerWords(all[0].Optimizer), ""}
	values := make([]map[string]string, len(all))
	var names []string // in the order in which a configuration is printed
	for i, s := range all {
		heads[0] += "\t" + s.Model
		if s.Variant() != s.Optimizer {
			heads[1] += "\t" + s.Variant()
		}
		values[i] = map[string]string{}
		for at, item := range own(s) {
			if !slices.Contains(names, item.Name) {
				names = slices.Insert(names, min(at, len(names)), item.Name)
			}
			values[i][item.Name] = fmt.Sprint(item.Value)
			switch v := item.Value.(type) {
			case float64:
				values[i][item.Name] = orNone(v)
			case bool:
				values[i][item.Name] = map[bool]string{true: "yes", false: "no"}[v]
			}
		}
	}
	if heads[1] == "" { // the optimizer has no modes
		heads = heads[:1]
	}
	fmt.Fprintln(tab, strings.Join(heads, "\n"))
	for _, name := range names {
		if name == "kfac-mode" {
			continue
		}
		row := "  " + name
		for _, v := range values {
			row += "\t" + cmp.Or(v[name], "-")
		}
		fmt.Fprintln(tab, row)
	}
}

func orNone(v float64) string {
	if v == 0 {
		return "none"
	}
	return fmt.Sprintf("%.4g", v) // a damping of the batch size has more digits than a column
}

func printVersion(w io.Writer) error {
	_, err := fmt.Fprintf(w, "gokfac %s, %s %s/%s, %v kernels\n", job.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, isa.Products())
	return err
}
