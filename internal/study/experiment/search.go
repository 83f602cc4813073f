package experiment

import (
	"cmp"
	"math"
	"slices"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/results"
)

// Trial is one point of a search with its runs over seeds.
type Trial struct {
	Settings job.Choices
	results.Group
}

// Search ranks trials: by the median over seeds of the steps, or seconds, to a
// goal, and those that do not reach it by their final score.
type Search struct {
	results.Comparison        // for its goals
	Score              string // the model's main one
	BySeconds          bool
}

// Best is the first trial in rank for a goal, which is nil if only the score
// counts; nil without trials.
func (s *Search) Best(trials []*Trial, goal *results.Goal) *Trial {
	if len(trials) == 0 {
		return nil
	}
	return s.Ranked(trials, goal)[0]
}

// Ranked sorts trials, the best first; of equals the earlier is better.
func (s *Search) Ranked(trials []*Trial, goal *results.Goal) []*Trial {
	ranked := slices.Clone(trials)
	slices.SortStableFunc(ranked, func(a, b *Trial) int {
		return cmp.Or(cmp.Compare(s.Cost(a, goal), s.Cost(b, goal)), s.compareScores(s.Final(&a.Group, s.Score).Median, s.Final(&b.Group, s.Score).Median))
	})
	return ranked
}

// Cost is what a trial took to reach a goal; infinite where it did not.
func (s *Search) Cost(t *Trial, goal *results.Goal) float64 {
	if goal == nil {
		return math.Inf(1)
	}
	reach := s.Reach(&t.Group, *goal)
	if s.BySeconds {
		return reach.Seconds.Median
	}
	return reach.Steps.Median
}

// compareScores has the better first, and NaN last.
func (s *Search) compareScores(v, w float64) int {
	switch {
	case math.IsNaN(v) || math.IsNaN(w):
		return -cmp.Compare(v, w) // package cmp has NaN first
	case s.Better(s.Score, v, w):
		return -1
	case s.Better(s.Score, w, v):
		return 1
	}
	return 0
}

// Limit is what the hardest goal has cost at best: a run that has taken more
// without reaching it need not go on, for it changes no best. Infinite
// as long as no trial has reached it.
func (s *Search) Limit(trials []*Trial) float64 {
	limit := math.Inf(1)
	if len(s.Goals) == 0 {
		return limit
	}
	for _, t := range trials {
		limit = min(limit, s.Cost(t, &s.Goals[len(s.Goals)-1]))
	}
	return limit
}
