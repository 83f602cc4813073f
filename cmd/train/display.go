package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/trainer"
)

// progressMode turns auto into bar or plain.
func progressMode(mode string, stderr io.Writer) string {
	if mode != "auto" {
		return mode
	}
	// A dumb terminal cannot take a line back. Nothing has colours for NO_COLOR to take.
	if f, ok := stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		return "bar"
	}
	return "plain"
}

// display shows a run: a row of a table for each evaluation and, in mode bar,
// a progress bar below it.
type display struct {
	w        io.Writer // nil: nothing is shown
	meter    *meter
	scores   []string
	main     string // the score that the bar has; empty: none
	perEpoch int
	total    int
	damping  func() float64 // λ of the last step; nil: the optimizer has none
	titled   int            // columns of the terminal that the titles are laid out for; 0 for none
	begun    bool
	mu       sync.Mutex
}

func newDisplay(mode string, w io.Writer, scores []string, total, perEpoch int) *display {
	d := &display{scores: scores, total: total, perEpoch: perEpoch}
	if mode != "none" {
		d.w = w
	}
	if mode == "bar" {
		d.meter = newMeter(w, int64(total), "steps", "starting")
	}
	return d
}

func (d *display) callback(e *trainer.Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.w == nil:
	case e.Kind == trainer.Evaluated:
		d.row(e)
		if name := d.main; d.meter != nil && name != "" {
			d.meter.more = title(name) + " " + figure(e.Record.Scores[name])
		}
	case e.Kind == trainer.StepDone && d.meter != nil:
		d.meter.size = int64(e.Examples)
		d.meter.set(int64(e.Step), fmt.Sprintf("epoch %d/%d  loss %s", e.Epoch, d.epochs(), figure(e.Loss)))
	}
	return nil
}

// from says that so many steps were taken before.
func (d *display) from(step int) {
	if d.meter != nil {
		d.meter.begun, d.meter.done = int64(step), int64(step)
	}
}

// note writes a line above the bar, from any goroutine.
func (d *display) note(text string) {
	if d.w == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.meter != nil {
		d.meter.clear()
	}
	fmt.Fprintln(d.w, folded(text, columnsOf(d.w), 2))
}

// close takes the bar away.
func (d *display) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.meter != nil {
		d.meter.clear()
	}
	if d.begun {
		fmt.Fprintln(d.w)
	}
}

// epochs counts those begun.
func (d *display) epochs() int { return (d.total + d.perEpoch - 1) / d.perEpoch }

func (d *display) row(e *trainer.Event) {
	list, cells := d.cells(e)
	columns := columnsOf(d.w)
	shown, titles, widths, gap := fit(list, max(columns-1, 0))
	if d.meter != nil {
		d.meter.clear()
	}
	if !d.begun || columns != d.titled {
		fmt.Fprintln(d.w, strings.Join(titles, "\n"))
		d.begun, d.titled = true, columns
	}
	row := make([]string, len(shown))
	for i, c := range shown {
		row[i] = cells[c]
	}
	fmt.Fprintln(d.w, rowOf(row, widths, gap))
}

// cells are the columns of the table with the cells of a row. On a narrow
// terminal the epoch goes first, and the main score stays.
func (d *display) cells(e *trainer.Event) (list []column, cells []string) {
	add := func(title, cell string, widest, rank int) {
		list, cells = append(list, column{title, max(widest, 7), rank}), append(cells, cell)
	}
	step, epoch := fmt.Sprintf("%d/%d", e.Step, e.Total), fmt.Sprintf("%d/%d", e.Epoch, d.epochs())
	add("step", step, len(fmt.Sprintf("%d/%[1]d", d.total)), 0)
	add("epoch", epoch, len(fmt.Sprintf("%d/%[1]d", d.epochs())), 9)
	add("train loss", figure(e.Record.TrainLoss), 0, 6)
	for i, name := range d.scores {
		rank := 0
		if i < len(d.scores)-1 {
			rank = 5 - i
		}
		add(title(name), figure(e.Record.Scores[name]), 0, rank)
	}
	if d.damping != nil {
		add("damping", fmt.Sprintf("%.2g", d.damping()), 0, 7)
	}
	add("seconds", fmt.Sprintf("%.1f", e.Record.TrainSeconds), 0, 8)
	return list, cells
}

// title is a score's heading, short enough for the autoencoder's row of eight.
func title(score string) string {
	return strings.NewReplacer("reconstruction_error", "error", job.SubsetLoss, "subset loss", job.ValidationPrefix, "val. ", "_", " ").Replace(score)
}
