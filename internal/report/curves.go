package report

import (
	"fmt"
	"math"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/internal/results"
)

// abscissa is what something is plotted against.
type abscissa struct {
	name, noun, label string
	of                func(results.Point) float64
	to                func(results.Reach) results.Spread
}

var (
	bySteps = abscissa{"steps", "steps", "steps",
		func(p results.Point) float64 { return float64(p.Step) }, func(r results.Reach) results.Spread { return r.Steps }}
	bySeconds = abscissa{"seconds", "seconds", "training time (s)",
		func(p results.Point) float64 { return p.Seconds }, func(r results.Reach) results.Spread { return r.Seconds }}
)

// charted is what the chart of a score shows: of an accuracy the error rate,
// for 97 % and 98 % to be far apart on a logarithmic axis.
func (s score) charted(v float64) float64 {
	if s.rate() {
		return 1 - v
	}
	return v
}

// series are the medians and ranges of all groups. Infinite values are left
// out.
func (r *Report) series(value func(*results.Record) float64, x abscissa) []figures.Series {
	var list []figures.Series
	for i, g := range r.groups() {
		s := figures.Series{Label: g.Label, Style: i + 1}
		for _, p := range g.Curve(func(rec *results.Record) float64 {
			if v := value(rec); finite(v) {
				return v
			}
			return math.NaN()
		}) {
			s.Points = append(s.Points, figures.Point{X: x.of(p), Y: p.Median, Low: p.Low, High: p.High})
		}
		list = append(list, s)
	}
	return list
}

// curves is the chart of one score. Both axes are logarithmic where that
// helps.
func (r *Report) curves(s score, x abscissa) *figures.Chart {
	c := &figures.Chart{
		Title: fmt.Sprintf("%s over %s%s", capital(s.axis()), x.noun, r.medians()),
		X:     figures.Axis{Label: x.label}, Y: figures.Axis{Label: s.axis(), Percent: s.rate()},
		Series: r.series(func(rec *results.Record) float64 { return s.charted(rec.Score(string(s))) }, x),
	}
	if s.rate() {
		c.Y.Label += " (%)"
	}
	for _, goal := range r.Comparison.Goals {
		if score(goal.Metric) == s {
			c.Lines = append(c.Lines, figures.Line{Y: s.charted(goal.Value), Label: "goal: " + goalWords(goal)})
		}
	}
	c.X.Log = apart(c.Series)
	c.Y.Log = positive(c.Series)
	bound(c)
	return c
}

// axis names what the chart of a score shows.
func (s score) axis() string {
	if s.rate() {
		words := s.words()
		return words[:len(words)-len("accuracy")] + "error"
	}
	return s.words()
}

func (r *Report) curveCaption(s score, x abscissa) string {
	text := capital(s.axis()) + " over " + x.noun
	if s.rate() {
		text = fmt.Sprintf("%s (one minus %s) over %s", capital(s.axis()), s.words(), x.noun)
	}
	if r.seeds() > 1 {
		text += ": medians, and ranges over seeds as bands"
	}
	return text + "."
}

func (r *Report) medians() string {
	if n := r.seeds(); n > 1 {
		return fmt.Sprintf(" (median and range of %d seeds)", n)
	}
	return ""
}

// apart tells curves of which one is much shorter than another, which it could
// not be told from the axis of on a linear scale.
func apart(series []figures.Series) bool {
	shortest, longest := math.Inf(1), 0.0
	for _, s := range series {
		if n := len(s.Points); n > 0 {
			end := s.Points[n-1].X
			shortest, longest = min(shortest, end), max(longest, end)
		}
	}
	return shortest > 0 && longest > 10*shortest
}

// positive tells whether all values could stand on a logarithmic axis.
func positive(series []figures.Series) bool {
	for _, s := range series {
		for _, p := range s.Points {
			if p.Y < 0 {
				return false
			}
		}
	}
	return true
}

// bound keeps a run that diverges from flattening all others: a logarithmic
// axis ends at ten times the greatest value that a curve begins with.
func bound(c *figures.Chart) {
	if !c.Y.Log {
		return
	}
	low, high, begin := math.Inf(1), 0.0, 0.0
	add := func(v float64) {
		if v > 0 && finite(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	for _, l := range c.Lines {
		add(l.Y)
		begin = max(begin, l.Y)
	}
	for _, s := range c.Series {
		for i, p := range s.Points {
			add(p.Y)
			add(p.Low)
			add(p.High)
			if i == 0 {
				begin = max(begin, p.Y)
			}
		}
	}
	if begin > 0 && high > 10*begin && low < 10*begin {
		c.Y.Min, c.Y.Max = low/1.1, 10*begin
	}
}
