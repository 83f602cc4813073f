package live

import (
	"math"
	"time"

	"github.com/gokfac/gokfac/internal/results"
)

// data are what the page of a run is sent.
type data struct {
	Step              int            `json:"step"`
	Total             int            `json:"total"`
	Loss              results.Number `json:"loss"`
	StepsPerSecond    results.Number `json:"steps_per_second"`
	ExamplesPerSecond results.Number `json:"examples_per_second"`
	Remaining         results.Number `json:"remaining_seconds"`
	Elapsed           results.Number `json:"elapsed_seconds"`
	Ended             bool           `json:"ended"`
	Ending            string         `json:"ending"`
	Problem           string         `json:"problem"`
	Gallery           int            `json:"gallery"` // 0: there is none
	Losses            lossCurve      `json:"losses"`
	Run               *about         `json:"run"` // null: nothing is known of it yet
	Curves            *curves        `json:"curves"`
}

// about is what is known of a run beside its curves.
type about struct {
	Title        string         `json:"title"`
	Epochs       int            `json:"epochs"`
	PerEpoch     int            `json:"steps_per_epoch"`
	Params       int            `json:"params"`
	TrainSeconds results.Number `json:"train_seconds"`
	TrainLoss    results.Number `json:"train_loss"`
	Scores       [][2]any       `json:"scores"` // names with values
	Target       string         `json:"target"`
	Warnings     []string       `json:"warnings"`
	Config       [][2]string    `json:"config"`
	Command      string         `json:"command"`
	Environment  [][2]string    `json:"environment"`
}

// known is what the server itself has. The lock is held.
func (s *Server) known(at time.Time) data {
	recent, mean := s.pace.speed()
	examples := s.now.ExamplesPerSecond
	if examples == 0 {
		examples = recent * float64(s.now.Examples)
	}
	remaining := math.NaN()
	if s.now.Total > 0 && !s.ended {
		remaining = float64(max(0, s.now.Total-s.now.Step)) / mean
	}
	loss := results.Number(s.now.Loss)
	if s.now.Step == 0 {
		loss = nan
	}
	return data{
		Step: s.now.Step, Total: s.now.Total, Loss: loss, StepsPerSecond: results.Number(recent),
		ExamplesPerSecond: results.Number(examples), Remaining: results.Number(remaining), Elapsed: results.Number(s.pace.elapsed(at)),
		Ended: s.ended, Ending: s.ending, Problem: short(s.problem), Gallery: s.galleries,
	}
}

// of adds what the run's record says.
func (d *data) of(run *results.Run) {
	if run == nil {
		return
	}
	d.Run, d.Curves = aboutOf(run), curvesOf(run, MaxPoints)
}

func aboutOf(run *results.Run) *about {
	a := &about{
		Title: title(run), Epochs: run.Epochs, PerEpoch: run.PerEpoch, Params: run.Params, TrainSeconds: run.TrainSeconds,
		TrainLoss: run.TrainLoss, Scores: [][2]any{}, Warnings: []string{}, Config: values(run.Config), Command: short(run.Command),
		Target: targetOf(run.Target), Environment: environmentOf(run.Environment),
	}
	for _, f := range run.Scores[:min(len(run.Scores), maxColumns)] {
		a.Scores = append(a.Scores, [2]any{short(f.Name), f.Value})
	}
	for _, text := range run.Warnings[:min(len(run.Warnings), maxColumns)] {
		a.Warnings = append(a.Warnings, short(text))
	}
	return a
}
