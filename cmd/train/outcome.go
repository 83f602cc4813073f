package main

import (
	"errors"
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// hint adds to a numerical failure which flags help.
func (r *training) hint(err error) error {
	var diverged *trainer.DivergedError
	switch {
	case errors.As(err, &diverged):
		return fmt.Errorf("%w; try %s", err, r.remedies())
	case errors.Is(err, kfac.ErrNotPositive):
		return fmt.Errorf("%w; try a larger -kfac-damping than %g", err, r.s.kfac.Damping)
	}
	return err
}

func (r *training) remedies() string {
	text := fmt.Sprintf("a smaller -lr than %g", r.s.lr)
	smaller := func(flag string, v float64) {
		if v > 0 {
			text += fmt.Sprintf(", a smaller %s than %g", flag, v)
		}
	}
	smaller("-l2", r.s.l2)
	smaller("-weight-decay", r.s.weightDecay)
	switch {
	case r.s.opt == "kfac":
		// Not -clip-grad: it bounds the gradient, κ the step that is made of it.
		text += fmt.Sprintf(", a larger -kfac-damping than %g", r.s.kfac.Damping)
		smaller("-kfac-kl-clip", r.s.kfac.KLClip)
		if r.s.kfac.KLClip == 0 {
			text += ", -kfac-kl-clip 0.01"
		}
	case r.s.clip == 0:
		text += ", -clip-grad 1"
	}
	return text + " or -warmup-steps"
}

func (r *training) missed() error {
	t := *r.s.target
	best := math.Inf(1)
	step := 0
	for _, rec := range r.result.History {
		if v := rec.Scores[t.Metric]; step == 0 || better(t.Metric, v, best) {
			best, step = v, rec.Step
		}
	}
	return &missedError{target: &t, best: fmt.Sprintf("the best was %.6g, at step %d of %d", best, step, r.result.Steps)}
}

// trainLoss is the last record's, or the mean over all steps if there is none;
// NaN before the first step.
func (r *training) trainLoss() float64 {
	if n := len(r.result.History); n > 0 {
		return r.result.History[n-1].TrainLoss
	}
	return r.lossSum / float64(r.result.Steps)
}

// score is the last record's, or NaN.
func (r *training) score(name string) float64 {
	if n := len(r.result.History); n > 0 {
		return r.result.History[n-1].Scores[name]
	}
	return math.NaN()
}

func (r *training) stepsPerSecond() float64 {
	if r.result.TrainSeconds == 0 {
		return 0
	}
	return float64(r.result.Steps) / r.result.TrainSeconds
}

func (r *training) params() int { return graph.CountParams(r.model.Params()) }

// better tells whether score v is nearer to what one wants than w.
func better(metric string, v, w float64) bool {
	if trainer.HigherIsBetter(metric) {
		return v > w
	}
	return v < w
}
