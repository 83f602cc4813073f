package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/gokfac/gokfac/trainer"
)

// progressMode turns auto into bar or plain.
func progressMode(mode string, stderr io.Writer) string {
	if mode != "auto" {
		return mode
	}
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return "bar"
	}
	return "plain"
}

// display shows a run: a row of a table for each evaluation and, in mode bar,
// a progress bar below it.
type display struct {
	w        io.Writer // nil: nothing is shown
	bar      *progressbar.ProgressBar
	scores   []string
	perEpoch int
	total    int
	damping  func() float64 // λ of the last step; nil: the optimizer has none
	titled   bool
}

func newDisplay(mode string, w io.Writer, model string, total, perEpoch int) *display {
	d := &display{scores: scoresOf(model), total: total, perEpoch: perEpoch}
	if mode != "none" {
		d.w = w
	}
	if mode == "bar" {
		d.bar = newBar(w, int64(total), progressbar.OptionShowCount(), progressbar.OptionSetItsString("steps"), progressbar.OptionShowIts(),
			progressbar.OptionSetDescription("starting "), progressbar.OptionSetRenderBlankState(true))
	}
	return d
}

func (d *display) callback(e *trainer.Event) error {
	switch {
	case d.w == nil:
	case e.Kind == trainer.Evaluated:
		d.row(e)
	case d.bar != nil:
		d.bar.Describe(fmt.Sprintf("epoch %d/%d  loss %s ", e.Epoch, d.epochs(), figure(e.Loss)))
		d.bar.Add(1)
	}
	return nil
}

// close takes the bar away.
func (d *display) close() {
	if d.bar != nil {
		d.bar.Clear()
		d.bar.Exit()
	}
	if d.titled {
		fmt.Fprintln(d.w)
	}
}

// epochs counts those begun.
func (d *display) epochs() int { return (d.total + d.perEpoch - 1) / d.perEpoch }

func (d *display) row(e *trainer.Event) {
	titles := []string{"step", "epoch", "train loss"}
	cells := []string{
		fmt.Sprintf("%d/%d", e.Step, e.Total),
		fmt.Sprintf("%d/%d", e.Epoch, d.epochs()),
		figure(e.Record.TrainLoss),
	}
	for _, name := range d.scores {
		titles = append(titles, title(name))
		cells = append(cells, figure(e.Record.Scores[name]))
	}
	if d.damping != nil {
		titles = append(titles, "damping")
		cells = append(cells, fmt.Sprintf("%.2g", d.damping()))
	}
	titles = append(titles, "seconds")
	cells = append(cells, fmt.Sprintf("%.1f", e.Record.TrainSeconds))
	if d.bar != nil {
		d.bar.Clear()
	}
	if !d.titled {
		d.print(titles, titles)
		d.titled = true
	}
	d.print(titles, cells)
}

// print writes cells below their titles, flush right.
func (d *display) print(titles, cells []string) {
	var line strings.Builder
	for i, cell := range cells {
		width := len(titles[i])
		if i < 2 { // n/total
			width = max(width, len(fmt.Sprintf("%d/%[1]d", []int{d.total, d.epochs()}[i])))
		}
		if i > 0 {
			line.WriteString("  ")
		}
		fmt.Fprintf(&line, "%*s", max(width, 7), cell)
	}
	fmt.Fprintln(d.w, line.String())
}

// title is a score's heading, short enough for the autoencoder's row of eight.
func title(score string) string {
	return strings.NewReplacer("reconstruction_error", "error", subsetLoss, "subset loss", "_", " ").Replace(score)
}
