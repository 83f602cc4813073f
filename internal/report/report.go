package report

import (
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/internal/results"
)

// Report is a comparison with all that a reader needs to believe it.
type Report struct {
	Title      string // for example "mnist, mlp 784-512-512-10, batch 512"
	Comparison *results.Comparison
	Scores     []string // names of the scores of a run, in order, the main one first; the train loss is reported anyway
	Command    string   // that made the comparison
	Samples    []Sample // the inputs first; may be empty
}

// Sample is a strip of pictures: inputs, or what one group made of them.
type Sample struct {
	Label string
	PNG   []byte // grey, 28 pixels high
}

// groups are those with runs.
func (r *Report) groups() []*results.Group {
	var groups []*results.Group
	for i := range r.Comparison.Groups {
		if g := &r.Comparison.Groups[i]; len(g.Runs) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func (r *Report) baselines() []*results.Group {
	return slices.DeleteFunc(r.groups(), func(g *results.Group) bool { return !g.Baseline() })
}

// scores are the report's scores with the train loss.
func (r *Report) scores() []score {
	var list []score
	for _, name := range r.Scores {
		list = append(list, score(name))
	}
	if !slices.Contains(r.Scores, string(trainLoss)) {
		list = append(list, trainLoss)
	}
	return list
}

// seeds is the largest number of runs of a group.
func (r *Report) seeds() int {
	n := 0
	for _, g := range r.groups() {
		n = max(n, len(g.Runs))
	}
	return n
}

// differ tells whether a number that the runs have is not the same in all.
func differ[T comparable](groups []*results.Group, value func(*results.Run) T) bool {
	for _, g := range groups {
		for _, run := range g.Runs {
			if value(run) != value(groups[0].Runs[0]) {
				return true
			}
		}
	}
	return false
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
