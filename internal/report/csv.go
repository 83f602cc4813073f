package report

import (
	"bytes"
	"encoding/csv"
	"strconv"

	"github.com/gokfac/gokfac/internal/results"
)

// runsCSV has a row for each run. What was not reached or measured is empty.
func (r *Report) runsCSV() ([]byte, error) {
	head := []string{"label", "optimizer", "seed", "batch_size", "steps", "epochs", "seconds", "ms_per_step"}
	for _, goal := range r.Comparison.Goals {
		head = append(head, "steps_to_"+goalKey(goal), "seconds_to_"+goalKey(goal))
	}
	for _, s := range r.scores() {
		head = append(head, string(s))
	}
	rows := [][]string{append(head, "ending", "command")}
	for _, g := range r.groups() {
		for _, run := range g.Runs {
			one := &results.Group{Label: g.Label, Runs: []*results.Run{run}}
			row := []string{
				g.Label, run.Optimizer, strconv.FormatUint(run.Seed, 10), strconv.Itoa(run.BatchSize),
				strconv.Itoa(run.Steps), strconv.Itoa(run.Epochs), cell(float64(run.TrainSeconds)), cell(one.StepMillis().Median),
			}
			for _, goal := range r.Comparison.Goals {
				reach := r.Comparison.Reach(one, goal)
				row = append(row, cell(reach.Steps.Median), cell(reach.Seconds.Median))
			}
			for _, s := range r.scores() {
				row = append(row, cell(run.Score(string(s))))
			}
			rows = append(rows, append(row, run.Ending, run.Command))
		}
	}
	return encodeCSV(rows)
}

// historyCSV has a row for each record of each run.
func (r *Report) historyCSV() ([]byte, error) {
	head := []string{"label", "seed", "step", "epoch", "seconds"}
	for _, s := range r.scores() {
		head = append(head, string(s))
	}
	rows := [][]string{head}
	for _, g := range r.groups() {
		for _, run := range g.Runs {
			for i := range run.History {
				rec := &run.History[i]
				row := []string{
					g.Label, strconv.FormatUint(run.Seed, 10), strconv.Itoa(rec.Step), strconv.Itoa(rec.Epoch), cell(float64(rec.TrainSeconds)),
				}
				for _, s := range r.scores() {
					row = append(row, cell(rec.Score(string(s))))
				}
				rows = append(rows, row)
			}
		}
	}
	return encodeCSV(rows)
}

func encodeCSV(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// cell is a number to full precision, empty if it is not finite.
func cell(v float64) string {
	if !finite(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
