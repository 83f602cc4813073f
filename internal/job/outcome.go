package job

import (
	"errors"
	"fmt"
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// hint adds to a failure which settings help.
func (r *Run) hint(err error) error {
	var diverged *trainer.DivergedError
	var tooLarge *kfac.TooLargeError
	switch {
	case errors.As(err, &diverged):
		return fmt.Errorf("%w; try %s", err, Alternatives(r.remedies()))
	case errors.Is(err, kfac.ErrNotPositive):
		return fmt.Errorf("%w; try %s", err, r.moreDamping())
	case errors.As(err, &tooLarge):
		return fmt.Errorf("%w; try smaller %s, or another ⟨kfac-structure⟩", err, Alternatives(r.Spec.model().widths()))
	}
	return err
}

// remedies are what a run that diverged may try.
func (r *Run) remedies() []string {
	s := r.Spec
	var list []string
	if !s.adaptive() || s.LearningRate > 1 { // the model proposes a factor of 1, which is no cause
		list = smaller(list, "lr", s.LearningRate)
	}
	list = smaller(list, "l2", s.L2)
	list = smaller(list, "weight-decay", s.WeightDecay)
	if o := s.optimizer(); o.Remedies != nil {
		return append(list, o.Remedies(r)...)
	}
	if s.ClipNorm == 0 {
		list = append(list, "⟨clip-grad⟩ 1")
	}
	return append(list, "⟨warmup-steps⟩")
}

// smaller adds a smaller value of a setting than one that is not 0.
func smaller(list []string, setting string, v float64) []string {
	if v > 0 {
		list = append(list, fmt.Sprintf("a smaller %s than %g", Word(setting), v))
	}
	return list
}

// missed says how near the run came to its target.
func (r *Run) missed() error {
	t := *r.Spec.Target
	best := math.Inf(1)
	step := 0
	for _, rec := range r.result.History {
		if v := rec.Scores[t.Metric]; step == 0 || Better(t.Metric, v, best) {
			best, step = v, rec.Step
		}
	}
	return &MissedError{Target: &t, Best: fmt.Sprintf("the best was %.6g, at step %d of %d", best, step, r.result.Steps)}
}

func (r *Run) stepsPerSecond() float64 {
	if r.result.TrainSeconds == 0 {
		return 0
	}
	return float64(r.result.Steps) / r.result.TrainSeconds
}

func (r *Run) params() int { return graph.CountParams(r.Model.Params()) }

// Warnings are reasons to doubt a run that has ended.
func (r *Run) Warnings() []string {
	var list []string
	for _, rise := range r.result.Rises {
		list = append(list, rise.Error())
	}
	if r.result.Unmoved {
		list = append(list, "no parameter has changed by as much as a millionth: the steps are too small")
	}
	return list
}
