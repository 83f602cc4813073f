package report

import (
	"math"
	"slices"

	"github.com/gokfac/gokfac/internal/results"
)

// standing is how the groups stand with regard to one goal.
type standing struct {
	goal           results.Goal
	places         []place
	steps, seconds *place // of the best baselines; nil: none reached the goal
}

// place is a group's. The ratios are of medians, against the best baseline of
// each; NaN where one of the two did not reach the goal.
type place struct {
	group          *results.Group
	reach          results.Reach
	steps, seconds float64
}

// reached tells whether the median run did.
func (p *place) reached() bool { return finite(p.reach.Steps.Median) }

// reached tells whether any group's median run did.
func (s standing) reached() bool {
	return slices.ContainsFunc(s.places, func(p place) bool { return p.reached() })
}

func (r *Report) standings() []standing {
	var list []standing
	for _, goal := range r.Comparison.Goals {
		list = append(list, r.standing(goal))
	}
	return list
}

func (r *Report) standing(goal results.Goal) standing {
	s := standing{goal: goal}
	for _, g := range r.groups() {
		s.places = append(s.places, place{group: g, reach: r.Comparison.Reach(g, goal)})
	}
	for i := range s.places {
		p := &s.places[i]
		if !p.group.Baseline() || !p.reached() {
			continue
		}
		if s.steps == nil || p.reach.Steps.Median < s.steps.reach.Steps.Median {
			s.steps = p
		}
		if s.seconds == nil || p.reach.Seconds.Median < s.seconds.reach.Seconds.Median {
			s.seconds = p
		}
	}
	for i := range s.places {
		p := &s.places[i]
		p.steps, p.seconds = math.NaN(), math.NaN()
		if s.steps != nil {
			p.steps = results.Ratio(p.reach.Steps.Median, s.steps.reach.Steps.Median)
			p.seconds = results.Ratio(p.reach.Seconds.Median, s.seconds.reach.Seconds.Median)
		}
	}
	return s
}

// overlap tells whether two ranges have a value in common, so that the order
// of their medians may be chance.
func overlap(a, b results.Spread) bool { return a.Low <= b.High && b.Low <= a.High }
