package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/predictions"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// examples are what -predict predicts.
type examples struct {
	source        predictions.Source
	what          string // rows or images
	paths         []string
	close         func() error
	before, after func() []string // notes
}

func (e *examples) say(w io.Writer, notes []string) {
	for _, note := range notes {
		fmt.Fprintln(w, folded(printable(note), columnsOf(w), 2))
	}
}

// openExamples opens what the command line names, a table or images, for a kept model.
func (c *command) openExamples(ctx context.Context, m *trainer.Model, p trainer.Preparation) (*examples, error) {
	input := m.Config().Input
	none := func() []string { return nil }
	if datasets.IsImage(ctx, c.predict) {
		white, unknown := whiteOf(m, p)
		images, err := datasets.OpenImages(ctx, c.predict, input, white, c.spec.Columns.ImageSize != [2]int{})
		if err != nil {
			return nil, err
		}
		if unknown != nil {
			return nil, fmt.Errorf("%s: %w", c.predict, unknown)
		}
		return &examples{source: images, what: "images", paths: images.Paths(), close: func() error { return nil }, before: none, after: images.Notes}, nil
	}
	features := 1
	for _, n := range input {
		features *= n
	}
	rows, err := datasets.OpenRows(ctx, c.predict, features, p.Features)
	if err != nil {
		return nil, err
	}
	unused := func() (notes []string) {
		if unused := rows.Unused(); len(unused) > 0 {
			notes = append(notes, "not used, as the model takes no such columns: "+job.Alternatives(unused))
		}
		return notes
	}
	return &examples{source: rows, what: "rows", paths: []string{c.predict}, close: rows.Close, before: unused, after: none}, nil
}

// Bounds of four deviations above the mean. Pixels from 0 to 1 have at most ½ + ½√17 < 2.57, those from 0 to 255 as many
// times more, and at least dark, or they would all be nearly black.
const (
	bright = 2.57
	dark   = 64
)

// whiteOf is what white was in the raw examples that a model was trained on, 255 or 1. A kept model does not say so, but
// its scaling has the mean and the deviation of the pixels, which tell the one from the other.
func whiteOf(m *trainer.Model, p trainer.Preparation) (float64, error) {
	s := p.Inputs
	if _, ok := m.Loss().(losses.SigmoidCrossEntropy); ok && len(s.Mean) == 0 {
		return 1, nil
	}
	top := 0.0
	for i, mean := range s.Mean {
		top = max(top, mean+4*s.Deviation[i])
	}
	switch {
	case top >= dark && top < bright*255:
		return 255, nil
	case top > 0 && top < bright:
		return 1, nil
	}
	return 0, errors.New("the model was trained on values whose mean and deviation are those of pixels neither from 0 to 255 nor from 0 to 1: give it a table of its own units")
}
