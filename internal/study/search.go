package study

import (
	"cmp"
	"slices"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/internal/study/experiment"
)

// Search tries settings for each entry, with the same budget.
type Search struct {
	*Ask
	seeds    []uint64
	searched []*searched
	rank     *experiment.Search
}

// searched is an entry with its trials.
type searched struct {
	optimizer string
	label     string
	own       job.Choices // the same in all trials
	space     experiment.Space
	points    []job.Choices
	trials    []*experiment.Trial
	first     *job.Spec // of the first trial
}

// PlanSearch reads what is to be searched, before any data are.
func PlanSearch(a *Ask) (*Search, error) {
	q := &Search{Ask: a}
	var err error
	if q.seeds, err = a.seeds(searchSeed, 1); err != nil {
		return nil, err
	}
	entries, err := a.entries()
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		one, err := q.plan(e)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(q.searched, func(other *searched) bool { return other.label == one.label }) {
			return nil, job.Refuse("%s: %s is there twice", job.Word(a.Name), one.label)
		}
		q.searched = append(q.searched, one)
	}
	q.rank = &experiment.Search{
		Comparison: results.Comparison{Goals: a.Base.Goals, Better: job.Better}, Score: a.Base.MainScore(), BySeconds: a.BySeconds,
	}
	return q, nil
}

// plan divides an entry into what is the same in all trials and what is searched,
// which is the default space if it names nothing.
func (q *Search) plan(e experiment.Entry) (*searched, error) {
	one := &searched{optimizer: e.Optimizer}
	for _, d := range e.Space {
		if len(d.Values) != 1 {
			one.space = append(one.space, d)
			continue
		}
		one.own = append(one.own, job.Choice{Name: d.Name, Value: d.Values[0]})
	}
	one.label = job.Label(e.Optimizer, one.own)
	var err error
	if e.Space.Fixed() {
		if one.space, err = q.defaultSpace(e, q.variantAmong(e.Optimizer, one.own)); err != nil {
			return nil, err
		}
	}
	one.points, err = q.points(one)
	return one, err
}

// defaultSpace leaves out what was asked for all, or by the entry.
func (q *Search) defaultSpace(e experiment.Entry, variant string) (experiment.Space, error) {
	entries, err := experiment.ParseEntries(job.SpaceFor(e.Optimizer, variant, q.Base.Model))
	if err != nil {
		return nil, err
	}
	var space experiment.Space
	for _, d := range entries[0].Space {
		taken := q.Base.Given(d.Name) || d.Name == "epochs" && q.Base.Given("max-steps")
		for _, own := range e.Space {
			taken = taken || own.Name == d.Name || d.Name == "epochs" && own.Name == "max-steps"
		}
		if !taken {
			space = append(space, d)
		}
	}
	return space, nil
}

// points are the settings to be tried. A random search begins with the defaults.
func (q *Search) points(one *searched) ([]job.Choices, error) {
	if q.Ask.Search == "grid" {
		points, err := one.space.Grid()
		if err != nil {
			return nil, job.Refuse("%s %s: %v", job.Word(q.Name), one.label, err)
		}
		if q.Trials > 0 && len(points) > q.Trials {
			return nil, job.Refuse("%s %s: the grid has %d settings, and ⟨trials⟩ is %d", job.Word(q.Name), one.label, len(points), q.Trials)
		}
		return points, nil
	}
	n := cmp.Or(q.Trials, defaultTrials)
	return append([]job.Choices{nil}, one.space.Random(n-1, 1, one.label)...), nil
}
