package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/kfac"
)

func printList(w io.Writer) error {
	own := entry{"PATH", "one's own: directory of idx files, .npz as Keras's mnist.npz, .csv table"}
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, section := range []struct {
		title   string
		entries []entry
	}{
		{"Optimizers (-opt)", optimizers()},
		{"Models (-model)", models()},
		{"Data sets (-dataset)", append(datasetNames(), own)},
		{"Activations (-act)", activations()},
		{"Initial weights (-init)", initialisers()},
		{"Learning-rate schedules (-schedule)", schedules()},
		{"K-FAC modes (-kfac-mode)", kfacModes()},
		{"Structures of the Fisher matrix (-kfac-structure)", structures()},
		{"Fisher estimators (-kfac-fisher)", estimators()},
	} {
		if i > 0 {
			fmt.Fprintln(tab)
		}
		fmt.Fprintln(tab, section.title)
		for _, e := range section.entries {
			fmt.Fprintf(tab, "  %s\t%s\n", e.name, e.what)
		}
	}
	if err := printDefaults(tab); err != nil {
		return err
	}
	return tab.Flush()
}

func printDefaults(tab *tabwriter.Writer) error {
	fmt.Fprintln(tab, "\nDefaults\n  \tbatch-size\tepochs\tsteps\tlr\tlr at 32\tmomentum\tschedule")
	var modes []*settings // of K-FAC
	for _, m := range models() {
		for _, o := range optimizers() {
			variants := []kfac.Mode{""}
			if o.name == "kfac" {
				variants = kfac.Modes()
			}
			for _, mode := range variants {
				s, err := defaultSettings(o.name, m.name, mode)
				if err != nil {
					return err
				}
				printRow(tab, strings.TrimSpace(o.name+" "+string(mode)), s)
				if mode != "" {
					modes = append(modes, s)
				}
			}
		}
	}
	fmt.Fprint(tab, defaultsNote)
	printKFACDefaults(tab, modes)
	return nil
}

// defaultSettings are those in force where nothing is given and the training
// set is large.
func defaultSettings(optimizer, model string, mode kfac.Mode) (*settings, error) {
	s := &settings{opt: optimizer, model: model, kfac: kfac.Config{Mode: mode}}
	return s, s.resolve(manySteps)
}

const defaultsNote = `
  A small training set has a smaller batch: half of it for kfac, else a quarter, but at least 32
  examples. Epochs are added where a run would have fewer steps than the table says. The rate is
  lr at the table's batch size and above, and falls with N/(N+B) below, B a number of each row.
`

func printRow(tab *tabwriter.Writer, optimizer string, s *settings) {
	momentum := orNone(s.momentum)
	switch {
	case s.opt == "adam":
		momentum = "-"
	case s.opt == "kfac" && s.kfac.Mode == kfac.Adaptive:
		momentum = "found"
	}
	d := defaultsFor(s.opt, s.model, s.kfac.Mode)
	fmt.Fprintf(tab, "  %s %s\t%d\t%d\t%d\t%g\t%g\t%s\t%s\n",
		s.model, optimizer, s.batch, s.epochs, d.steps, s.lr, d.rateFor(32), momentum, s.schedule)
}

// printKFACDefaults has a column for each model and mode, since K-FAC has more
// settings than a line has room for, and a table for each four of them.
func printKFACDefaults(tab *tabwriter.Writer, all []*settings) {
	for four := range slices.Chunk(all, 4) {
		printKFACColumns(tab, four)
	}
}

func printKFACColumns(tab *tabwriter.Writer, all []*settings) {
	heads := []string{"\nDefaults of K-FAC", ""}
	values := make([]map[string]string, len(all))
	var flags []string // in the order in which a configuration is printed
	for i, s := range all {
		heads[0] += "\t" + s.model
		heads[1] += "\t" + string(s.kfac.Mode)
		values[i] = map[string]string{}
		for at, item := range kfacInForce(s.kfac) {
			if !slices.Contains(flags, item.flag) {
				flags = slices.Insert(flags, min(at, len(flags)), item.flag)
			}
			values[i][item.flag] = fmt.Sprint(item.value)
			if v, ok := item.value.(float64); ok {
				values[i][item.flag] = orNone(v)
			}
		}
	}
	fmt.Fprintln(tab, strings.Join(heads, "\n"))
	for _, name := range flags {
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
	_, err := fmt.Fprintf(w, "gokfac %s, %s %s/%s, %v kernels\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, isa.Active())
	return err
}
