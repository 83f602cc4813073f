package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/gokfac/gokfac/graph"
)

func (r *training) remedies() string {
	text := fmt.Sprintf("a smaller -lr than %g", r.s.lr)
	if r.s.opt == "kfac" {
		text += fmt.Sprintf(", a larger -kfac-damping than %g", r.s.kfac.Damping)
	}
	if r.s.clip == 0 {
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
	if strings.HasSuffix(metric, "accuracy") {
		return v > w
	}
	return v < w
}
