package report

import (
	"slices"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/internal/results"
)

// scaling is what it takes to the hardest goal that any group reached, by batch
// size; nil if all have the same. Groups of an optimizer are one series unless
// two of them share a batch size.
func (r *Report) scaling(x abscissa) (*figures.Chart, results.Goal) {
	groups := r.groups()
	if len(groups) == 0 || !differ(groups, func(run *results.Run) int { return run.BatchSize }) {
		return nil, results.Goal{}
	}
	standings := slices.DeleteFunc(r.standings(), func(s standing) bool { return !s.reached() })
	if len(standings) == 0 {
		return nil, results.Goal{}
	}
	hardest := standings[len(standings)-1]
	type kind struct {
		optimizer string
		batch     int
	}
	seen, shared := map[kind]bool{}, map[string]bool{}
	for _, g := range groups {
		k := kind{g.Runs[0].Optimizer, g.Runs[0].BatchSize}
		shared[k.optimizer] = shared[k.optimizer] || seen[k]
		seen[k] = true
	}
	c := &figures.Chart{
		Title: capital(x.noun) + " to " + goalWords(hardest.goal) + r.medians(),
		X:     figures.Axis{Label: "batch size", Log: true},
		Y:     figures.Axis{Label: x.label + " to " + goalWords(hardest.goal), Log: true},
	}
	for _, p := range hardest.places {
		run := p.group.Runs[0]
		label := run.Optimizer
		if shared[label] {
			label = p.group.Label
		}
		i := slices.IndexFunc(c.Series, func(s figures.Series) bool { return s.Label == label })
		if i < 0 {
			i = len(c.Series)
			c.Series = append(c.Series, figures.Series{Label: label, Markers: true})
		}
		to, batch := x.to(p.reach), float64(run.BatchSize)
		c.Series[i].Points = append(c.Series[i].Points, figures.Point{X: batch, Y: to.Median, Low: to.Low, High: to.High})
		c.X.Ticks = append(c.X.Ticks, batch)
	}
	slices.Sort(c.X.Ticks)
	c.X.Ticks = slices.Compact(c.X.Ticks)
	for i := range c.Series {
		slices.SortFunc(c.Series[i].Points, func(a, b figures.Point) int { return int(a.X - b.X) })
	}
	return c, hardest.goal
}
