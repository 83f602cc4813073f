package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gokfac/gokfac/internal/results"
)

// verdict is what the comparison came to, in sentences. What K-FAC loses is
// said as what it wins.
func (r *Report) verdict() []string {
	var list []string
	standings := r.standings()
	several := len(r.groups())-len(r.baselines()) > 1
	for i, s := range standings {
		// With several of K-FAC's groups only of the hardest goal reached; the tables have them all.
		if several && s.reached() && slices.ContainsFunc(standings[i+1:], standing.reached) {
			continue
		}
		list = append(list, s.verdict()...)
	}
	list = append(list, r.stepVerdict()...)
	list = append(list, r.finalVerdict()...)
	for _, g := range r.groups() {
		if n := g.Diverged(); n > 0 {
			list = append(list, fmt.Sprintf("%d of %s of %s diverged.", n, plural(len(g.Runs), "run"), g.Label))
		}
	}
	return list
}

// verdict is about one goal.
func (s standing) verdict() []string {
	goal := goalWords(s.goal)
	var list, reached []string
	kfac, baselines := 0, 0
	for i := range s.places {
		p := &s.places[i]
		if p.reached() {
			reached = append(reached, p.group.Label+" after "+p.when())
		}
		if p.group.Baseline() {
			baselines++
			continue
		}
		kfac++
		switch {
		case p.reached() && s.steps != nil:
			list = append(list, s.against(p))
		case p.reached():
			list = append(list, fmt.Sprintf("%s reached %s after %s.", p.group.Label, goal, p.when()))
		case s.steps != nil:
			list = append(list, fmt.Sprintf("%s loses: it did not reach %s (%d of %s did), which %s reached after %s.",
				p.group.Label, goal, p.reach.Runs, plural(p.reach.Of, "run"), s.steps.group.Label, s.steps.when()))
		}
	}
	switch {
	case len(reached) == 0:
		return []string{fmt.Sprintf("No group reached %s in its median run.", goal)}
	case kfac == 0:
		return []string{fmt.Sprintf("%s was reached by %s.", capital(goal), strings.Join(reached, "; by "))}
	case baselines > 0 && s.steps == nil:
		list = append(list, fmt.Sprintf("No baseline reached %s in its median run.", goal))
	}
	return list
}

// when is for example "240 steps, 4.1 s".
func (p *place) when() string {
	return steps.median(p.reach.Steps) + " steps, " + seconds.median(p.reach.Seconds) + " s"
}

// against holds a group that reached the goal against the baselines that did.
func (s standing) against(p *place) string {
	inSteps := fmt.Sprintf("%s the steps (%s against %s)", ratio(p.steps), steps.median(p.reach.Steps), steps.median(s.steps.reach.Steps))
	inSeconds := fmt.Sprintf("%s the seconds (%s against %s)", ratio(p.seconds), seconds.median(p.reach.Seconds), seconds.median(s.seconds.reach.Seconds))
	text := fmt.Sprintf("To reach %s, %s took ", goalWords(s.goal), p.group.Label)
	if s.steps == s.seconds {
		text += fmt.Sprintf("%s and %s of %s, the best baseline.", inSteps, inSeconds, s.steps.group.Label)
	} else {
		text += fmt.Sprintf("%s of %s and %s of %s, the best baseline in each.", inSteps, s.steps.group.Label, inSeconds, s.seconds.group.Label)
	}
	if p.reach.Runs < p.reach.Of {
		text += fmt.Sprintf(" %d of its %d runs did not reach it.", p.reach.Of-p.reach.Runs, p.reach.Of)
	}
	switch slower, dearer := p.steps > 1, p.seconds > 1; {
	case slower && dearer:
		text += " It loses in both."
	case slower:
		text += " It loses in steps."
	case dearer:
		text += " It loses in seconds."
	}
	if p.reach.Of > 1 && overlap(p.reach.Seconds, s.seconds.reach.Seconds) {
		text += " The ranges of the seconds overlap."
	}
	return text
}

