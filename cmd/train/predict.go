package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gokfac/gokfac/internal/atomicfile"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/predictions"
	"github.com/gokfac/gokfac/trainer"
)

// predictRows predicts the rows of a table, or images, with a kept model.
func (c *command) predictRows(ctx context.Context, stdout, stderr io.Writer) error {
	if c.to != "" && within(c.to, c.predict) {
		return usagef("-to %s: it is in the directory of images %s, which would hold a file that is none: name another place", c.to, c.predict)
	}
	kept, err := c.kept(stderr)
	if err != nil {
		return err
	}
	m, p := kept.Model, kept.Prepared
	predictor, err := trainer.NewPredictor(m, p)
	if err != nil {
		return fmt.Errorf("-load %s: %w", c.spec.Load, err)
	}
	rows, err := c.openExamples(ctx, m, p)
	if err != nil {
		return fmt.Errorf("-predict: %s", job.Plain(err))
	}
	defer rows.close()
	if c.progress != "none" {
		rows.say(stderr, rows.before())
	}
	table := &predictions.Table{Predictor: predictor, Preparation: p, Outputs: predictor.Outputs()}
	if c.to == "" {
		return c.account.deliver(func() error {
			_, err := table.Write(ctx, rows.source, stdout)
			if c.progress != "none" {
				rows.say(stderr, rows.after())
			}
			return err
		})
	}
	for _, path := range rows.paths {
		if sameFile(path, c.to) {
			return usagef("-to %s: these are the %s to predict: name another file", c.to, rows.what)
		}
	}
	n := 0
	err = writeTo(c.to, func(w io.Writer) error {
		var err error
		n, err = table.Write(ctx, rows.source, w)
		return err
	})
	if ctx.Err() != nil {
		return job.Interrupted(ctx, -1)
	}
	if err == nil && c.progress != "none" {
		rows.say(stderr, rows.after())
		fmt.Fprintf(stderr, "%d predictions in %s\n", n, c.to)
	}
	return err
}

// sameFile reports whether two paths are of one file.
func sameFile(a, b string) bool {
	of, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(of, other)
}

// within reports whether a file is, or would be, in a directory or below it.
func within(file, dir string) bool {
	path, err := filepath.Abs(file)
	if info, statErr := os.Stat(dir); err != nil || statErr != nil || !info.IsDir() {
		return false
	}
	for up := filepath.Dir(path); up != path; path, up = up, filepath.Dir(up) {
		if sameFile(up, dir) {
			return true
		}
	}
	return false
}

// writeTo writes a file whole or not at all; a device or a pipe, which no file is to
// replace, is written as it is.
func writeTo(path string, write func(io.Writer) error) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode().IsRegular() {
		return atomicfile.WriteFunc(path, write)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
