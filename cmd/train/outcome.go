package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// hint adds to a failure which flags help.
func (r *training) hint(err error) error {
	var diverged *trainer.DivergedError
	var tooLarge *kfac.TooLargeError
	switch {
	case errors.As(err, &diverged):
		return fmt.Errorf("%w; try %s", err, alternatives(r.remedies()))
	case errors.Is(err, kfac.ErrNotPositive):
		return fmt.Errorf("%w; try %s", err, r.moreDamping())
	case errors.As(err, &tooLarge):
		return fmt.Errorf("%w; try smaller -hidden, or another -kfac-structure", err)
	}
	return err
}

func (r *training) remedies() []string {
	s := r.s
	adaptive := s.opt == "kfac" && s.kfac.Mode == kfac.Adaptive
	var list []string
	smaller := func(flag string, v float64) {
		if v > 0 {
			list = append(list, fmt.Sprintf("a smaller %s than %g", flag, v))
		}
	}
	if !adaptive || s.lr > 1 { // the model proposes a factor of 1, which is no cause
		smaller("-lr", s.lr)
	}
	smaller("-l2", s.l2)
	smaller("-weight-decay", s.weightDecay)
	switch {
	case adaptive:
		list = append(list, r.moreDamping())
		if floor := r.floor(); floor > 0 {
			list = append(list, fmt.Sprintf("a larger -kfac-min-damping than %.4g", floor))
		}
		return append(list, fmt.Sprintf("a larger -batch-size than %d", s.batch), "-kfac-mode fixed")
	case s.opt == "kfac":
		// Not -clip-grad: it bounds the gradient, κ the step that is made of it.
		list = append(list, r.moreDamping())
		smaller("-kfac-kl-clip", s.kfac.KLClip)
		if s.kfac.KLClip == 0 {
			list = append(list, "-kfac-kl-clip 0.01")
		}
	case s.clip == 0:
		list = append(list, "-clip-grad 1")
	}
	return append(list, "-warmup-steps")
}

// floor is the least λ in force; 0 where it was to be found and no step was
// taken.
func (r *training) floor() float64 {
	if r.kfac == nil {
		return r.s.kfac.MinDamping
	}
	return cmp.Or(r.kfac.Stats().LeastDamping, r.s.kfac.MinDamping)
}

func (r *training) moreDamping() string {
	switch given := r.s.kfac.Damping; {
	case given > 0:
		return fmt.Sprintf("a larger -kfac-damping than %g", given)
	case r.found > 0:
		return fmt.Sprintf("a larger -kfac-damping than the %.2g that was found", r.found)
	}
	return "-kfac-damping 10"
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
