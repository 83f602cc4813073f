package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/report"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/internal/rundir"
	"github.com/gokfac/gokfac/trainer"
)

// useFlags are of models that have been trained.
type useFlags struct {
	eval    bool
	predict string // file of raw examples, or directory of images
	to      string // file of predictions
	export  string // .onnx file of the model
}

func (t *flagTable) ofUse(u *useFlags) {
	t.group("Use of a model that is kept (with -load)")
	t.toggle(&u.eval, "eval", "score it on the data's test part, and end; the data are those that it was trained on, unless others are named")
	t.word(&u.predict, "predict", "FILE", "predict the rows of a .csv of raw examples, or a PNG or JPEG, or a directory of these, and end")
	t.word(&u.to, "to", "FILE", "where predictions are written: class and probabilities, or values (default: printed)")
	t.word(&u.export, "export", "FILE", "write the model as an .onnx file, which other programs run: that of -load alone, and end; with a run, its model when it has ended")
}

// ofKept are the settings that -export of a kept model may have beside it. Any other is of training, which comes first then.
var ofKept = []string{"load", "model", "workers"}

// exportsKept tells -export of a kept model, which trains nothing, from that of a run.
func (c *command) exportsKept() bool {
	trains := func(v job.Choice) bool { return !slices.Contains(ofKept, v.Name) }
	return c.given["export"] && c.given["load"] && !c.given["out"] && c.saved == nil && c.config == "" && c.resume == "" && !slices.ContainsFunc(c.arguments, func(v job.Choice) bool {
		_, setting := job.Lookup(v.Name)
		return setting && trains(v)
	})
}

// trainsNothing tells what uses a kept model from what trains.
func (c *command) trainsNothing() bool { return c.eval || c.given["predict"] || c.exportsKept() }

// checkUse refuses what does not go with -load, or needs it.
func (c *command) checkUse() error {
	switch {
	case c.given["load"] && c.spec.Load == "":
		return usagef("-load needs the name of a directory or of a file")
	case (c.eval || c.given["predict"]) && c.spec.Load == "":
		return usagef("-eval and -predict use a model that is kept: name it by -load DIR")
	case c.eval && c.given["predict"]:
		return usagef("-eval and -predict are two commands")
	case c.given["predict"] && c.predict == "":
		return usagef("-predict needs the name of a file")
	case c.given["predict"] && c.json:
		return usagef("-predict writes a table: leave -json out")
	case c.given["to"] && !c.given["predict"]:
		return usagef("-to is of -predict")
	case (c.eval || c.given["predict"]) && (c.several() || c.given["resume"] || c.given["out"] || c.spec.DryRun):
		return usagef("-eval and -predict train nothing: leave -compare, -tune, -resume, -out and -dry-run out")
	case c.given["export"] && c.export == "":
		return usagef("-export needs the name of a file")
	case c.given["export"] && (c.eval || c.given["predict"]):
		return usagef("-export, -eval and -predict are commands of their own: give one of them")
	case c.given["export"] && (c.several() || c.spec.DryRun):
		return usagef("-export is of one model: leave -compare, -tune and -dry-run out")
	case c.exportsKept() && c.json:
		return usagef("-export of -load writes a file and trains nothing: leave -json out")
	}
	return errors.Join(c.checkWritten("export", c.export), c.checkWritten("to", c.to))
}

// checkWritten refuses to write over the model that is used, and over what a run keeps. A run may export to the .onnx file
// that it has begun with.
func (c *command) checkWritten(flag, path string) error {
	if path == "" {
		return nil
	}
	files := []string{trainer.ModelFile, rundir.ConfigFile, rundir.ResultFile, rundir.ReportFile, rundir.MetricsFile, rundir.EventsFile}
	for _, kept := range []string{c.spec.Load, c.out, c.resume} {
		switch {
		case kept == "":
		case c.trainsNothing() && notDirectory(kept) && sameFile(path, kept):
			return usagef("-%s %s: this is the model itself: name another file", flag, path)
		case slices.Contains(files, filepath.Base(path)) && samePlace(filepath.Dir(path), kept):
			return usagef("-%s %s: a run keeps a file of this name there: name another file", flag, path)
		}
	}
	return nil
}

// samePlace reports whether two paths are of one directory, which need not be there yet.
func samePlace(a, b string) bool {
	of, err := filepath.Abs(a)
	other, otherErr := filepath.Abs(b)
	return err == nil && otherErr == nil && of == other || sameFile(a, b)
}

// checkUsed refuses settings of training on a command line that trains nothing.
func (c *command) checkUsed() error {
	if !c.trainsNothing() {
		return nil
	}
	// The kind of model says what the outputs of another program's network are.
	kind := job.IsONNX(c.spec.Load)
	for _, v := range c.spec.Asked {
		row, _ := job.Lookup(v.Name)
		ofData := row.Group == job.DataGroup || slices.Contains([]string{"load", "model", "dtype", "workers"}, v.Name)
		if !ofData || !c.eval && v.Name != "load" && v.Name != "workers" && !(v.Name == "model" && kind) {
			return usagef("-%s: -eval and -predict train nothing, and have no use for it", v.Name)
		}
	}
	return nil
}

// dataOfLoaded are the settings of the data that a kept model was trained on, where the
// command line names no other data; nil where nothing says.
func (c *command) dataOfLoaded() (job.Choices, error) {
	dir := c.spec.Load
	if notDirectory(dir) {
		dir = filepath.Dir(dir) // of the model's file
	}
	path := filepath.Join(dir, rundir.ConfigFile)
	if c.spec.Load == "" || c.exportsKept() || c.given["dataset"] || c.config != "" || c.resume != "" || c.several() {
		return nil, nil
	}
	saved, err := rundir.ReadConfig(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil // parse asks for the data of -eval, once the model is known to be there
	case err != nil:
		return nil, fmt.Errorf("-load: %w", err)
	}
	var list job.Choices
	for _, v := range saved.Choices {
		if row, ok := job.Lookup(v.Name); ok && (row.Group == job.DataGroup || row.Name == "model") && !c.given[v.Name] {
			list = append(list, v)
		}
	}
	return list, nil
}

func notDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// evaluate scores a kept model.
func (c *command) evaluate(ctx context.Context, stdout, stderr io.Writer) error {
	r, err := c.prepare(ctx, stderr)
	if err != nil {
		return err
	}
	if err := r.Evaluate(ctx); err != nil {
		return err
	}
	a, err := r.Assess(ctx)
	if err != nil {
		return err
	}
	return c.account.deliver(func() error {
		if c.json {
			run := r.Record()
			run.Metrics = a.Metrics
			return printJSON(stdout, run)
		}
		if err := printTable(r, stdout); err != nil {
			return err
		}
		return printAssessment(a, stdout)
	})
}

// printAssessment writes what a look at the model says beyond its scores.
func printAssessment(a *results.Assessment, w io.Writer) error {
	if len(a.Metrics) > 0 {
		fmt.Fprintf(w, "\non the %s part\n", a.Part)
	}
	for _, m := range a.Metrics {
		better := "lower is better"
		if a.HigherIsBetter[m.Name] {
			better = "higher is better"
		}
		if _, err := fmt.Fprintf(w, "  %-24s %-12s %s\n", m.Name, figure(float64(m.Value)), better); err != nil {
			return fmt.Errorf("writing the result: %w", err)
		}
	}
	if len(a.Confusion) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	columns := columnsOf(w)
	if columns == 0 {
		columns = 100
	}
	return report.WriteConfusion(w, a, max(columns, 40))
}