// stepVerdict is about the cost of a step, against the cheapest baseline's, with
// batches of the same size if there is one.
func (r *Report) stepVerdict() []string {
	var list []string
	for _, g := range r.groups() {
		v := g.StepMillis().Median
		cheapest := r.cheapest(func(b *results.Group) bool { return b.Runs[0].BatchSize == g.Runs[0].BatchSize })
		if cheapest == nil {
			cheapest = r.cheapest(func(*results.Group) bool { return true })
		}
		if g.Baseline() || !finite(v) || cheapest == nil {
			continue
		}
		w := cheapest.StepMillis().Median
		text := fmt.Sprintf("A step of %s costs %s one of %s, the cheapest baseline (%s ms against %s ms",
			g.Label, ratio(results.Ratio(v, w)), cheapest.Label, significant(v, 3), significant(w, 3))
		if a, b := g.Runs[0].BatchSize, cheapest.Runs[0].BatchSize; a != b {
			text += fmt.Sprintf(", with batches of %d against %d", a, b)
		}
		list = append(list, text+").")
	}
	return list
}

// cheapest is the baseline with the cheapest step of those that are accepted,
// or nil.
func (r *Report) cheapest(accepted func(*results.Group) bool) (cheapest *results.Group) {
	for _, g := range r.baselines() {
		v := g.StepMillis().Median
		if accepted(g) && v > 0 && finite(v) && (cheapest == nil || v < cheapest.StepMillis().Median) {
			cheapest = g
		}
	}
	return cheapest
}

// finalVerdict is about the main score at the end of the runs: the best group's,
// and that of the best on the other side.
func (r *Report) finalVerdict() []string {
	if len(r.Scores) == 0 || r.stopped() {
		return nil
	}
	main := score(r.Scores[0])
	best := func(baseline bool) (g *results.Group, v float64) {
		for _, candidate := range r.groups() {
			w := r.Comparison.Final(candidate, string(main)).Median
			if candidate.Baseline() == baseline && finite(w) && (g == nil || r.Comparison.Better(string(main), w, v)) {
				g, v = candidate, w
			}
		}
		return g, v
	}
	kfac, v := best(false)
	baseline, w := best(true)
	value := func(v float64) string { return main.quantity().median(results.Spread{Median: v}) }
	describe := func(g *results.Group, v float64) string {
		return fmt.Sprintf("%s's median is %s after %s steps", g.Label, value(v), steps.median(g.Steps()))
	}
	start := fmt.Sprintf("In %s at the end of the runs, ", main.words())
	switch {
	case kfac == nil && baseline == nil:
		return []string{fmt.Sprintf("No group has a median %s at the end of its runs.", main.words())}
	case kfac == nil:
		return []string{start + describe(baseline, w) + ", the best."}
	case baseline == nil:
		return []string{start + describe(kfac, v) + ", the best."}
	}
	text := fmt.Sprintf("%s%s, that of %s, the best baseline, %s after %s.", start, describe(kfac, v), baseline.Label, value(w), steps.median(baseline.Steps()))
	switch {
	case value(v) == value(w):
		text += " They are equal."
	case r.Comparison.Better(string(main), w, v):
		text += fmt.Sprintf(" %s loses by %s.", kfac.Label, difference(main, math.Abs(v-w)))
	default:
		text += fmt.Sprintf(" %s wins by %s.", kfac.Label, difference(main, math.Abs(v-w)))
	}
	if len(kfac.Runs) > 1 && overlap(r.Comparison.Final(kfac, string(main)), r.Comparison.Final(baseline, string(main))) {
		text += " The ranges overlap."
	}
	return []string{text}
}

// stopped tells whether runs ended at a goal: by how much they passed it says
// nothing of an optimizer.
func (r *Report) stopped() bool {
	return slices.ContainsFunc(r.groups(), func(g *results.Group) bool {
		return slices.ContainsFunc(g.Runs, func(run *results.Run) bool { return run.Ending == results.Reached })
	})
}

func difference(s score, v float64) string {
	if s.rate() {
		return strconv.FormatFloat(100*v, 'f', 2, 64) + " percentage points"
	}
	return significant(v, 2)
}

// capital begins a text with a capital letter. Symbols stay as they are: α is not Α.
func capital(text string) string {
	if text == "" || text[0] >= utf8.RuneSelf {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
