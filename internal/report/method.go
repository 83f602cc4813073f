package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
)

// method tells how the numbers came about.
func (r *Report) method() []string {
	list := []string{"Seconds count training steps only: not reading data, not evaluation, not start-up."}
	groups := r.groups()
	if len(groups) == 0 {
		return list
	}
	if r.sameSeeds() && r.sameModel() && r.sameSetting("-dataset") {
		text := "For each seed, all groups begin with the same weights and see the training examples in the same order"
		if differ(groups, func(run *results.Run) int { return run.BatchSize }) {
			text += ", in batches of different sizes"
		}
		list = append(list, text+".")
	}
	if r.seeds() > 1 {
		list = append(list,
			"A number is the median over seeds; brackets and bands are the whole range.",
			"Curves are medians at each evaluation that at least half of a group's runs came to. Where runs end at a goal, the end of a curve is that of the slower ones.")
	}
	if len(r.Comparison.Goals) > 0 {
		list = append(list, "A goal counts as reached at the first evaluation that meets it, and is noticed at evaluations only: "+r.intervals()+".",
			"A run that did not reach a goal counts as infinitely late, in medians, ranges (∞) and ratios.")
		if len(r.baselines()) > 0 {
			list = append(list, "× is a ratio of medians, against the best of the groups other than K-FAC in that column.")
		}
	}
	return append(list,
		"A run that diverged, with a loss that is not a number, counts as worse than any score at the end. Curves have it as far as it came.",
		"Ends of runs: "+r.endings()+".")
}

// intervals tells how far apart evaluations are.
func (r *Report) intervals() string {
	type interval struct {
		most   int
		labels []string
	}
	var list []interval
	for _, g := range r.groups() {
		most := 0
		for _, run := range g.Runs {
			last := 0
			for _, rec := range run.History {
				most, last = max(most, rec.Step-last), rec.Step
			}
		}
		i := slices.IndexFunc(list, func(v interval) bool { return v.most == most })
		if i < 0 {
			i = len(list)
			list = append(list, interval{most: most})
		}
		list[i].labels = append(list[i].labels, g.Label)
	}
	var parts []string
	for _, v := range list {
		text := fmt.Sprintf("every %d steps", v.most)
		switch v.most {
		case 0:
			text = "never"
		case 1:
			text = "every step"
		}
		if len(list) > 1 {
			text += " (" + strings.Join(v.labels, ", ") + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

var endings = []struct{ name, words string }{
	{results.Done, "after all their steps"}, {results.Reached, "at their target"}, {results.Stalled, "with no better validation score for a while"},
	{results.Cut, "at a limit from outside"}, {results.Diverged, "diverged"},
	{results.Interrupted, "interrupted"},
}

func (r *Report) endings() string {
	counts := map[string]int{}
	total := 0
	for _, g := range r.groups() {
		for _, run := range g.Runs {
			counts[run.Ending]++
			total++
		}
	}
	var parts []string
	for _, e := range endings {
		if n := counts[e.name]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, e.words))
			total -= n
		}
	}
	if total > 0 {
		parts = append(parts, fmt.Sprintf("%d unknown", total))
	}
	return strings.Join(parts, ", ")
}
