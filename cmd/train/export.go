package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/gokfac/gokfac/internal/job"
)

// kept reads the model that the command line names, and says what an .onnx file is.
func (c *command) kept(stderr io.Writer) (*job.Kept, error) {
	kind := ""
	if c.given["model"] {
		kind = c.spec.Model
	}
	kept, err := job.LoadModel(c.spec.Load, kind, nil)
	if err != nil {
		return nil, fmt.Errorf("-load: %s", job.Plain(err))
	}
	if kept.About != "" && c.progress != "none" {
		fmt.Fprintln(stderr, folded("model: "+printable(kept.About), columnsOf(stderr), 2))
	}
	return kept, nil
}

// exportKept writes a kept model for other programs.
func (c *command) exportKept(stderr io.Writer) error {
	kept, err := c.kept(stderr)
	if err != nil {
		return err
	}
	about, err := job.WriteONNX(c.export, kept.Model, kept.Prepared, c.writeExport)
	return c.exported(about, err, stderr)
}

// exportRun writes the model of a run that has ended otherwise than by a signal or a loss that is no number.
func (c *command) exportRun(r *job.Run, ending error, stderr io.Writer) error {
	if missed := (*job.MissedError)(nil); c.export == "" || ending != nil && !errors.As(ending, &missed) {
		return nil
	}
	about, err := r.ExportModel(c.export, c.writeExport)
	return c.exported(about, err, stderr)
}

func (c *command) writeExport(text []byte) error {
	return writeTo(c.export, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

func (c *command) exported(about string, err error, stderr io.Writer) error {
	if err == nil && c.progress != "none" {
		fmt.Fprintln(stderr, folded(printable(about), columnsOf(stderr), 2))
	}
	return err
}
